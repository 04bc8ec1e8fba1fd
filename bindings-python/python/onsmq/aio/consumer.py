"""Consumers for asyncio."""

from __future__ import annotations

import asyncio
import signal
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Optional, Union

from .._calls import Calls
from .._enums import Action, OrderAction
from .._kinds import BATCH, NORMAL, ORDERED
from .._life import Looped
from .._onsmq import Message, ReceivedMessage
from .._received import ReceivedBatch
from .._signals import STOPPING
from .._subscriber import F, R, Subscriber

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from .._properties import Properties, Property

Answer = Union[Optional[Action], Awaitable[Optional[Action]]]
OrderAnswer = Union[Optional[OrderAction], Awaitable[Optional[OrderAction]]]
Function = Callable[[Message], Answer]
OrderFunction = Callable[[Message], OrderAnswer]
BatchFunction = Callable[[list[Message]], Answer]


class _Consuming(Looped, Subscriber[F, R]):
    """What the kinds of consumer have in common."""

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        super().__init__(config, **properties)
        self._calls = Calls(self._native, self._listeners)
        # Those that wait in `receive`.
        self._receivers: set[asyncio.Future[None]] = set()
        self._ended: asyncio.Event | None = None

    async def start(self) -> None:
        """Join the group, and wait until the brokers know this member."""
        ready = weakref.WeakMethod(self._ready)
        self._port.watch(self._native.watch, lambda: (it := ready()) and it())
        await super().start()

    async def shutdown(self) -> None:
        """Wait for what is out to be completed, commit, and leave the group.

        What is out: calls of listeners that run, and what was received and not completed; at most
        for AwaitTerminationMillisWhenShutdown. A second call does nothing. In a listener it does
        not wait: the rest happens when the listener is done.
        """
        down = self._port.ask(self._native.shutdown_into)
        self._port.close()
        if self._ended:
            self._ended.set()
        if not self._calls.is_current():
            await down

    async def run(self) -> None:
        """Consume until SIGINT, SIGTERM or `shutdown`, then shut down cleanly."""
        loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        before = {}
        if threading.current_thread() is threading.main_thread():
            before = {number: signal.getsignal(number) for number in STOPPING}
        for number in before:
            loop.add_signal_handler(number, self._ended.set)
        try:
            await self.start()
            await self._ended.wait()
        finally:
            for number, handler in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)
        await self.shutdown()

    async def receive(self, max: int = 1, timeout: float | None = None) -> list[R]:  # noqa: A002
        """Take up to so many of what waits, and wait up to so many seconds for the first.

        All of it is of one topic, and each is to be completed: by `commit`, or by
        `reconsume_later`. Answers nothing when the time is over, and when the consumer was shut
        down; without a timeout, only then. When this is cancelled nothing was taken.
        """
        loop = self._port.expect_here()
        deadline = None if timeout is None else loop.time() + timeout
        who = id(asyncio.current_task())
        while not (taken := self._take(max, 0, who)) and not self.is_closed:
            left = None if deadline is None else deadline - loop.time()
            if left is not None and left <= 0:
                break
            await self._until_ready(left)
        return taken

    async def _until_ready(self, limit: float | None) -> None:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._receivers.add(ready)
        try:
            await asyncio.wait([ready], timeout=limit)
        finally:
            self._receivers.discard(ready)

    def __aiter__(self) -> Self:
        """What comes, one by one, until the consumer is shut down."""
        return self

    async def __anext__(self) -> R:
        for received in await self.receive():
            return received
        raise StopAsyncIteration

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Shut down. After an exception, what this task has not completed comes again."""
        if error is not None:
            # Its traceback holds on to the messages: nothing would come of waiting for them.
            self._held.give_back(id(asyncio.current_task()))
        await super().__aexit__(kind, error, traceback)

    def _ready(self) -> None:
        """Something waits, or the consumer is shut down."""
        for receiver in self._receivers:
            if not receiver.done():
                receiver.set_result(None)
        if self._listeners.are_called:
            self._calls.take()


class Consumer(_Consuming[Function, ReceivedMessage]):
    """Consumes messages as a member of a group, in the event loop that it is started in.

    Listeners are coroutine functions, of which up to ConsumeThreadNums calls run at once, or plain
    functions, which are called on the loop and must not block.
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
