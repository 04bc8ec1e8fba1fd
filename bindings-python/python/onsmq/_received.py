"""What a batch consumer receives without a listener."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from ._onsmq import Delivery, Message


class ReceivedBatch(Sequence["Message"]):
    """Messages that are completed together. Let go of uncompleted, they come again later."""

    __slots__ = ("_delivery", "_messages")

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._messages = delivery.messages()

    def commit(self) -> None:
        """All of them are done with."""
        self._delivery.complete(commit=True)

    def reconsume_later(self) -> None:
        """All of them are to come again later."""
        self._delivery.complete(commit=False)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> list[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | list[Message]:
        return self._messages[index]

    def __len__(self) -> int:
        return len(self._messages)

    def __repr__(self) -> str:
        return f"ReceivedBatch({self._messages!r})"
