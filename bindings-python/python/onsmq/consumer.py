"""Consumers for threads."""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Optional

from ._enums import Action, OrderAction
from ._kinds import BATCH, NORMAL, ORDERED
from ._life import Threaded
from ._onsmq import Message, ReceivedMessage
from ._received import ReceivedBatch
from ._signals import stopping
from ._subscriber import F, R, Subscriber
from ._workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from ._properties import Properties, Property

Function = Callable[[Message], Optional[Action]]
OrderFunction = Callable[[Message], Optional[OrderAction]]
BatchFunction = Callable[[list[Message]], Optional[Action]]


class _Consuming(Threaded, Subscriber[F, R]):
    """What the kinds of consumer have in common."""

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        super().__init__(config, **properties)
        self._workers = Workers(self._native, self._listeners, self._kind.share)
        # Something is put in at the end: that may happen in a signal's handler.
        self._ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        # The workers do not hold this object: when nobody does, they end.
        weakref.finalize(self, self._native.shutdown_later).atexit = False

    def _subscribed(self) -> None:
        if self._listeners.are_called and self.is_started:
            self._workers.ensure_one_waits()

    def start(self) -> None:
        """Join the group, and wait until the brokers know this member."""
        super().start()
        self._subscribed()

    def shutdown(self) -> None:
        """Wait for what is out to be completed, commit, and leave the group.

        What is out: calls of listeners that run, and what was received and not completed; at most
        for AwaitTerminationMillisWhenShutdown. A second call does nothing. In a listener it does
        not wait: the rest happens when the listener is done.
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

    def receive(self, max: int = 1, timeout: float | None = None) -> list[R]:  # noqa: A002
        """Take up to so many of what waits, and wait up to so many seconds for the first.

        All of it is of one topic, and each is to be completed: by `commit`, or by
        `reconsume_later`. Answers nothing when the time is over, and when the consumer was shut
        down; without a timeout, only then.
        """
        return self._take(max, timeout, threading.get_ident())

    def __iter__(self) -> Iterator[R]:
        """What comes, one by one, until the consumer is shut down."""
        while taken := self.receive():
            # Not held here while the loop's body runs: what is let go of comes again.
            yield taken.pop()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Shut down. After an exception, what this thread has not completed comes again."""
        if error is not None:
            # Its traceback holds on to the messages: nothing would come of waiting for them.
            self._held.give_back(threading.get_ident())
        super().__exit__(kind, error, traceback)


class Consumer(_Consuming[Function, ReceivedMessage]):
    """Consumes messages as a member of a group. Any threads at once.

    Properties are keyword arguments, or a mapping with the names of the documentation. Listeners
    run on up to ConsumeThreadNums threads; one that raises, or answers nothing, has its message
    come again later.
    """

    _kind = NORMAL


class OrderConsumer(_Consuming[OrderFunction, ReceivedMessage]):
    """Consumes the messages of each queue in order, one at a time.

    Listeners answer `OrderAction.SUCCESS`; after anything else, also after an exception, the queue
    pauses for suspendTimeMillis, and the same message comes again.
    """

    _kind = ORDERED


class BatchConsumer(_Consuming[BatchFunction, ReceivedBatch]):
    """Consumes lists of up to ConsumeMessageBatchMaxSize messages of a topic.

    The one answer of a listener is for the whole list.
    """

    _kind = BATCH
