"""A broker is killed and comes back in the middle of sends and of consumption."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from onsmq import Action, Consumer, Message, OnsClientError, Producer

from .support.broker import Broker
from .support.names import unique

SENDERS = 16
EACH = 500


class Received:
    """What came, and when the last of it did."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.ids: set[str] = set()
        self.last = 0.0

    def __call__(self, message: Message) -> Action:
        with self.changed:
            self.ids.add(message.message_id)
            self.last = time.monotonic()
            self.changed.notify_all()
        return Action.COMMIT_MESSAGE


@pytest.mark.parametrize("version", ["4.9.7", "5.3.3"])
def test_what_was_stored_is_received_and_the_broker_is_found_again(version: str) -> None:
    topic, received = unique("restart"), Received()
    third = threading.Semaphore(0)
    with Broker(version) as broker:
        address = broker.namesrv_addr
        consumer = Consumer(namesrv_addr=address, group_id=unique("GID"))
        consumer.subscribe(topic, "*", received)
        producer = Producer(namesrv_addr=address, send_msg_timeout_millis=5000)

        def send(_: int) -> list[str]:
            stored = []
            for _ in range(EACH):
                try:
                    stored.append(producer.send(Message(topic, b"restart")).message_id)
                except OnsClientError as error:
                    assert error.retriable, error
                third.release()
            return stored

        with consumer, producer, ThreadPoolExecutor(SENDERS) as pool:
            sends = [pool.submit(send, number) for number in range(SENDERS)]
            for _ in range(SENDERS * EACH // 3):
                assert third.acquire(timeout=60)
            broker.ask("kill broker-a")
            broker.ask("start broker-a")
            back = time.monotonic()
            with received.changed:
                assert received.changed.wait_for(lambda: received.last > back, 60)
            assert received.last - back < 5
            stored = {identity for send in sends for identity in send.result(120)}
            with received.changed:
                assert received.changed.wait_for(lambda: stored <= received.ids, 60)
        assert len(stored) > SENDERS * EACH // 2
