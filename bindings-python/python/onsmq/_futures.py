"""Futures for threads: one thread of this process resolves all that came, in one go."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

from . import _onsmq
from ._log import logger
from ._process import after_fork
from ._send_future import SendFuture
from .errors import ErrorCode, OnsClientError, failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from ._onsmq import Message


class Futures:
    """What was asked of the library and not answered yet."""

    def __init__(self) -> None:
        self._mailbox = _onsmq.Mailbox(watched=False)
        self._tokens = itertools.count()
        self._pending: dict[int, tuple[SendFuture[Any], object]] = {}
        self._thread = threading.Thread(target=self._run, name="onsmq-futures", daemon=True)
        self._thread.start()

    def ask(
        self,
        owner: object,
        send: Callable[[Message, _onsmq.Mailbox, int], None],
        message: Message,
    ) -> Future[Any]:
        """Has a message sent. What becomes of it the future becomes."""
        future: SendFuture[Any] = SendFuture()
        token = next(self._tokens)
        self._pending[token] = future, owner
        try:
            send(message, self._mailbox, token)
        except BaseException:
            # An interrupt may come after its end.
            self._pending.pop(token, None)
            raise
        return future

    def of(self, owner: object) -> list[Future[Any]]:
        """What somebody asked for and was not answered yet."""
        if threading.current_thread() is self._thread:
            raise failure(
                ErrorCode.INVALID_STATE,
                "a future's callback must not wait for other futures: wait on another thread",
            )
        return [future for future, its_owner in list(self._pending.values()) if its_owner is owner]

    def _run(self) -> None:
        while True:
            try:
                watched = self._mailbox.wait_and_deliver(self._pending)
            except OnsClientError:
                return
            for token, outcome in watched:
                self._resolve(token, outcome)

    def _resolve(self, token: int, outcome: object) -> None:
        future, _ = self._pending.get(token, (None, None))
        if future is None:  # whoever asked was interrupted meanwhile
            return
        try:
            if isinstance(outcome, OnsClientError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
        except BaseException:  # noqa: BLE001 - sys.exit in a callback ends nobody else
            logger.exception("a callback of a future failed")
        # Only now: who flushes is not to miss it.
        self._pending.pop(token, None)


_futures: Futures | None = None
_lock = threading.Lock()


def futures() -> Futures:
    """The ones of this process."""
    return _futures or _make()


def _make() -> Futures:
    global _futures
    with _lock:
        _futures = _futures or Futures()
        return _futures


def _forget() -> None:
    global _futures, _lock
    _futures, _lock = None, threading.Lock()


after_fork(_forget)
