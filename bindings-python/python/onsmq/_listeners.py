"""Listeners by topic, and what follows from their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._enums import Action
from ._log import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._onsmq import Delivery, Message


class Listener:
    """A function that is called with messages."""

    def __init__(self, function: Callable[[Message], Any]) -> None:
        self.function = function
        self._warned = False

    @property
    def name(self) -> str:
        """What logs call it."""
        function = self.function
        name = getattr(function, "__qualname__", None) or repr(function)
        module = getattr(function, "__module__", None)
        return f"{module}.{name}" if module else name

    def call(self, delivery: Delivery) -> None:
        """Call it, and do as it answers."""
        try:
            answer = self.function(delivery.message())
        except BaseException:  # noqa: BLE001 - sys.exit in a listener is a failure, too
            self.failed(delivery)
        else:
            self.settle(delivery, answer)

    def settle(self, delivery: Delivery, answer: object) -> None:
        """The call is over, with an answer."""
        if not isinstance(answer, Action) and not self._warned:
            self._warned = True
            logger.warning(
                "listener %s answers %r, which counts as RECONSUME_LATER: "
                "return Action.COMMIT_MESSAGE for what is done (this is said once)",
                self.name,
                answer,
            )
        delivery.complete(answer is Action.COMMIT_MESSAGE)

    def failed(self, delivery: Delivery) -> None:
        """The call raised what is being handled."""
        logger.exception("listener %s failed: its message comes again later", self.name)
        delivery.complete(commit=False)


class Listeners(dict[str, Listener]):
    """Listeners by topic."""

    def subscribe(
        self,
        subscribe: Callable[[str, str], None],
        topic: str,
        expression: str | None,
        function: Callable[[Message], Any],
    ) -> None:
        """Subscribe, with the listener in place before messages come."""
        if not callable(function):
            kind = type(function).__name__
            raise TypeError(f"argument 'listener': a function is due, not {kind}")
        before = self.get(topic)
        self[topic] = Listener(function)
        try:
            subscribe(topic, "*" if expression is None else expression)
        except BaseException:
            if before is None:
                del self[topic]
            else:
                self[topic] = before
            raise
