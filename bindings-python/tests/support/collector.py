"""Listeners that keep what they are called with."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from onsmq import Action, Message

if TYPE_CHECKING:
    from collections.abc import Callable


class Collector:
    """A listener for threads; `listen` is one for asyncio."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._messages: list[Message] = []

    def __call__(self, message: Message) -> Action:
        with self._changed:
            self._messages.append(message)
            self._changed.notify_all()
        return Action.COMMIT_MESSAGE

    async def listen(self, message: Message) -> Action:
        await asyncio.sleep(0)
        return self(message)

    def wait(self, enough: Callable[[list[Message]], bool], limit: float = 60) -> list[Message]:
        """Waits until what came is enough."""
        with self._changed:
            met = self._changed.wait_for(lambda: enough(self._messages), limit)
            came = list(self._messages)
        assert met, f"not within {limit} s; {len(came)} messages came: {came[-3:]}"
        return came

    def wait_for(self, count: int, limit: float = 60) -> list[Message]:
        """Waits for so many messages with different ids."""
        ids: set[str] = set()
        seen = 0

        def enough(messages: list[Message]) -> bool:
            nonlocal seen
            ids.update(message.message_id for message in messages[seen:])
            seen = len(messages)
            return len(ids) >= count

        return self.wait(enough, limit)

    async def collected(self, count: int, limit: float = 60) -> list[Message]:
        """The same without stopping the event loop."""
        return await asyncio.to_thread(self.wait_for, count, limit)
