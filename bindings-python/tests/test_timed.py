"""Messages that are delivered at a time."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from onsmq import Action, Consumer, ErrorCode, Message, OnsClientError, Producer

from .support.collector import Collector
from .support.names import unique

if TYPE_CHECKING:
    from onsmq.testing import DevServer

    from .support.servers import Server


def now() -> int:
    return int(time.time() * 1000)


def test_a_message_comes_at_its_time(server: Server) -> None:
    topic, collector = unique("timed"), Collector()
    came_at: dict[bytes, int] = {}
    consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))

    @consumer.listener(topic)
    def listen(message: Message) -> Action:
        came_at[message.body] = now()
        return collector(message)

    with Producer(namesrv_addr=server.namesrv_addr) as producer:
        producer.send(Message(topic, b"makes the topic"))
        with consumer:
            # 5 s is a delay level of old brokers as well. What is past means now.
            due = now() + 5000
            producer.send(Message(topic, b"later", start_deliver_time=due))
            past = datetime.now(timezone.utc) - timedelta(seconds=1)
            producer.send(Message(topic, b"past", start_deliver_time=past))
            received = {
                it.body: it
                for it in collector.wait(
                    lambda came: {b"later", b"past"} <= {it.body for it in came}
                )
            }

    assert received[b"later"].start_deliver_time == due
    assert came_at[b"past"] < due
    # Real brokers are a second exact.
    assert due - 1200 <= came_at[b"later"] < due + 10_000


@pytest.mark.parametrize("days", [41, 400])
def test_a_time_too_far_ahead_is_an_error(dev: DevServer, days: int) -> None:
    time = datetime.now(timezone.utc) + timedelta(days=days)
    with (
        Producer(namesrv_addr=dev.namesrv_addr) as producer,
        pytest.raises(OnsClientError, match="40 days") as raised,
    ):
        producer.send(Message(unique("t"), b"body", start_deliver_time=time))
    assert raised.value.code is ErrorCode.ILLEGAL_MESSAGE
