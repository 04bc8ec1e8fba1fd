"""Names that no other test, process or run has."""

from __future__ import annotations

import itertools
import os
import time

_count = itertools.count()


def unique(name: str) -> str:
    return f"{name}_{time.time_ns() // 1_000_000:x}_{os.getpid()}_{next(_count)}"
