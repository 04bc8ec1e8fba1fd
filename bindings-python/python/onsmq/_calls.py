"""The calls of listeners in an event loop: as many at once as ConsumeThreadNums says."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ._listeners import Listener, Listeners
    from ._onsmq import Consumer, Delivery


class Calls:
    """Takes messages and calls listeners, on the loop."""

    def __init__(self, native: Consumer, listeners: Listeners) -> None:
        self._native = native
        self._listeners = listeners
        self._running: set[asyncio.Task[None]] = set()

    def is_current(self) -> bool:
        """Whether this is in one of them."""
        return asyncio.current_task() in self._running

    def take(self) -> None:
        """Begin as many calls as there may be; each one that ends comes back here."""
        room = self._native.thread_nums - len(self._running)
        if room <= 0:
            return
        deliveries = self._native.receive(room, 0)
        for delivery in deliveries:
            self._call(delivery)
        # Others have their turn first: plain listeners are done already.
        if deliveries and self._native.waiting:
            asyncio.get_running_loop().call_soon(self.take)

    def _call(self, delivery: Delivery) -> None:
        listener = self._listeners.get(delivery.topic)
        if listener is None:
            # Unsubscribed while it waited: let go of, it comes again.
            return
        try:
            answer = listener.begin(delivery)
        except Exception:  # noqa: BLE001 - whatever a listener raises
            listener.failed(delivery)
            return
        if not inspect.isawaitable(answer):
            listener.settle(delivery, answer)
            return
        call = asyncio.get_running_loop().create_task(self._await(listener, delivery, answer))
        self._running.add(call)
        call.add_done_callback(self._ended)

    async def _await(self, listener: Listener, delivery: Delivery, answer: Awaitable[Any]) -> None:
        try:
            settled = await answer
        except asyncio.CancelledError:
            delivery.complete(commit=False)
            raise
        except Exception:  # noqa: BLE001 - whatever a listener raises
            listener.failed(delivery)
        else:
            listener.settle(delivery, settled)

    def _ended(self, call: asyncio.Task[None]) -> None:
        self._running.discard(call)
        self.take()
