"""The Open API of a console: topics, groups and messages are made, asked for and removed.

    client = onsmq.openapi.Client(endpoint="https://...", access_key="...", secret_key="...")
    client.topic.create("orders", instance_id="...")
    for page in client.topic.pages(page_size=50):
        print(page.items)

There is a method for each operation, in the sections of the guide. `AsyncClient` has the same for
asyncio.
"""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from . import _onsmq
from ._log import follow_level
from ._loop import Port
from ._openapi import Answer, Parameters, decoded
from ._operations import OpenApiCode, Operations
from ._properties import Properties, Property, as_text, parameters_as_text
from .errors import ErrorCode, OnsClientError

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

__all__ = ["Answer", "AsyncClient", "Client", "ErrorCode", "OnsClientError", "OpenApiCode"]


class Client(Operations[Answer, Iterator[Answer]]):
    """A client of a console, for threads: any at once. Nothing is sent before the first call.

    Properties are keyword arguments, or a mapping with the names of the documentation.

    What is wrong with a call is told before it is sent (`ErrorCode.INVALID_ARGUMENT`). A read is
    tried again after failures that may pass, within OpenApiTimeoutMillis; a write is sent once.
    """

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        follow_level()
        self._native = _onsmq.OpenApi(as_text(config, properties))
        self._caller = _Caller(self._native)
        super().__init__(self._caller)

    def call(self, operation: str, parameters: Parameters | None = None) -> Answer:
        """Ask for an operation by its path, such as `topic/create`, also for one that is newer.

        Parameters have the console's own names; what is None is not sent.
        """
        return self._caller.call(operation, parameters or {})

    def close(self) -> None:
        """Let go of connections. Calls that are under way in other threads come to their end."""
        self._native.close()

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self._native.is_closed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient(Operations[Coroutine[Any, Any, Answer], AsyncIterator[Answer]]):
    """A client of a console, for asyncio. It belongs to the event loop that it is first used in.

    It is as `Client`; calls are awaited, and nothing is sent before that.
    """

    def __init__(self, config: Properties | None = None, /, **properties: Property) -> None:
        follow_level()
        self._native = _onsmq.OpenApi(as_text(config, properties))
        self._caller = _AsyncCaller(self._native)
        super().__init__(self._caller)

    async def call(self, operation: str, parameters: Parameters | None = None) -> Answer:
        """Ask for an operation by its path, such as `topic/create`, also for one that is newer.

        Parameters have the console's own names; what is None is not sent. A call that is cancelled
        may have been sent.
        """
        return await self._caller.call(operation, parameters or {})

    async def close(self) -> None:
        """Let go of connections. Calls that are under way come to their end."""
        self._native.close()
        self._caller.port.close()

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self._native.is_closed

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


# Sections hold these and not their client: no cycle is left to the collector.


class _Caller:
    def __init__(self, native: _onsmq.OpenApi) -> None:
        self._native = native

    def call(self, operation: str, parameters: Parameters) -> Answer:
        return decoded(self._native.call(operation, parameters_as_text(parameters)))

    def pages(self, operation: str, parameters: Parameters) -> Iterator[Answer]:
        page = parameters.get("currentPage")
        while True:
            answer = self.call(operation, {**parameters, "currentPage": page})
            if answer.items:  # A page behind the last one is empty.
                yield answer
            if (page := answer.next_page) is None:
                return


class _AsyncCaller:
    def __init__(self, native: _onsmq.OpenApi) -> None:
        self._native = native
        self.port = Port()
        weakref.finalize(self, self.port.close_later).atexit = False

    async def call(self, operation: str, parameters: Parameters) -> Answer:
        texts = parameters_as_text(parameters)
        return decoded(await self.port.ask(self._native.call_into, operation, texts))

    async def pages(self, operation: str, parameters: Parameters) -> AsyncIterator[Answer]:
        page = parameters.get("currentPage")
        while True:
            answer = await self.call(operation, {**parameters, "currentPage": page})
            if answer.items:
                yield answer
            if (page := answer.next_page) is None:
                return
