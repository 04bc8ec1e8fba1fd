"""Functions of the application, as logs call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ._log import logger

F = TypeVar("F", bound=Callable[..., Any])


def function_for(argument: str, function: F) -> F:
    """An argument that has to be a function."""
    if callable(function):
        return function
    kind = type(function).__name__
    raise TypeError(f"argument '{argument}': a function is due, not {kind}")


def name_of(function: object) -> str:
    """What logs call it."""
    name = getattr(function, "__qualname__", None) or repr(function)
    module = getattr(function, "__module__", None)
    return f"{module}.{name}" if module else name


class Warnings:
    """Warnings of answers that do not fit, each said once by the name of the function."""

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def warn(self, role: str, function: object, answer: object, meaning: str) -> None:
        """Say it, unless it was said."""
        name = name_of(function)
        if name not in self._warned:
            self._warned.add(name)
            logger.warning(
                "%s %s answers %r, which counts as %s (this is said once)",
                role,
                name,
                answer,
                meaning,
            )
