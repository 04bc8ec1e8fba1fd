"""A server for tests and first steps: no Java, no ports to choose, nothing on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _onsmq
from ._log import follow_level
from ._properties import as_text

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class DevServer:
    """A name server and brokers in this process and in memory. It listens when it is made.

        with onsmq.testing.DevServer() as server:
            producer = onsmq.Producer(namesrv_addr=server.namesrv_addr)

    Failed messages come again after `retry_delay` seconds; without it, on the brokers' schedule of
    10 s, 30 s, 1 min and so on.
    """

    def __init__(
        self,
        brokers: int = 1,
        queues: int = 8,
        retry_delay: float | None = None,
        *,
        auto_create_topics: bool = True,
    ) -> None:
        millis = None if retry_delay is None else round(retry_delay * 1000)
        options = {
            "brokers": brokers,
            "queues": queues,
            "auto_create_topics": auto_create_topics,
            "retry_delay_millis": millis,
        }
        follow_level()
        self._native = _onsmq.DevServer(as_text(options, {}))

    @property
    def namesrv_addr(self) -> str:
        """What producers and consumers take as `namesrv_addr`."""
        return self._native.namesrv_addr

    def create_topic(self, topic: str, queues: int = 8) -> None:
        """Make a topic with so many queues at each broker."""
        self._native.create_topic(topic, queues)

    def stop(self) -> None:
        """Close its ports, and forget all messages. A second call does nothing."""
        self._native.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
