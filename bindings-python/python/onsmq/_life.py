"""The lives of producers and consumers, with threads and in an event loop."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from ._log import follow_level
from ._loop import Port
from ._properties import Properties, Property, as_text

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Union

    from typing_extensions import Self

    from . import _onsmq

    Native = Union[_onsmq.Producer, _onsmq.Consumer]


class Life:
    """What has a native half that is started and shut down.

    Properties are keyword arguments, or a mapping with the names of the documentation.
    """

    _native: Native

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        follow_level()
        self._native = self._make(as_text(config, properties))

    def _make(self, properties: list[tuple[str, str]]) -> Native:
        """Makes the native half."""
        raise NotImplementedError

    @property
    def is_started(self) -> bool:
        """Whether it was started and not shut down."""
        return self._native.is_started

    @property
    def is_closed(self) -> bool:
        """Whether it was shut down."""
        return self._native.is_closed

    def set_credentials(
        self, access_key: str, secret_key: str, security_token: str | None = None
    ) -> None:
        """Have all requests from now on signed with other credentials, as STS tokens need it.

        It counts for all producers and consumers of the process that were made with the same
        credentials, addresses, namespace, TLS and InstanceName. What is under way is not broken
        off. Does not block.
        """
        self._native.set_credentials(access_key, secret_key, security_token)


class Threaded(Life):
    """One for threads: what waits waits in the call."""

    def start(self) -> None:
        """Make it ready. Starting twice is starting once."""
        follow_level()
        self._native.start()

    def shutdown(self) -> None:
        """Wait for what is under way, and disconnect. A second call does nothing."""
        self._native.shutdown()

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


class Looped(Life):
    """One for asyncio: it belongs to the event loop that it is first used in."""

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        super().__init__(config, **properties)
        self._port = Port()
        weakref.finalize(self, self._port.close_later).atexit = False

    async def start(self) -> None:
        """Make it ready. Starting twice is starting once."""
        follow_level()
        await self._port.ask(self._native.start_into)

    async def shutdown(self) -> None:
        """Wait for what is under way, and disconnect. A second call does nothing."""
        down = self._port.ask(self._native.shutdown_into)
        self._port.close()
        await down

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.shutdown()
