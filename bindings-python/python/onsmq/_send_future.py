"""A future of which thousands are under way, and few are waited for one by one."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _Lazily:
    """An attribute that is made when it is first asked for, and once for all threads."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, future: Any, owner: type) -> Any:
        # First the mark: who gets the condition is told by whoever resolves the future.
        future._is_watched = True
        return future.__dict__.setdefault(self._name, self._make())


class SendFuture(Future[T]):
    """A future of `concurrent.futures` that begins without what is needed for watching it.

    A condition with its lock, and the lists of who waits and is called: to make them for each costs
    several times what a send does. Whoever waits for a future, here or in `concurrent.futures`,
    asks for its condition first. One that nobody has asked by then is resolved by the native half,
    together with all others whose outcomes are there.
    """

    # What was sent cannot be called back.
    _state: Any = "RUNNING"
    _result: Any = None
    _exception: Any = None
    _is_watched = False
    _condition: Any = _Lazily(threading.Condition)
    _waiters: Any = _Lazily(list)
    _done_callbacks: Any = _Lazily(list)

    def __init__(self) -> None:
        """Leave out what the base makes."""
