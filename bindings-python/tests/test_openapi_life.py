"""Clients of the Open API: closing, interrupting, cancelling, letting go."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from onsmq import ErrorCode, OnsClientError, errors

from .support.names import unique
from .test_leaks import files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .support.console import Console


def test_a_closed_client_says_so(console: Console) -> None:
    with console.client() as client:
        client.topic.get("T")
        assert not client.is_closed
    client.close()
    assert client.is_closed
    for call in [lambda: client.topic.get("T"), lambda: client.call("region/list")]:
        with pytest.raises(errors.StateError, match="closed") as raised:
            call()
        assert raised.value.code is ErrorCode.CLOSED


def test_a_closed_client_says_so_to_asyncio(console: Console) -> None:
    async def main() -> None:
        async with console.async_client() as client:
            await client.topic.get("T")
        await client.close()
        assert client.is_closed
        with pytest.raises(errors.StateError, match="closed") as raised:
            await client.topic.get("T")
        assert raised.value.code is ErrorCode.CLOSED

    asyncio.run(main())


def test_closed_clients_that_are_called_leave_nothing_in_the_loop(console: Console) -> None:
    async def main() -> None:
        clients = [console.async_client() for _ in range(20)]
        gc.collect()
        before = files()
        for client in clients:
            await client.close()
            with pytest.raises(errors.StateError):
                await client.topic.get("T")
        # The errors' frames hold what they had.
        gc.collect()
        # Others may have let go of something meanwhile; these would have two each.
        assert files() < before + len(clients)

    asyncio.run(main())


def test_calls_under_way_come_to_their_end_when_a_client_is_closed(console: Console) -> None:
    run = unique("closed")
    client = console.client(f"/run/{run}/fault/slow", open_api_timeout_millis=1000)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client.topic.get, "T")
        console.wait_for(run)
        client.close()
        error = call.exception(30)
    assert isinstance(error, OnsClientError)
    assert error.code is ErrorCode.TIMEOUT


def test_a_call_under_way_in_a_loop_comes_to_its_end_when_its_client_is_closed(
    console: Console,
) -> None:
    async def main() -> None:
        client = console.async_client("/fault/slow", open_api_timeout_millis=500)
        call = asyncio.ensure_future(client.topic.get("T"))
        await asyncio.sleep(0)
        await client.close()
        with pytest.raises(OnsClientError) as raised:
            await call
        assert raised.value.code is ErrorCode.TIMEOUT

    asyncio.run(main())


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Jobs in the background of a shell ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_a_call(console: Console) -> None:
    run = unique("interrupted")

    def interrupt() -> None:
        console.wait_for(run)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    client = console.client(f"/run/{run}/fault/slow")

    def ask() -> None:
        thread.start()
        client.topic.get("T")

    with pytest.raises(KeyboardInterrupt):
        ask()
    thread.join()


def test_a_cancelled_call_leaves_the_client_usable(console: Console) -> None:
    run = unique("cancelled")

    async def main() -> None:
        async with console.async_client(f"/run/{run}/fault/slow/fail/1") as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.topic.create("T", instance_id="inst"), 0.2)
            await asyncio.to_thread(console.wait_for, run)
            assert (await client.topic.get("T")).data["topic"] == "T"

    asyncio.run(main())


def test_a_client_is_let_go_of_without_the_collector(console: Console) -> None:
    async def main() -> None:
        client = console.async_client()
        await client.topic.get("T")
        gone.append(weakref.ref(client))

    gone: list[weakref.ref[object]] = []
    gc.disable()
    try:
        client = console.client()
        gone.append(weakref.ref(client))
        client.topic.get("T")
        del client
        asyncio.run(main())
        assert [it() for it in gone] == [None, None]
    finally:
        gc.enable()


def test_a_client_goes_over_to_the_next_loop_when_its_own_is_closed(console: Console) -> None:
    client = console.async_client()

    async def once() -> None:
        await client.topic.get("T")

    asyncio.run(once())
    asyncio.run(once())
    with pytest.raises(OnsClientError, match="topic is missing"):
        asyncio.run(client.call("topic/get"))
