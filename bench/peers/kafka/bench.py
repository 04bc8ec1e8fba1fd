"""librdkafka's Python client against its mock cluster: a ceiling for ours against the dev server.

The arguments and lines are those of bench/python; the cluster runs in this process, and its
processor time counts.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

DEFAULTS = {"scenario": "many", "messages": "100000", "body": "128", "many": "1000"}
TOPIC = "bench"
# What the mock cluster makes a topic with, and how many small messages it keeps: a drain is of no
# more.
PARTITIONS = 4
KEPT = 120_000


class Bench:
    """The arguments, the mock cluster, and the clock."""

    def __init__(self, arguments: list[str]) -> None:
        self.text = {**DEFAULTS, **dict(it.split("=", 1) for it in arguments)}
        self.messages = int(self.text["messages"])
        if self.text["scenario"] == "drain":
            self.messages = min(self.messages, KEPT)
        self.many = int(self.text["many"])
        self.body = b"x" * int(self.text["body"])
        options = {
            "test.mock.num.brokers": 1,
            "bootstrap.servers": "mock",
            "queue.buffering.max.messages": 1_000_000,
        }
        self.producer = Producer(options)
        brokers = self.producer.list_topics(timeout=30).brokers.values()
        self.servers = ",".join(f"{it.host}:{it.port}" for it in brokers)
        self.begin()

    def begin(self) -> None:
        self.begun = (time.perf_counter(), time.process_time())

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
        self.report()
        consumer.close()

    def report(self) -> None:
        wall = time.perf_counter() - self.begun[0]
        cpu = time.process_time() - self.begun[1]
        line = {
            "client": "confluent-kafka",
            "language": "Python",
            "scenario": self.text["scenario"],
            "body_bytes": len(self.body),
            "threads": 1,
            "messages": self.messages,
            "msg_per_s": round(self.messages / wall),
            "p50_us": None,
            "p99_us": None,
            "client_cpu_s_per_1M": round(cpu / self.messages * 1e6, 3),
            "client_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "server": "librdkafka's mock cluster",
        }
        print(json.dumps(line), flush=True)


def main() -> None:
    bench = Bench(sys.argv[1:])
    bench.produce()
    if bench.text["scenario"] == "drain":
        bench.consume()
    else:
        bench.report()


if __name__ == "__main__":
    main()
