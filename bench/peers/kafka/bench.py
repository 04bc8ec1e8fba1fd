"""librdkafka's Python client against its mock cluster: a ceiling for ours against the dev server.

The arguments and lines are those of bench/python; the cluster runs in this process, and its
processor time counts.
"""

from __future__ import annotations

import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from measurement import Measurement

TOPIC = "bench"
# What the mock cluster makes a topic with, and how many small messages it keeps: a drain is of no
# more.
PARTITIONS = 4
KEPT = 120_000


class Bench(Measurement):
    """The measurement, and the mock cluster."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        if self.scenario == "drain":
            self.messages = min(self.messages, KEPT)
        options = {
            "test.mock.num.brokers": 1,
            "bootstrap.servers": "mock",
            "queue.buffering.max.messages": 1_000_000,
        }
        self.producer = Producer(options)
        brokers = self.producer.list_topics(timeout=30).brokers.values()
        self.servers = ",".join(f"{it.host}:{it.port}" for it in brokers)
        self.begin()

    def produce(self) -> None:
        failed = []

        def over(error: object, _: object) -> None:
            if error is not None:
                failed.append(error)

        for at in range(self.messages):
            self.producer.produce(TOPIC, self.body, on_delivery=over)
            if at % self.many == 0:
                self.producer.poll(0)
        self.producer.flush()
        if failed:
            raise SystemExit(f"{len(failed)} messages were not stored: {failed[0]}")

    def consume(self) -> None:
        options = {"bootstrap.servers": self.servers, "group.id": "drain"}
        consumer = Consumer(options)
        partitions = [TopicPartition(TOPIC, it, OFFSET_BEGINNING) for it in range(PARTITIONS)]
        consumer.assign(partitions)
        count = 0
        while count < self.messages:
            came = consumer.consume(self.many, 30) if self.many > 1 else [consumer.poll(30)]
            if not came or came[0] is None:
                raise SystemExit(f"no message came after {count}")
            if count == 0:
                self.begin()
            for message in came:
                if message.error() is not None:
                    raise SystemExit(f"no message: {message.error()}")
                message.value()
            count += len(came)
        self.tell()
        consumer.close()

    def tell(self) -> None:
        self.report("confluent-kafka", "Python")


def main() -> None:
    bench = Bench(sys.argv[1:])
    bench.produce()
    if bench.scenario == "drain":
        bench.consume()
    else:
        bench.tell()


if __name__ == "__main__":
    main()
