"""Futures for threads: one thread of this process resolves all that came, in one go."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from . import _onsmq
from ._log import logger
from ._process import after_fork
from .errors import ErrorCode, OnsClientError, failure

if TYPE_CHECKING:
    from collections.abc import Callable


class Futures:
    """What was asked of the library and not answered yet."""

    def __init__(self) -> None:
        self._mailbox = _onsmq.Mailbox(watched=False)
        self._tokens = itertools.count()
        self._pending: dict[int, tuple[Future[Any], object]] = {}
        self._thread = threading.Thread(target=self._run, name="onsmq-futures", daemon=True)
        self._thread.start()

    def ask(self, owner: object, start: Callable[..., None], *args: object) -> Future[Any]:
        """Has something started whose outcome the future becomes."""
        future: Future[Any] = Future()
        # What was sent cannot be called back.
        future.set_running_or_notify_cancel()
        token = next(self._tokens)
        self._pending[token] = future, owner
        try:
            start(*args, self._mailbox, token)
        except BaseException:
            del self._pending[token]
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
                letters = self._mailbox.wait()
            except OnsClientError:
                return
            for token, outcome in letters:
                future, _ = self._pending.pop(token)
                try:
                    resolve(future, outcome)
                except BaseException:  # noqa: BLE001 - sys.exit in a callback ends nobody else
                    logger.exception("a callback of a future failed")


def resolve(future: Any, outcome: Any) -> None:
    """Gives a future, of threads or of asyncio, its outcome."""
    if isinstance(outcome, OnsClientError):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


_futures: Futures | None = None
_lock = threading.Lock()


def futures() -> Futures:
    """The ones of this process."""
    global _futures
    with _lock:
        _futures = _futures or Futures()
        return _futures


def _forget() -> None:
    global _futures, _lock
    _futures, _lock = None, threading.Lock()


after_fork(_forget)
