"""What the library logs, which another thread does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def until_logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    """Another thread logs, handler by handler: only what caplog has is there."""
    deadline = time.monotonic() + 10
    while text not in caplog.text:
        assert time.monotonic() < deadline, caplog.text
        time.sleep(0.01)
