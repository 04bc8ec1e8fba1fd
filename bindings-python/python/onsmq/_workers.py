"""The threads that listeners run on: as many as there is work for, up to ConsumeThreadNums."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING

from ._log import logger
from .errors import OnsClientError

if TYPE_CHECKING:
    from ._listeners import Listeners
    from ._onsmq import Consumer, Delivery

# Seconds that shutdown waits for threads whose last calls are over.
_JOIN = 5.0
# Seconds of calls with what a thread takes at once: what waits behind them is not kept for longer.
_TURN = 0.0002
# Seconds of a call of a listener that was not seen yet.
_SLOW = 0.01


class Workers:
    """Threads that take messages and call listeners.

    Python code is all that is on their stacks while a listener runs: they can be left where they
    are when the interpreter ends.
    """

    def __init__(self, native: Consumer, listeners: Listeners, share: int) -> None:
        self._native = native
        self._most = share
        self._listeners = listeners
        self._limit = native.thread_nums
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        # Seconds of a call, of the last ones.
        self._pace = _SLOW
        # Threads that wait for messages, or are about to.
        self._idle = 0

    def is_current(self) -> bool:
        """Whether this thread is one of them."""
        return threading.current_thread() in self._threads

    def ensure_one_waits(self) -> None:
        """Start a thread where none waits, so that messages do not wait for a slow listener."""
        with self._lock:
            if self._idle or len(self._threads) >= self._limit:
                return
            self._idle += 1
            name = f"onsmq-listener-{next(self._numbers)}"
            thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._threads.add(thread)
        try:
            thread.start()
        except RuntimeError as error:
            with self._lock:
                self._idle -= 1
                self._threads.discard(thread)
            logger.warning("listeners share fewer threads: %s", error)

    def join(self) -> None:
        """Wait for the threads, after the consumer was shut down."""
        for thread in list(self._threads):
            thread.join(_JOIN)

    def _run(self) -> None:
        try:
            while deliveries := self._take():
                self.ensure_one_waits()
                self._handle(deliveries)
                with self._lock:
                    self._idle += 1
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _take(self) -> list[Delivery]:
        try:
            return self._native.receive(self._share(), None)
        except OnsClientError:
            # The interpreter is about to end.
            return []
        finally:
            with self._lock:
                self._idle -= 1

    def _share(self) -> int:
        """One while others may take the rest; more of a backlog, and of what is done at once."""
        share = int(_TURN / self._pace)
        if self._idle <= 1 and len(self._threads) >= self._limit:
            share = max(share, self._native.waiting // self._limit)
        return max(1, min(share, self._most))

    def _handle(self, deliveries: list[Delivery]) -> None:
        listener = self._listeners.get(deliveries[0].topic)
        if listener is None:
            # Unsubscribed while they waited: let go of, they come again.
            return
        begun = time.perf_counter()
        listener.call(deliveries)
        took = max((time.perf_counter() - begun) / len(deliveries), 1e-9)
        # A slow call counts at once, a fast one little by little.
        self._pace = took if took >= self._pace else self._pace - (self._pace - took) / 4
