"""Producers for threads."""

from __future__ import annotations

import concurrent.futures
from typing import TYPE_CHECKING

from . import _onsmq
from ._futures import futures
from ._log import follow_level
from ._properties import Properties, Property, as_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from types import TracebackType

    from typing_extensions import Self

    from ._onsmq import Message, SendResult
    from .errors import OnsClientError


class Producer:
    """Sends messages. Any threads at once.

    Properties are keyword arguments, or a mapping with the names of the documentation.
    """

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        follow_level()
        self._native = _onsmq.Producer(as_text(config, properties))

    def start(self) -> None:
        """Make it ready to send. Starting twice is starting once."""
        follow_level()
        self._native.start()

    def shutdown(self) -> None:
        """Wait for sends in flight, and disconnect. A second call does nothing."""
        self._native.shutdown()

    @property
    def is_started(self) -> bool:
        """Whether it was started and not shut down."""
        return self._native.is_started

    @property
    def is_closed(self) -> bool:
        """Whether it was shut down."""
        return self._native.is_closed

    def send(self, message: Message) -> SendResult:
        """Send a message, and wait until a broker has stored it.

        What fails is tried again within SendMsgTimeoutMillis.
        """
        return self._native.send(message)

    def send_async(self, message: Message) -> Future[SendResult]:
        """Send a message in the background.

        Callbacks of the future are called on one thread for all, and should be short.
        """
        return futures().ask(self, self._native.send_into, message)

    def send_oneway(self, message: Message) -> None:
        """Send a message without an answer: it may be lost without notice."""
        self._native.send_oneway(message)

    def send_many(self, messages: Iterable[Message]) -> list[SendResult | OnsClientError]:
        """Send many messages, each on its own, and wait for all.

        Answers what became of each, in their order.
        """
        return self._native.send_many(list(messages))

    def flush(self, timeout: float | None = None) -> bool:
        """Wait for what `send_async` has under way, at most for so many seconds.

        Answers whether all of it came to an end.
        """
        return not concurrent.futures.wait(futures().of(self), timeout).not_done

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown()
