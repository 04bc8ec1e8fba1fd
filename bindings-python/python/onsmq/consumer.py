"""Consumers for threads."""

from __future__ import annotations

import queue
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Optional, TypeVar

from . import _onsmq
from ._enums import Action
from ._listeners import Listeners
from ._log import follow_level
from ._onsmq import Message
from ._properties import Properties, Property, as_text
from ._signals import stopping
from ._workers import Workers

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

Function = Callable[[Message], Optional[Action]]
F = TypeVar("F", bound=Function)


class Consumer:
    """Consumes messages as a member of a group. Any threads at once.

    Properties are keyword arguments, or a mapping with the names of the documentation. Listeners
    run on up to ConsumeThreadNums threads; one that raises, or answers nothing, has its message
    come again later.
    """

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        follow_level()
        self._native = _onsmq.Consumer(as_text(config, properties))
        self._listeners = Listeners()
        self._workers = Workers(self._native, self._listeners)
        # Something is put in at the end: that may happen in a signal's handler.
        self._ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        # The workers do not hold this object: when nobody does, they end.
        weakref.finalize(self, self._native.shutdown_later).atexit = False

    def subscribe(self, topic: str, expression: str | None, listener: Function) -> None:
        """Subscribe to a topic: all of it (`*` or None), or the tags between `||`.

        A second subscription to a topic replaces the first. Before or after start.
        """
        self._listeners.subscribe(self._native.subscribe, topic, expression, listener)

    def listener(self, topic: str, expression: str | None = "*") -> Callable[[F], F]:
        """Subscribe the decorated function to a topic."""

        def decorate(function: F) -> F:
            self.subscribe(topic, expression, function)
            return function

        return decorate

    def unsubscribe(self, topic: str) -> None:
        """End a subscription."""
        self._native.unsubscribe(topic)
        self._listeners.pop(topic, None)

    def start(self) -> None:
        """Join the group, and wait until the brokers know this member."""
        follow_level()
        self._native.start()
        self._workers.ensure_one_waits()

    def shutdown(self) -> None:
        """Wait for listeners that run, commit, and leave the group. A second call does nothing.

        In a listener it does not wait: the rest happens when the listener is done.
        """
        if self._workers.is_current():
            self._native.shutdown_later()
        else:
            self._native.shutdown()
            self._workers.join()
        self._ended.put(None)

    def run(self) -> None:
        """Consume until SIGINT, SIGTERM or `shutdown`, then shut down cleanly.

        The signals' handlers are put back before the shutdown: a second Ctrl-C ends it.
        """
        with stopping(lambda: self._ended.put(None)):
            self.start()
            self._ended.get()
        self.shutdown()

    @property
    def is_started(self) -> bool:
        """Whether it was started and not shut down."""
        return self._native.is_started

    @property
    def is_closed(self) -> bool:
        """Whether it was shut down."""
        return self._native.is_closed

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown()
