"""What the clients of the Open API share: answers, pages, and what sections are made of."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar, Union

Parameter = Union[str, int, bool, None]
Parameters = Mapping[str, Parameter]

# What a call gives, and what pages are: there at once, or to be awaited.
A = TypeVar("A", covariant=True)
P = TypeVar("P", covariant=True)


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the console answered to something that it did."""

    data: Any
    """The data, decoded, however the console wrapped it; None where there is none."""
    total: int
    """How many items there are over all pages; 0 where that is not told."""
    current_page: int
    """The page that this is; 0 where that is not told."""
    page_size: int
    """Items on a full page; 0 where that is not told."""
    request_id: str | None
    """The request's id, for the vendor's support, where there is one."""
    message: str
    """What the console says."""
    next_page: int | None = None
    """The page to ask for next, where the operation has pages; None where this is the last."""

    @property
    def items(self) -> list[Any]:
        """The items of a list: of the data itself, or of the only list in it."""
        if isinstance(self.data, list):
            return self.data
        fields = self.data.values() if isinstance(self.data, dict) else ()
        lists = [field for field in fields if isinstance(field, list)]
        return lists[0] if len(lists) == 1 else []


def decoded(fields: tuple[str, int, int, int, str | None, str, int | None]) -> Answer:
    """An answer as the library gives it."""
    return Answer(json.loads(fields[0]), *fields[1:])


class Caller(Protocol[A, P]):
    """What asks a console."""

    def call(self, operation: str, parameters: Parameters) -> A:
        """Asks for an operation."""

    def pages(self, operation: str, parameters: Parameters) -> P:
        """Asks for an operation until there are no more pages."""


class Section(Generic[A, P]):
    """Operations of one section of the guide."""

    def __init__(self, caller: Caller[A, P]) -> None:
        self._caller = caller
