"""The same as `onsmq` for asyncio: no thread waits, and the event loop is never blocked."""

from __future__ import annotations

import asyncio
import inspect
import signal
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Optional, TypeVar, Union

from . import _onsmq
from ._enums import Action, MessageModel
from ._listeners import Listener, Listeners
from ._log import follow_level
from ._loop import Port
from ._onsmq import Message, SendResult
from ._properties import Properties, Property, as_text
from ._signals import STOPPING
from .errors import ErrorCode, OnsClientError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from typing_extensions import Self

__all__ = [
    "Action",
    "Consumer",
    "ErrorCode",
    "Message",
    "MessageModel",
    "OnsClientError",
    "Producer",
    "SendResult",
]

Function = Callable[[Message], Union[Optional[Action], Awaitable[Optional[Action]]]]
F = TypeVar("F", bound=Function)


class Producer:
    """Sends messages. It belongs to the event loop that it is first used in."""

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        follow_level()
        self._native = _onsmq.Producer(as_text(config, properties))
        self._port = Port()
        weakref.finalize(self, self._port.close_later).atexit = False

    async def start(self) -> None:
        """Make it ready to send. Starting twice is starting once."""
        follow_level()
        await self._port.ask(self._native.start_into)

    async def shutdown(self) -> None:
        """Wait for sends in flight, and disconnect. A second call does nothing."""
        down = self._port.ask(self._native.shutdown_into)
        self._port.close()
        await down

    @property
    def is_started(self) -> bool:
        """Whether it was started and not shut down."""
        return self._native.is_started

    @property
    def is_closed(self) -> bool:
        """Whether it was shut down."""
        return self._native.is_closed

    def send(self, message: Message) -> asyncio.Future[SendResult]:
        """Send a message. What is awaited is there when a broker has stored it.

        What fails is tried again within SendMsgTimeoutMillis.
        """
        return self._port.ask(self._native.send_into, message)

    def send_oneway(self, message: Message) -> asyncio.Future[None]:
        """Send a message without an answer: it may be lost without notice."""
        return self._port.ask(self._native.send_oneway_into, message)

    def send_many(
        self, messages: Iterable[Message]
    ) -> asyncio.Future[list[SendResult | OnsClientError]]:
        """Send many messages, each on its own.

        Answers what became of each, in their order.
        """
        return self._port.ask(self._native.send_many_into, list(messages))

    async def flush(self, timeout: float | None = None) -> bool:
        """Wait for what is under way, at most for so many seconds.

        Answers whether all of it came to an end.
        """
        return await self._port.flush(timeout)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.shutdown()


class Consumer:
    """Consumes messages as a member of a group, in the event loop that it is started in.

    Listeners are coroutine functions, of which up to ConsumeThreadNums calls run at once, or plain
    functions, which are called on the loop and must not block.
    """

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        follow_level()
        self._native = _onsmq.Consumer(as_text(config, properties))
        self._port = Port()
        self._listeners = Listeners()
        self._calls: set[asyncio.Task[None]] = set()
        self._ended: asyncio.Event | None = None
        weakref.finalize(self, self._port.close_later).atexit = False

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

    async def start(self) -> None:
        """Join the group, and wait until the brokers know this member."""
        follow_level()
        take = weakref.WeakMethod(self._take)
        self._port.watch(self._native.watch, lambda: (it := take()) and it())
        await self._port.ask(self._native.start_into)

    async def shutdown(self) -> None:
        """Wait for listeners that run, commit, and leave the group. A second call does nothing.

        In a listener it does not wait: the rest happens when the listener is done.
        """
        down = self._port.ask(self._native.shutdown_into)
        self._port.close()
        if self._ended:
            self._ended.set()
        if asyncio.current_task() not in self._calls:
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

    @property
    def is_started(self) -> bool:
        """Whether it was started and not shut down."""
        return self._native.is_started

    @property
    def is_closed(self) -> bool:
        """Whether it was shut down."""
        return self._native.is_closed

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.shutdown()

    def _take(self) -> None:
        """Begins as many calls as there may be; each one that ends comes back here."""
        room = self._native.thread_nums - len(self._calls)
        if room <= 0:
            return
        deliveries = self._native.receive(room, wait=False)
        for delivery in deliveries:
            self._call(delivery)
        # Others have their turn first: plain listeners are done already.
        if deliveries and self._native.waiting:
            asyncio.get_running_loop().call_soon(self._take)

    def _call(self, delivery: _onsmq.Delivery) -> None:
        listener = self._listeners.get(delivery.topic)
        if listener is None:
            # Unsubscribed while it waited: let go of, it comes again.
            return
        try:
            answer = listener.function(delivery.message())
        except Exception:  # noqa: BLE001 - whatever a listener raises
            listener.failed(delivery)
            return
        if not inspect.isawaitable(answer):
            listener.settle(delivery, answer)
            return
        call = asyncio.get_running_loop().create_task(self._await(listener, delivery, answer))
        self._calls.add(call)
        call.add_done_callback(self._ended_call)

    async def _await(
        self, listener: Listener, delivery: _onsmq.Delivery, answer: Awaitable[Any]
    ) -> None:
        try:
            settled = await answer
        except asyncio.CancelledError:
            delivery.complete(commit=False)
            raise
        except Exception:  # noqa: BLE001 - whatever a listener raises
            listener.failed(delivery)
        else:
            listener.settle(delivery, settled)

    def _ended_call(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        self._take()
