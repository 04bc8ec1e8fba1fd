"""What the library tells an event loop: the loop watches a socket, and fetches all at once."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

from . import _onsmq

if TYPE_CHECKING:
    from collections.abc import Callable


class Port:
    """The way from a producer or consumer to the loop that it is used in."""

    def __init__(self) -> None:
        self._tokens = itertools.count()
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._watches: dict[int, Callable[[], None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._mailbox: _onsmq.Mailbox | None = None
        self._closing = False

    def ask(self, start: Callable[..., None], *args: object) -> asyncio.Future[Any]:
        """Has something started whose outcome the future becomes."""
        loop = asyncio.get_running_loop()
        mailbox = self._attached(loop)
        future: asyncio.Future[Any] = loop.create_future()
        token = next(self._tokens)
        self._pending[token] = future
        try:
            start(*args, mailbox, token)
        except BaseException:
            # An interrupt may come after its end.
            self._pending.pop(token, None)
            self._leave()
            raise
        return future

    def watch(self, watch: Callable[..., None], call: Callable[[], None]) -> None:
        """Has `call` called on the loop whenever something comes."""
        mailbox = self._attached(asyncio.get_running_loop())
        token = next(self._tokens)
        self._watches[token] = call
        watch(mailbox, token)

    def expect_here(self) -> asyncio.AbstractEventLoop:
        """The loop that runs, which is to be the one that this is used in."""
        loop = asyncio.get_running_loop()
        if self._loop not in (None, loop) and not self._loop.is_closed():
            raise RuntimeError("this is used in another event loop: make a new one for this")
        return loop

    async def flush(self, timeout: float | None) -> bool:
        """Waits for all that was asked for; says whether it came to an end in time."""
        pending = list(self._pending.values())
        return not pending or not (await asyncio.wait(pending, timeout=timeout))[1]

    def close(self) -> None:
        """Lets go of the loop once all that was asked for is answered. On the loop's thread."""
        self._closing = True
        self._leave()

    def close_later(self) -> None:
        """The same on any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.close)

    def _leave(self) -> None:
        if self._closing and not self._pending:
            self._detach()

    def _detach(self) -> None:
        if self._loop and self._mailbox and not self._loop.is_closed():
            self._loop.remove_reader(self._mailbox.fileno())
        self._loop = self._mailbox = None

    def _attached(self, loop: asyncio.AbstractEventLoop) -> _onsmq.Mailbox:
        if self._loop is not loop or self._mailbox is None:
            self.expect_here()
            self._loop, self._mailbox = loop, _onsmq.Mailbox(watched=True)
            loop.add_reader(self._mailbox.fileno(), self._fetch)
        return self._mailbox

    def _fetch(self) -> None:
        if self._mailbox is None:
            return
        for token in self._mailbox.deliver(self._pending):
            # None of a future whose asker was interrupted.
            if watch := self._watches.get(token):
                watch()
        self._leave()
