"""What the library logs, which another thread does."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def until_logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    """Another thread logs: when this one's turn has come as well, all is written that was said."""
    logged = threading.Event()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if text in record.getMessage():
                logged.set()

    handler = Handler()
    logging.getLogger("onsmq").addHandler(handler)
    try:
        assert text in caplog.text or logged.wait(10), caplog.text
    finally:
        logging.getLogger("onsmq").removeHandler(handler)
