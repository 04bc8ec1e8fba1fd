"""The thread that a checker is called on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from . import _onsmq
from .errors import OnsClientError

if TYPE_CHECKING:
    from ._transactions import Outcomes

# Seconds that shutdown waits for a call that runs.
_JOIN = 5.0


class CheckThread:
    """Answers brokers, one check at a time. Python code is all that is on its stack."""

    def __init__(self, native: _onsmq.Producer, outcomes: Outcomes) -> None:
        self._native = native
        self._outcomes = outcomes
        self._mailbox = _onsmq.Mailbox(watched=False)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def start(self) -> None:
        """Start it once, when the producer was started."""
        with self._lock:
            if self._thread or self._stopped:
                return
            self._native.watch_checks(self._mailbox, 0)
            self._thread = threading.Thread(target=self._run, name="onsmq-checker", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Have it end. What it was not asked for in time, another member of the group is."""
        self._stopped = True
        self._mailbox.ring()

    def join(self) -> None:
        """Wait for it, but not on itself."""
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join(_JOIN)

    def _run(self) -> None:
        while not self._stopped:
            for check in self._native.take_checks():
                self._outcomes.call(check)
            try:
                self._mailbox.wait()
            except OnsClientError:
                # The interpreter is about to end.
                return
