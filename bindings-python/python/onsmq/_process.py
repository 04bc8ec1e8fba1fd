"""What happens at the end of the process, and in the child of a fork."""

from __future__ import annotations

import atexit
import os
from typing import TYPE_CHECKING

from . import _onsmq

if TYPE_CHECKING:
    from collections.abc import Callable

# After the threads that are not daemons, as Python waits for those: they may go on to send.
atexit.register(_onsmq.end)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_onsmq.forked)


def after_fork(forget: Callable[[], None]) -> None:
    """Has something forgotten in the child of a fork that belongs to the parent's threads."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)
