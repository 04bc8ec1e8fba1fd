"""What is received without a listener."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Union, overload

from .errors import OnsClientError

if TYPE_CHECKING:
    from ._onsmq import Delivery, Message, ReceivedMessage

    Received = Union[ReceivedMessage, "ReceivedBatch"]


class ReceivedBatch(Sequence["Message"]):
    """Messages that are completed together. Let go of uncompleted, they come again later."""

    __slots__ = ("__weakref__", "_delivery", "_messages")

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


class Held:
    """What was received and may not be completed, by who received it: a thread or a task."""

    def __init__(self) -> None:
        # By identity: messages with the same content are equal.
        self._held: weakref.WeakValueDictionary[tuple[int, int], Received]
        self._held = weakref.WeakValueDictionary()

    def add(self, who: int, received: Sequence[Received]) -> None:
        """Somebody has received this."""
        for it in received:
            self._held[who, id(it)] = it

    def give_back(self, who: int) -> None:
        """What somebody has not completed comes again."""
        for (holder, _), received in list(self._held.items()):
            if holder == who:
                # What is completed stays so.
                with contextlib.suppress(OnsClientError):
                    received.reconsume_later()
