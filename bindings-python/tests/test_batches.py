"""Consumers of lists."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

import onsmq.aio
from onsmq import Action, BatchConsumer, ErrorCode, Message, OnsClientError, Producer

from .support.names import unique

if TYPE_CHECKING:
    from .support.servers import Server


class Lists:
    """A listener that may have the first list of all come again: real brokers wait 10 s."""

    def __init__(self, *, fails: bool) -> None:
        self._fails = fails
        self.failed: list[str] = []
        self.done: list[str] = []
        self.sizes: list[int] = []
        self._changed = threading.Condition()

    def __call__(self, messages: list[Message]) -> Action:
        ids = [message.message_id for message in messages]
        assert len({(message.broker_name, message.topic) for message in messages}) == 1
        with self._changed:
            self.sizes.append(len(messages))
            if self._fails and not self.failed:
                self.failed += ids
                return Action.RECONSUME_LATER
            self.done += ids
            self._changed.notify_all()
        return Action.COMMIT_MESSAGE

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(set(self.done)) >= count, 60), self.done


def check_lists(lists: Lists, sent: set[str], size: int) -> None:
    assert set(lists.done) == sent
    assert len(lists.done) == len(sent)
    assert set(lists.failed) <= set(lists.done)
    assert bool(lists.failed) is (size == 8)
    assert 1 <= min(lists.sizes) <= max(lists.sizes) <= size
    assert size == 1 or max(lists.sizes) > 1


@pytest.mark.parametrize("size", [1, 8, 32])
def test_a_listener_gets_lists_up_to_their_size(server: Server, size: int) -> None:
    topic, lists = unique("batches"), Lists(fails=size == 8)
    consumer = BatchConsumer(
        namesrv_addr=server.namesrv_addr,
        group_id=unique("GID"),
        consume_message_batch_max_size=size,
        consume_thread_nums=1,
        consume_from_where="CONSUME_FROM_FIRST_OFFSET",
    )
    consumer.listener(topic)(lists)
    with Producer(namesrv_addr=server.namesrv_addr) as producer:
        results = producer.send_many(Message(topic, b"body") for _ in range(200))
        sent = {it.message_id for it in results if not isinstance(it, OnsClientError)}
        with consumer:
            lists.wait_for(200)

    check_lists(lists, sent, size)


def test_asyncio_gets_lists_as_well(server: Server) -> None:
    topic, lists = unique("batches"), Lists(fails=False)

    async def listen(messages: list[Message]) -> Action:
        await asyncio.sleep(0)
        return lists(messages)

    async def main() -> set[str]:
        consumer = onsmq.aio.BatchConsumer(
            namesrv_addr=server.namesrv_addr,
            group_id=unique("GID"),
            consume_message_batch_max_size=16,
            consume_thread_nums=1,
            consume_from_where="CONSUME_FROM_FIRST_OFFSET",
        )
        consumer.subscribe(topic, "*", listen)
        async with onsmq.aio.Producer(namesrv_addr=server.namesrv_addr) as producer:
            results = await producer.send_many(Message(topic, b"body") for _ in range(200))
            async with consumer:
                await asyncio.to_thread(lists.wait_for, 200)
        return {it.message_id for it in results if not isinstance(it, OnsClientError)}

    check_lists(lists, asyncio.run(main()), 16)


@pytest.mark.parametrize("size", [0, 33])
def test_a_size_that_is_out_of_range_is_an_error(size: int) -> None:
    with pytest.raises(OnsClientError, match="from 1 to 32") as raised:
        BatchConsumer(namesrv_addr="127.0.0.1:1", group_id="GID_a", ConsumeMessageBatchMaxSize=size)
    assert raised.value.code is ErrorCode.CONFIGURATION
