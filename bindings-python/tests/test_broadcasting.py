"""Each member of a group gets all."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest

import onsmq.aio
from onsmq import Consumer, Message, MessageModel, Producer

from .support.collector import Collector
from .support.names import unique

if TYPE_CHECKING:
    from pathlib import Path

    from onsmq.testing import DevServer

    from .support.servers import Server


def test_each_member_gets_all_and_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    topic, group, collectors = unique("broadcast"), unique("GID"), [Collector(), Collector()]

    def member(collector: Collector) -> Consumer:
        consumer = Consumer(
            namesrv_addr=server.namesrv_addr,
            group_id=group,
            message_model=MessageModel.BROADCASTING,
            local_offset_store_dir=str(tmp_path),
        )
        consumer.subscribe(topic, "*", collector)
        return consumer

    with Producer(namesrv_addr=server.namesrv_addr) as producer:
        producer.send(Message(topic, b"makes the topic"))
        with contextlib.ExitStack() as stack:
            for collector in collectors:
                stack.enter_context(member(collector))
            sent = {producer.send(Message(topic, b"body")).message_id for _ in range(50)}
            for collector in collectors:
                # The one that makes the topic was sent before, and may come where a broker's clock
                # cannot tell.
                came = {it.message_id for it in collector.wait_for(50) if it.body == b"body"}
                if came != sent:
                    came = {it.message_id for it in collector.wait_for(51) if it.body == b"body"}
                assert came == sent
        producer.send(Message(topic, b"missed"))
        again = Collector()
        with member(again):
            assert [it.body for it in again.wait_for(1)] == [b"missed"]


@pytest.mark.parametrize("model", [MessageModel.BROADCASTING, "BROADCASTING"])
def test_asyncio_broadcasts_as_well(dev: DevServer, tmp_path: Path, model: Any) -> None:
    topic, group = unique("broadcast"), unique("GID")

    async def main() -> list[set[bytes]]:
        members = [
            onsmq.aio.Consumer(
                {"MessageModel": model, "NAMESRV_ADDR": dev.namesrv_addr},
                group_id=group,
                local_offset_store_dir=str(tmp_path),
            )
            for _ in range(2)
        ]
        collectors = [Collector(), Collector()]
        for member, collector in zip(members, collectors):
            member.subscribe(topic, "*", collector.listen)
        async with onsmq.aio.Producer(namesrv_addr=dev.namesrv_addr) as producer:
            await producer.send(Message(topic, b"makes the topic"))
            async with members[0], members[1]:
                await producer.send_many(Message(topic, str(n).encode()) for n in range(20))
                return [
                    {it.body for it in await collector.collected(20)} for collector in collectors
                ]

    due = {str(number).encode() for number in range(20)}
    for came in asyncio.run(main()):
        assert due <= came
