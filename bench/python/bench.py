"""The Python faces, measured as bench/c measures C's: the same arguments, the same lines."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from measurement import Measurement

import onsmq
import onsmq.aio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Bench(Measurement):
    """What is sent, and to where."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.options: dict[str, Any] = {"namesrv_addr": self.text["address"]}

    def message(self) -> onsmq.Message:
        return onsmq.Message(self.topic, self.body)


def blocking(bench: Bench) -> None:
    times = []
    with onsmq.Producer(**bench.options) as producer:
        producer.send(bench.message())
        bench.begin()
        for _ in range(bench.messages):
            begun = time.perf_counter()
            producer.send(bench.message())
            times.append(time.perf_counter() - begun)
        bench.report("onsmq", "Python", times)


def many(bench: Bench) -> None:
    with onsmq.Producer(**bench.options) as producer:
        producer.send(bench.message())

        def send_many(_: int) -> None:
            sent = producer.send_many([bench.message() for _ in range(bench.many)])
            failed = [it for it in sent if isinstance(it, Exception)]
            if failed:
                raise failed[0]

        # One waits while another makes its messages.
        with ThreadPoolExecutor(bench.threads) as threads:
            bench.begin()
            list(threads.map(send_many, range(0, bench.messages, bench.many)))
            bench.report("onsmq", "Python")


def asynchronous(bench: Bench) -> None:
    with onsmq.Producer(**bench.options) as producer:
        producer.send(bench.message())
        bench.begin()
        futures = [producer.send_async(bench.message()) for _ in range(bench.messages)]
        for future in futures:
            future.result()
        bench.report("onsmq", "Python")


async def looping(
    bench: Bench, send_round: Callable[[onsmq.aio.Producer], Awaitable[object]]
) -> None:
    """So many messages are in flight as in bench/c: some rounds at once."""
    async with onsmq.aio.Producer(**bench.options) as producer:
        await producer.send(bench.message())
        rounds = iter(range(0, bench.messages, bench.many))

        async def one() -> None:
            for _ in rounds:
                await send_round(producer)

        bench.begin()
        await asyncio.gather(*(one() for _ in range(bench.in_flight // bench.many)))
        bench.report("onsmq", "Python asyncio")


async def asynchronous_loop(bench: Bench) -> None:
    await looping(
        bench,
        lambda producer: asyncio.gather(
            *(producer.send(bench.message()) for _ in range(bench.many))
        ),
    )


async def many_loop(bench: Bench) -> None:
    await looping(
        bench,
        lambda producer: producer.send_many([bench.message() for _ in range(bench.many)]),
    )


def drain(bench: Bench) -> None:
    over, count, lock = threading.Event(), 0, threading.Lock()
    size = min(bench.many, 32)
    kind = onsmq.BatchConsumer if size > 1 else onsmq.Consumer
    options = {"consume_message_batch_max_size": size} if size > 1 else {}

    def listener(received: Any) -> onsmq.Action:
        nonlocal count
        with lock:
            if count == 0:
                bench.begin()
            count += len(received) if size > 1 else 1
            if count >= bench.messages:
                over.set()
        return onsmq.Action.COMMIT_MESSAGE

    consumer = kind(
        group_id=bench.text["group"],
        consume_from_where="CONSUME_FROM_FIRST_OFFSET",
        **options,
        **bench.options,
    )
    consumer.subscribe(bench.topic, "*", listener)
    with consumer:
        over.wait()
        bench.report("onsmq", "Python")


SCENARIOS = {
    "blocking": blocking,
    "many": many,
    "async": asynchronous,
    "asyncio": lambda bench: asyncio.run(asynchronous_loop(bench)),
    "asyncio-many": lambda bench: asyncio.run(many_loop(bench)),
    "drain": drain,
}

if __name__ == "__main__":
    arguments = Bench(sys.argv[1:])
    SCENARIOS[arguments.scenario](arguments)
