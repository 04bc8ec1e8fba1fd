"""Listeners by topic, and what follows from their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._functions import Warnings, function_for, name_of
from ._log import logger
from .errors import ErrorCode, failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._kinds import Kind
    from ._onsmq import Delivery


class Listener:
    """A function that is called with what a consumer receives."""

    def __init__(self, function: Callable[..., Any], kind: Kind) -> None:
        self._function = function
        self._given, self._done, self._again = kind.given, kind.done, kind.again
        self._warnings = Warnings()

    def begin(self, delivery: Delivery) -> Any:
        """Call it. The answer may have to be awaited."""
        return self._function(self._given(delivery))

    def call(self, deliveries: Iterable[Delivery]) -> None:
        """Call it with each in turn, and do as it answers."""
        # Quick listeners are called with one message after the other: no more than has to be is
        # done for each of them.
        function, given, done = self._function, self._given, self._done
        for delivery in deliveries:
            try:
                answer = function(given(delivery))
            except BaseException:  # noqa: BLE001, PERF203 - sys.exit in a listener is a failure, too
                self.failed(delivery)
            else:
                delivery.complete(answer is done or self._is_done(answer))

    def settle(self, delivery: Delivery, answer: object) -> None:
        """The call is over, with an answer."""
        delivery.complete(self._is_done(answer))

    def _is_done(self, answer: object) -> bool:
        if answer is not self._done and answer is not self._again:
            meaning = f"{self._again.name}: return {self._done} for what is done"
            self._warnings.warn("listener", self._function, answer, meaning)
        return answer is self._done

    def failed(self, delivery: Delivery) -> None:
        """The call raised what is being handled."""
        name = name_of(self._function)
        logger.exception("listener %s failed: its message comes again later", name)
        delivery.complete(commit=False)


class Listeners:
    """The subscriptions of a consumer: either all have listeners, or none has."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._by_topic: dict[str, Listener] = {}
        self.are_called: bool | None = None
        """Whether there are listeners, as the first subscription said."""

    def get(self, topic: str) -> Listener | None:
        """The one of a topic. What waits may be of one that was unsubscribed."""
        return self._by_topic.get(topic)

    def add(
        self, topic: str, function: Callable[..., Any] | None, subscribe: Callable[[], None]
    ) -> None:
        """Subscribe, with the listener in place before messages come."""
        if function is not None:
            function_for("listener", function)
        self.expect(called=function is not None)
        before = self._by_topic.get(topic)
        if function is not None:
            self._by_topic[topic] = Listener(function, self._kind)
        try:
            subscribe()
        except BaseException:
            self._put(topic, before)
            raise
        self.are_called = function is not None

    def remove(self, topic: str) -> None:
        """The topic is subscribed to no longer."""
        self._put(topic, None)

    def expect(self, *, called: bool) -> None:
        """Refuse what does not fit the first subscription."""
        if self.are_called not in (None, called):
            raise failure(
                ErrorCode.INVALID_STATE,
                "a consumer either calls listeners or is received from, as its first subscription "
                "says: make another consumer for the other topics",
            )

    def _put(self, topic: str, listener: Listener | None) -> None:
        if listener is None:
            self._by_topic.pop(topic, None)
        else:
            self._by_topic[topic] = listener
