"""Apache's Python package, through the proxy: the arguments and lines are those of bench/python."""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import Any

from measurement import Measurement
from rocketmq.v5.client import ClientConfiguration, Credentials
from rocketmq.v5.consumer import ConsumeResult, MessageListener, PushConsumer
from rocketmq.v5.model import FilterExpression, Message
from rocketmq.v5.producer import Producer

CLIENT = "rocketmq-python-client"
# A consumer of a new group begins at the end of each queue once it has asked for the queue, so
# that this many have to come before a backlog can be made for it.
WARM = 100


class Bench(Measurement):
    """What is sent, and to where."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.configuration = ClientConfiguration(self.text["address"], Credentials())

    def message(self) -> Message:
        message = Message()
        message.topic = self.topic
        message.body = self.body
        return message

    def producer(self) -> Producer:
        producer = Producer(self.configuration, (self.topic,))
        producer.startup()
        producer.send(self.message())
        return producer

    def send_all(self, producer: Producer) -> None:
        """Asynchronously, with no more than `in_flight` of them under way."""
        room = threading.Semaphore(self.in_flight)
        futures = []
        for _ in range(self.messages):
            room.acquire()
            future = producer.send_async(self.message())
            future.add_done_callback(lambda _: room.release())
            futures.append(future)
        for future in futures:
            future.result()


def blocking(bench: Bench) -> None:
    times = []
    producer = bench.producer()
    bench.begin()
    for _ in range(bench.messages):
        begun = time.perf_counter()
        producer.send(bench.message())
        times.append(time.perf_counter() - begun)
    bench.report(CLIENT, "Python", times)
    producer.shutdown()


def asynchronous(bench: Bench) -> None:
    producer = bench.producer()
    bench.begin()
    bench.send_all(producer)
    bench.report(CLIENT, "Python")
    producer.shutdown()


class Counting(MessageListener):
    """Says when a number of messages has come, and begins the measurement with the first."""

    def __init__(self, bench: Bench, wanted: int) -> None:
        self.bench = bench
        self.wanted = wanted
        self.count = 0
        self.lock = threading.Lock()
        self.over = threading.Event()

    def consume(self, _: Any) -> ConsumeResult:
        with self.lock:
            if self.count == 0:
                self.bench.begin()
            self.count += 1
            if self.count == self.wanted:
                self.over.set()
        return ConsumeResult.SUCCESS


def consumer(bench: Bench, listener: Counting) -> PushConsumer:
    everything = {bench.topic: FilterExpression()}
    started = PushConsumer(bench.configuration, bench.text["group"], listener, everything)
    started.startup()
    return started


def drain(bench: Bench) -> None:
    producer = bench.producer()
    warm = Counting(bench, WARM)
    first = consumer(bench, warm)
    while not warm.over.wait(0.02):
        producer.send(bench.message())
    first.shutdown()
    bench.send_all(producer)
    producer.shutdown()
    backlog = Counting(bench, bench.messages)
    second = consumer(bench, backlog)
    backlog.over.wait()
    bench.report(CLIENT, "Python")
    second.shutdown()


SCENARIOS = {"blocking": blocking, "async": asynchronous, "drain": drain}

if __name__ == "__main__":
    logging.getLogger("rocketmq-python-client").setLevel(logging.ERROR)
    arguments = Bench(sys.argv[1:])
    SCENARIOS[arguments.scenario](arguments)
