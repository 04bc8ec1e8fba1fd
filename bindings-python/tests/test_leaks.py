"""What is made, used and shut down leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from typing import TYPE_CHECKING

import onsmq.aio
from onsmq import (
    BatchConsumer,
    Consumer,
    Message,
    OrderConsumer,
    OrderProducer,
    Producer,
    TransactionProducer,
    TransactionStatus,
)

from .support.collector import Collector
from .support.names import unique

if TYPE_CHECKING:
    from collections.abc import Callable

    from onsmq.testing import DevServer

    from .support.console import Console

ROUNDS = 100


def rss() -> int:
    """Resident memory in KiB."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


def files() -> int:
    return len(os.listdir("/proc/self/fd"))


def comes_back(count: Callable[[], int], first: int) -> bool:
    """Whether a count is back at its first value, at once or when what ends has ended."""
    deadline = time.monotonic() + 10
    while count() > first and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return count() <= first


def rounds(use: Callable[[], None]) -> None:
    # The first ones make what is made once.
    for _ in range(10):
        use()
    gc.collect()
    first_threads, first_files, early = threads(), files(), rss()
    for _ in range(ROUNDS):
        use()
    gc.collect()
    assert comes_back(threads, first_threads), f"{threads()} threads, {first_threads} at first"
    assert comes_back(files, first_files), f"{files()} files, {first_files} at first"
    # Pages of the allocator come and go; a leak of a round would show a hundred times.
    assert rss() - early < 8 * 1024, f"from {early} to {rss()} KiB"


def test_a_hundred_rounds_with_threads_leave_nothing_behind(dev: DevServer) -> None:
    topic = unique("leaks")

    def use() -> None:
        collector = Collector()
        consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, "*", collector)
        with consumer, Producer(namesrv_addr=dev.namesrv_addr) as producer:
            producer.send(Message(topic, b"body"))
            producer.send_async(Message(topic, b"body")).result(30)
            collector.wait_for(2)

    rounds(use)


def test_a_hundred_rounds_of_the_other_classes_leave_nothing_behind(dev: DevServer) -> None:
    topic = unique("leaks")

    def commit(*_: object) -> TransactionStatus:
        return TransactionStatus.COMMIT_TRANSACTION

    def use() -> None:
        config = {"NAMESRV_ADDR": dev.namesrv_addr, "GROUP_ID": unique("GID")}
        first = {"ConsumeFromWhere": "CONSUME_FROM_FIRST_OFFSET", **config}
        with (
            TransactionProducer(config, checker=commit) as producer,
            OrderProducer(config) as ordered,
            OrderConsumer(first) as consumer,
        ):
            consumer.subscribe(topic)
            producer.send(Message(topic, b"body"), commit)
            ordered.send(Message(topic, b"body"), "key")
            for message in consumer:
                message.commit()
                break
        batches = BatchConsumer(first, group_id=unique("GID"))
        batches.subscribe(topic)
        batches.start()
        # Neither completed nor shut down.
        batches.receive()

    rounds(use)


def test_a_hundred_rounds_of_the_other_classes_with_asyncio_leave_nothing_behind(
    dev: DevServer,
) -> None:
    async def commit(*_: object) -> TransactionStatus:
        return TransactionStatus.COMMIT_TRANSACTION

    async def main() -> None:
        topic = unique("leaks")
        config = {"NAMESRV_ADDR": dev.namesrv_addr, "GROUP_ID": unique("GID")}
        consumer = onsmq.aio.BatchConsumer(config, consume_from_where="CONSUME_FROM_FIRST_OFFSET")
        consumer.subscribe(topic)
        async with onsmq.aio.TransactionProducer(config, checker=commit) as producer:
            await producer.send(Message(topic, b"body"), commit)
        async with consumer:
            async for batch in consumer:
                batch.commit()
                break
            receive = asyncio.ensure_future(consumer.receive())
        await receive

    rounds(lambda: asyncio.run(main()))


def test_a_hundred_rounds_with_asyncio_leave_nothing_behind(dev: DevServer) -> None:
    topic = unique("leaks")

    async def main() -> None:
        came: asyncio.Queue[Message] = asyncio.Queue()
        consumer = onsmq.aio.Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, "*", came.put_nowait)
        async with consumer, onsmq.aio.Producer(namesrv_addr=dev.namesrv_addr) as producer:
            await producer.send(Message(topic, b"body"))
            await asyncio.wait_for(came.get(), 30)

    rounds(lambda: asyncio.run(main()))


def test_a_hundred_clients_of_a_console_leave_nothing_behind(console: Console) -> None:
    async def main() -> None:
        async with console.async_client() as client:
            await client.topic.get("T")
        # One that nobody closes, and whose section outlives it.
        topic = console.async_client().topic
        await topic.get("T")

    def use() -> None:
        with console.client() as client:
            client.topic.get("T")
        topic = console.client().topic
        topic.get("T")
        asyncio.run(main())

    rounds(use)
