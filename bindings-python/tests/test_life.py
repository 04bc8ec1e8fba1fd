"""The lives of all classes: idempotent, and safe from any threads."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import onsmq.aio
from onsmq import Action, ErrorCode, Message, OnsClientError, TransactionStatus

from .support.names import unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from onsmq.testing import DevServer

PRODUCERS = ["Producer", "OrderProducer", "TransactionProducer"]
CONSUMERS = ["Consumer", "OrderConsumer", "BatchConsumer"]


def unknown(*_: object) -> TransactionStatus:
    return TransactionStatus.UNKNOWN


def commit(*_: object) -> Action:
    return Action.COMMIT_MESSAGE


def made(module: Any, name: str, dev: DevServer) -> Any:
    options = {"checker": unknown} if name == "TransactionProducer" else {}
    return getattr(module, name)(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), **options)


def states(it: Any) -> tuple[bool, bool]:
    return it.is_started, it.is_closed


CREATED, STARTED, CLOSED = (False, False), (True, False), (False, True)


@pytest.mark.parametrize("name", PRODUCERS + CONSUMERS)
def test_starting_and_shutting_down_twice_is_doing_it_once(dev: DevServer, name: str) -> None:
    it = made(onsmq, name, dev)
    seen = [states(it)]
    for change in (it.start, it.start, it.shutdown, it.shutdown):
        change()
        seen.append(states(it))

    assert seen == [CREATED, STARTED, STARTED, CLOSED, CLOSED]
    with pytest.raises(OnsClientError) as raised:
        it.start()
    assert raised.value.code is ErrorCode.CLOSED


@pytest.mark.parametrize("name", PRODUCERS + CONSUMERS)
def test_the_same_with_asyncio(dev: DevServer, name: str) -> None:
    async def main() -> list[tuple[bool, bool]]:
        it = made(onsmq.aio, name, dev)
        seen = [states(it)]
        for change in (it.start, it.start, it.shutdown, it.shutdown):
            await change()
            seen.append(states(it))
        with pytest.raises(OnsClientError) as raised:
            await it.start()
        assert raised.value.code is ErrorCode.CLOSED
        return seen

    assert asyncio.run(main()) == [CREATED, STARTED, STARTED, CLOSED, CLOSED]


@pytest.mark.parametrize("name", PRODUCERS + CONSUMERS)
def test_what_was_never_started_can_be_shut_down(dev: DevServer, name: str) -> None:
    it = made(onsmq, name, dev)
    it.shutdown()
    assert states(it) == CLOSED


@pytest.mark.parametrize("name", PRODUCERS + CONSUMERS)
def test_many_threads_may_use_one_at_once(dev: DevServer, name: str) -> None:
    it, topic, together = made(onsmq, name, dev), unique("t"), threading.Barrier(8)
    uses: dict[str, Callable[[], object]] = {
        "Producer": lambda: it.send(Message(topic, b"body")),
        "OrderProducer": lambda: it.send(Message(topic, b"body"), "key"),
        "TransactionProducer": lambda: it.send(Message(topic, b"body"), unknown),
    }

    def subscribe() -> None:
        it.subscribe(unique("t"), "*", commit)

    # To start in many threads at once is not tested: the second call does not wait for the first.
    it.start()

    def live(number: int) -> None:
        together.wait(30)
        it.start()
        for _ in range(20):
            uses.get(name, subscribe)()
            assert states(it) == STARTED
        together.wait(30)
        if number % 2:
            it.shutdown()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(live, number) for number in range(8)]:
            done.result(60)
    assert states(it) == CLOSED


def test_a_consumer_gets_its_first_listener_while_it_runs(dev: DevServer) -> None:
    topic, came = unique("t"), threading.Event()

    def listen(_: Message) -> Action:
        came.set()
        return Action.COMMIT_MESSAGE

    with (
        onsmq.Producer(namesrv_addr=dev.namesrv_addr) as producer,
        onsmq.Consumer(
            namesrv_addr=dev.namesrv_addr,
            group_id=unique("GID"),
        ) as consumer,
    ):
        consumer.subscribe(topic, "*", listen)
        producer.send(Message(topic, b"body"))
        assert came.wait(30)


@pytest.mark.parametrize("make", [onsmq.Producer, onsmq.Consumer, onsmq.aio.Producer])
def test_credentials_are_replaced_until_the_end(dev: DevServer, make: Any) -> None:
    it = make(
        namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), access_key="key", secret_key="secret"
    )
    it.set_credentials("other", "secret", "token")
    it.set_credentials("other", "secret")
    with pytest.raises(onsmq.errors.ConfigurationError):
        it.set_credentials("", "secret")
    with pytest.raises(TypeError, match="secret_key"):
        it.set_credentials("key", 5)
    if isinstance(it, onsmq.aio.Producer):
        return
    it.start()
    it.set_credentials("other", "secret", "token")
    it.shutdown()
    with pytest.raises(onsmq.OnsClientError, match="shut down"):
        it.set_credentials("other", "secret")
