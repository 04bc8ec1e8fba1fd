"""SIGINT and SIGTERM as wishes to stop."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Have `stop` called at the signals; on other threads than the main one nothing changes.

    `stop` may be called anywhere in what the main thread does.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(number, signal.signal(number, lambda *_: stop())) for number in STOPPING]
    try:
        yield
    finally:
        for number, handler in before:
            # None: set by a program around Python, which cannot be told to set it again.
            if handler is not None:
                signal.signal(number, handler)
