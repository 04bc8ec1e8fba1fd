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

# What the console takes where nothing was asked for.
_PAGE_SIZE = 20


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

    @property
    def items(self) -> list[Any]:
        """The items of a list: of the data itself, or of the only list in it."""
        if isinstance(self.data, list):
            return self.data
        fields = self.data.values() if isinstance(self.data, dict) else ()
        lists = [field for field in fields if isinstance(field, list)]
        return lists[0] if len(lists) == 1 else []


def decoded(fields: tuple[str, int, int, int, str | None, str]) -> Answer:
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


class Paging:
    """Which page is next."""

    def __init__(self, parameters: Parameters) -> None:
        page, size = parameters.get("currentPage"), parameters.get("pageSize")
        self._parameters = parameters
        self._page = 1 if page is None else int(page)
        self._size = _PAGE_SIZE if size is None else int(size)
        self.more = True

    def parameters(self) -> Parameters:
        """What to ask for now."""
        return {**self._parameters, "currentPage": self._page}

    def turned(self, answer: Answer) -> bool:
        """Notes what came, and says whether it is a page: one behind the last one is empty."""
        items, size = len(answer.items), answer.page_size or self._size
        # Where the console does not say how many there are, a page that is not full is the last.
        more = self._page * size < answer.total if answer.total else items >= size
        self._page += 1
        self.more = more and items > 0
        return items > 0
