"""What all consumers have in common, for threads and for asyncio."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from ._functions import function_for
from ._life import Life
from ._listeners import Listeners
from ._received import Held
from .errors import ErrorCode, failure

if TYPE_CHECKING:
    from ._kinds import Kind
    from ._onsmq import Consumer
    from ._properties import Properties, Property

F = TypeVar("F", bound=Callable[..., Any])
"""What a listener is."""
R = TypeVar("R")
"""What is received without a listener."""


class Subscriber(Life, Generic[F, R]):
    """Subscribes to topics."""

    _kind: ClassVar[Kind]
    _native: Consumer

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        super().__init__(config, **properties)
        self._listeners = Listeners(self._kind)
        self._held = Held()

    def _make(self, properties: list[tuple[str, str]]) -> Consumer:
        return self._kind.native(properties)

    def subscribe(
        self,
        topic: str,
        expression: str | None = None,
        listener: F | None = None,
        *,
        sql: str | None = None,
    ) -> None:
        """Subscribe to a topic: all of it (`*` or None), or the tags between `||`.

        `sql`, in place of an expression, is a condition on the messages' properties, in SQL92;
        brokers take it with enablePropertyFilter=true. One that a broker does not take is an error
        of `start`, or, where the consumer runs already, a warning in the log, and no message of the
        topic comes. Without a listener, messages are received.
        A second subscription to a topic replaces the first. Before or after start.
        """
        if sql is None:
            tags = "*" if expression is None else expression
            subscribe = partial(self._native.subscribe, topic, tags)
        elif expression is None:
            subscribe = partial(self._native.subscribe_sql, topic, sql)
        else:
            raise TypeError("either an expression or `sql` is due, not both")
        self._listeners.add(topic, listener, subscribe)
        self._subscribed()

    def _subscribed(self) -> None:
        """There is one more subscription."""

    def listener(
        self, topic: str, expression: str | None = None, *, sql: str | None = None
    ) -> Callable[[F], F]:
        """Subscribe the decorated function to a topic."""

        def decorate(function: F) -> F:
            self.subscribe(topic, expression, function_for("listener", function), sql=sql)
            return function

        return decorate

    def unsubscribe(self, topic: str) -> None:
        """End a subscription."""
        self._native.unsubscribe(topic)
        self._listeners.remove(topic)

    def _take(self, most: int, timeout: float | None, who: int) -> list[R]:
        """Receives, where that may be done."""
        if most < 1:
            raise ValueError(f"argument 'max' is {most}: at least 1 is due")
        self._listeners.expect(called=False)
        if not self._native.is_started and not self._native.is_closed:
            raise failure(
                ErrorCode.NOT_STARTED, "the consumer is not started: call start before receive"
            )
        taken = [self._kind.received(it) for it in self._native.receive(most, timeout)]
        self._held.add(who, taken)
        return taken
