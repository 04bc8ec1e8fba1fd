"""The Python faces, measured as bench/c measures C's: the same arguments, the same lines."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import threading
import time
from typing import Any

import onsmq
import onsmq.aio

DEFAULTS = {
    "address": "127.0.0.1:9876",
    "topic": "bench",
    "server": "unknown",
    "scenario": "async",
    "messages": "100000",
    "body": "128",
    "threads": "1",
    "in_flight": "10000",
    "many": "1000",
    "group": "GID_drain",
}


class Bench:
    """The arguments, and the clock."""

    def __init__(self, arguments: list[str]) -> None:
        self.text = {**DEFAULTS, **dict(it.split("=", 1) for it in arguments)}
        self.messages = int(self.text["messages"])
        self.in_flight = int(self.text["in_flight"])
        self.many = int(self.text["many"])
        self.body = b"x" * int(self.text["body"])
        self.options: dict[str, Any] = {"namesrv_addr": self.text["address"]}
        self.begin()

    def message(self) -> onsmq.Message:
        return onsmq.Message(self.text["topic"], self.body)

    def begin(self) -> None:
        self.begun = (time.perf_counter(), time.process_time())

    def report(self, language: str) -> None:
        wall = time.perf_counter() - self.begun[0]
        cpu = time.process_time() - self.begun[1]
        line = {
            "client": "onsmq",
            "language": language,
            "scenario": self.text["scenario"],
            "body_bytes": len(self.body),
            "threads": int(self.text["threads"]),
            "messages": self.messages,
            "msg_per_s": round(self.messages / wall),
            "p50_us": None,
            "p99_us": None,
            "client_cpu_s_per_1M": round(cpu / self.messages * 1e6, 3),
            "client_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "server": self.text["server"],
        }
        print(json.dumps(line), flush=True)


def many(bench: Bench) -> None:
    with onsmq.Producer(**bench.options) as producer:
        producer.send(bench.message())
        bench.begin()
        for _ in range(0, bench.messages, bench.many):
            sent = producer.send_many([bench.message() for _ in range(bench.many)])
            failed = [it for it in sent if isinstance(it, Exception)]
            if failed:
                raise failed[0]
        bench.report("Python")


def asynchronous(bench: Bench) -> None:
    with onsmq.Producer(**bench.options) as producer:
        producer.send(bench.message())
        bench.begin()
        futures = [producer.send_async(bench.message()) for _ in range(bench.messages)]
        for future in futures:
            future.result()
        bench.report("Python")


async def asynchronous_loop(bench: Bench) -> None:
    async with onsmq.aio.Producer(**bench.options) as producer:
        await producer.send(bench.message())
        bench.begin()
        for _ in range(0, bench.messages, bench.many):
            await asyncio.gather(*(producer.send(bench.message()) for _ in range(bench.many)))
        bench.report("Python asyncio")


async def many_loop(bench: Bench) -> None:
    async with onsmq.aio.Producer(**bench.options) as producer:
        await producer.send(bench.message())
        bench.begin()
        for _ in range(0, bench.messages, bench.many):
            await producer.send_many([bench.message() for _ in range(bench.many)])
        bench.report("Python asyncio")


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
    consumer.subscribe(bench.text["topic"], "*", listener)
    with consumer:
        over.wait()
        bench.report("Python")


def main() -> None:
    bench = Bench(sys.argv[1:])
    scenario = bench.text["scenario"]
    if scenario == "many":
        many(bench)
    elif scenario == "async":
        asynchronous(bench)
    elif scenario == "asyncio":
        asyncio.run(asynchronous_loop(bench))
    elif scenario == "asyncio-many":
        asyncio.run(many_loop(bench))
    elif scenario == "drain":
        drain(bench)
    else:
        sys.exit(f"no scenario {scenario}")


if __name__ == "__main__":
    main()
