"""SQL conditions beside tag expressions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

import onsmq.aio
from onsmq import Action, Consumer, Message, Producer

from .support.collector import Collector
from .support.names import unique

if TYPE_CHECKING:
    from onsmq.testing import DevServer

    from .support.servers import Server

CONDITION = "amount > 10 AND region IN ('north', '东') OR TAGS = 'always'"


def messages(topic: str) -> list[Message]:
    made = [
        Message(
            topic, f"{amount} {region}".encode(), properties={"amount": amount, "region": region}
        )
        for amount in ("5", "15", "100")
        for region in ("north", "south", "东")
    ]
    return [*made, Message(topic, b"always", tag="always"), Message(topic, b"never", tag="never")]


WANTED = {"15 north", "100 north", "15 东", "100 东", "always"}


def test_a_condition_chooses_by_properties(server: Server) -> None:
    topic, collector = unique("sql"), Collector()
    consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
    consumer.listener(topic, sql=CONDITION)(collector)
    with Producer(namesrv_addr=server.namesrv_addr) as producer:
        producer.send(Message(topic, b"makes the topic"))
        with consumer:
            producer.send_many(messages(topic))
            received = collector.wait_for(len(WANTED))

    assert {message.body.decode() for message in received} == WANTED


def test_asyncio_takes_a_condition_as_well(server: Server) -> None:
    topic = unique("sql")

    async def main() -> set[str]:
        consumer = onsmq.aio.Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, sql=CONDITION)
        came = set()
        async with onsmq.aio.Producer(namesrv_addr=server.namesrv_addr) as producer:
            await producer.send(Message(topic, b"makes the topic"))
            async with consumer:
                await producer.send_many(messages(topic))
                async for message in consumer:
                    message.commit()
                    came.add(message.body.decode())
                    if len(came) == len(WANTED):
                        return came
        return came

    assert asyncio.run(asyncio.wait_for(main(), 60)) == WANTED


def test_a_condition_is_never_guessed_from_an_expression(dev: DevServer) -> None:
    topic, collector = unique("t"), Collector()
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
    consumer.subscribe(topic, "a > 5 || b", collector)
    with Producer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
        producer.send(Message(topic, b"body", tag="a > 5"))
        assert collector.wait_for(1)


def test_an_expression_and_a_condition_exclude_each_other(dev: DevServer) -> None:
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))

    def commit(_: Message) -> Action:
        return Action.COMMIT_MESSAGE

    with pytest.raises(TypeError, match="either an expression or `sql`"):
        consumer.subscribe(unique("t"), "*", commit, sql="a > 5")
    with pytest.raises(TypeError, match="argument 'sql': text is due, not int"):
        consumer.subscribe(unique("t"), sql=5)  # type: ignore[arg-type]
