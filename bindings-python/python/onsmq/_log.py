"""The library's log, as the logger `onsmq`.

Lines are put into a mailbox by any thread, and logged by one of ours: no thread of the library
waits for a handler.
"""

from __future__ import annotations

import logging
import threading

from . import _onsmq
from ._process import after_fork
from .errors import OnsClientError

logger = logging.getLogger("onsmq")

_TRACE = 5
# Numbers of the library's levels.
_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO, 4: logging.DEBUG, 5: _TRACE}


class _Log:
    """The thread that logs, and the level from which on the library bothers."""

    def __init__(self) -> None:
        self._mailbox = _onsmq.Mailbox(watched=False)
        self._level = 0
        threading.Thread(target=self._run, name="onsmq-log", daemon=True).start()

    def set_level(self, level: int) -> None:
        if level != self._level:
            self._mailbox.take_log(level)
            self._level = level

    def _run(self) -> None:
        while True:
            try:
                lines = self._mailbox.wait()
            except OnsClientError:
                return
            for level, text in lines:
                logger.log(_LEVELS[level], "%s", text)


_log: _Log | None = None
_lock = threading.Lock()


def follow_level() -> None:
    """Asks the library for the lines that the logger lets through now."""
    global _log
    effective = logger.getEffectiveLevel()
    with _lock:
        _log = _log or _Log()
        _log.set_level(max((it for it in _LEVELS if _LEVELS[it] >= effective), default=1))


def _forget() -> None:
    global _log, _lock
    _log, _lock = None, threading.Lock()


after_fork(_forget)
