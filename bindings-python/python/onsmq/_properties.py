"""Properties as Python writes them, and as the library takes them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Union

Property = Union[str, int, float, bool, enum.Enum, None]
# A dict of texts and numbers is a dict of objects to a type checker; types are checked below.
Properties = Mapping[str, object]


def as_text(config: Properties | None, properties: Properties) -> list[tuple[str, str]]:
    """Names and values as text. What is None is not set."""
    return _texts("property", {**(config or {}), **properties})


def parameters_as_text(parameters: Properties) -> list[tuple[str, str]]:
    """The same of an operation's parameters."""
    return _texts("parameter", parameters)


def _texts(kind: str, values: Properties) -> list[tuple[str, str]]:
    return [
        (name, _text(f"{kind} {name!r}", value))
        for name, value in values.items()
        if value is not None
    ]


def _text(what: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (str, int, float)):
        return str(value)
    kind = type(value).__name__
    raise TypeError(f"{what}: text, a number or a truth value is due, not {kind}")
