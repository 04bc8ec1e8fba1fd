"""Ordered messages, for threads and for asyncio."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

import onsmq.aio
from onsmq import (
    Consumer,
    ErrorCode,
    Message,
    OnsClientError,
    OrderAction,
    OrderConsumer,
    OrderProducer,
    Producer,
    SendResult,
)

from .support.collector import Collector
from .support.names import unique

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onsmq.testing import DevServer

    from .support.servers import Server

SHARDS = ["a", "b", "订单-😀", "d", "e"]


def numbered(topic: str, numbers: range) -> list[Message]:
    """One message for each shard and number."""
    return [
        Message(topic, str(number).encode(), sharding_key=shard)
        for number in numbers
        for shard in SHARDS
    ]


def check_order(received: Sequence[Message], results: Sequence[Any], count: int) -> None:
    """Each shard's numbers came in order, and all through one queue."""
    assert {type(result) for result in results} == {SendResult}
    by_shard = defaultdict(list)
    for message in received:
        by_shard[message.sharding_key].append(message)
    assert set(by_shard) == set(SHARDS)
    for messages in by_shard.values():
        assert [int(message.body) for message in messages] == list(range(count))
        assert len({(message.broker_name, message.queue_id) for message in messages}) == 1


def test_shards_are_received_in_the_order_of_the_calls(server: Server) -> None:
    topic, collector = unique("ordered"), Collector()
    busy: set[int] = set()
    consumer = OrderConsumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))

    @consumer.listener(topic)
    def one_at_a_time(message: Message) -> OrderAction:
        assert message.queue_id not in busy
        busy.add(message.queue_id)
        threading.Event().wait(0.0001)
        busy.discard(message.queue_id)
        collector(message)
        return OrderAction.SUCCESS

    results: list[object] = []
    with OrderProducer(namesrv_addr=server.namesrv_addr) as producer, consumer:
        for message in numbered(topic, range(20)):
            assert message.sharding_key
            results.append(producer.send(Message(topic, message.body), message.sharding_key))
        futures = [
            producer.send_async(Message(topic, message.body), message.sharding_key)
            for message in numbered(topic, range(20, 60))
        ]
        results += [future.result(60) for future in futures]
        results += producer.send_many(numbered(topic, range(60, 100)))
        received = collector.wait_for(100 * len(SHARDS))

    check_order(received, results, 100)


def test_asyncio_sends_and_receives_shards_in_order(server: Server) -> None:
    topic, collector = unique("ordered"), Collector()

    async def listen(message: Message) -> OrderAction:
        await collector.listen(message)
        return OrderAction.SUCCESS

    async def main() -> tuple[list[Message], list[object]]:
        consumer = onsmq.aio.OrderConsumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, "*", listen)
        async with (
            onsmq.aio.OrderProducer(namesrv_addr=server.namesrv_addr) as producer,
            consumer,
        ):
            # Nothing is awaited between the calls.
            sends = [
                producer.send(Message(topic, message.body), message.sharding_key)
                for message in numbered(topic, range(50))
            ]
            results: list[object] = [*await asyncio.gather(*sends)]
            results += await producer.send_many(numbered(topic, range(50, 100)))
            return await collector.collected(100 * len(SHARDS)), results

    check_order(*asyncio.run(main()), 100)


def test_a_suspended_message_comes_again_before_the_next(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    topic, collector = unique("suspended"), Collector()
    consumer = OrderConsumer(
        namesrv_addr=server.namesrv_addr, group_id=unique("GID"), suspend_time_millis=50
    )

    @consumer.listener(topic)
    def suspends_first(message: Message) -> Any:
        collector(message)
        if message.reconsume_times == 0 and message.body == b"1":
            return OrderAction.SUSPEND
        if message.reconsume_times == 0 and message.body == b"2":
            raise ValueError("on purpose")
        if message.reconsume_times < 2 and message.body == b"3":
            return None
        return OrderAction.SUCCESS

    with OrderProducer(namesrv_addr=server.namesrv_addr) as producer, consumer:
        for message in numbered(topic, range(5)):
            producer.send(message)
        received = collector.wait(lambda came: len(came) >= 9 * len(SHARDS))

    for shard in SHARDS:
        came = [(int(m.body), m.reconsume_times) for m in received if m.sharding_key == shard]
        assert came == [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (4, 0)]
    said = [record.getMessage() for record in caplog.records if "answers None" in record.message]
    assert len(said) == 1
    assert "suspends_first answers None, which counts as SUSPEND: return OrderAction.S" in said[0]


def test_asyncio_suspends_as_well(dev: DevServer, caplog: pytest.LogCaptureFixture) -> None:
    topic, collector = unique("suspended"), Collector()

    async def suspends_first(message: Message) -> OrderAction | None:
        await collector.listen(message)
        if message.reconsume_times == 0:
            raise ValueError("on purpose")
        return None if message.reconsume_times < 2 else OrderAction.SUCCESS

    async def main() -> list[Message]:
        consumer = onsmq.aio.OrderConsumer(
            namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), suspend_time_millis=50
        )
        consumer.listener(topic)(suspends_first)
        async with onsmq.aio.OrderProducer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
            for number in range(3):
                await producer.send(Message(topic, str(number).encode()), "one")
            return await asyncio.to_thread(collector.wait, lambda came: len(came) >= 9)

    came = [(int(it.body), it.reconsume_times) for it in asyncio.run(main())]
    assert came == [(number, times) for number in range(3) for times in range(3)]
    levels = [it.levelno for it in caplog.records if "suspends_first answers None" in it.message]
    assert levels == [logging.WARNING]


def test_an_action_of_other_consumers_is_no_answer(
    dev: DevServer, caplog: pytest.LogCaptureFixture
) -> None:
    topic, collector = unique("suspended"), Collector()
    consumer = OrderConsumer(
        namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), suspend_time_millis=50
    )
    # It answers Action.COMMIT_MESSAGE.
    consumer.subscribe(topic, "*", collector)  # type: ignore[arg-type]
    with OrderProducer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
        producer.send(Message(topic, b"body"), "one")
        received = collector.wait(lambda came: len(came) >= 2)

    assert [message.reconsume_times for message in received[:2]] == [0, 1]
    assert (
        "answers <Action.COMMIT_MESSAGE: 'CommitMessage'>, which counts as SUSPEND" in caplog.text
    )


@pytest.mark.parametrize("key", [None, "", " "])
def test_a_message_without_a_sharding_key_is_an_error(dev: DevServer, key: str | None) -> None:
    message = Message(unique("t"), b"body")
    with OrderProducer(namesrv_addr=dev.namesrv_addr) as producer:
        with pytest.raises(OnsClientError) as raised:
            producer.send(message, key)
        (in_a_list,) = producer.send_many([message])

    assert raised.value.code is ErrorCode.INVALID_ARGUMENT
    assert isinstance(in_a_list, OnsClientError)
    assert in_a_list.code is raised.value.code


def test_the_argument_goes_before_the_messages_own_key(dev: DevServer) -> None:
    topic, collector = unique("t"), Collector()
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
    consumer.subscribe(topic, "*", collector)
    message = Message(
        topic, b"body", tag="t", key="k", properties={"a": "b"}, sharding_key="its own"
    )
    with OrderProducer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
        producer.send(message, "another")
        (received,) = collector.wait_for(1)
        # One that was received is sent on as a new one.
        producer.send(received, "a third")
        producer.send(received)
        keys = {it.sharding_key for it in collector.wait_for(3)}

    assert message.sharding_key == "its own"
    assert keys == {"another", "a third"}
    assert {(m.tag, m.key, m.properties["a"]) for m in collector.wait_for(3)} == {("t", "k", "b")}


@pytest.mark.parametrize("argument", [5, b"key"])
def test_a_sharding_key_is_text(dev: DevServer, argument: Any) -> None:
    with (
        OrderProducer(namesrv_addr=dev.namesrv_addr) as producer,
        pytest.raises(TypeError, match="argument 'sharding_key': text is due"),
    ):
        producer.send(Message(unique("t"), b"body"), argument)


def test_a_second_member_takes_over_without_a_gap(server: Server) -> None:
    topic, group, collectors = unique("handover"), unique("GID"), [Collector(), Collector()]
    members = [
        OrderConsumer(
            namesrv_addr=server.namesrv_addr, group_id=group, instance_name=unique("member")
        )
        for _ in range(2)
    ]
    order: list[Message] = []
    for member, collector in zip(members, collectors):

        def listen(message: Message, collector: Collector = collector) -> OrderAction:
            order.append(message)
            collector(message)
            return OrderAction.SUCCESS

        member.subscribe(topic, "*", listen)
    with Producer(namesrv_addr=server.namesrv_addr) as maker:
        maker.send(Message(topic, b"makes the topic"))
    with OrderProducer(namesrv_addr=server.namesrv_addr) as producer, members[0]:
        for message in numbered(topic, range(20)):
            producer.send(message)
        members[1].start()
        for message in numbered(topic, range(20, 40)):
            producer.send(message)
        members[0].shutdown()
        for message in numbered(topic, range(40, 60)):
            producer.send(message)
        seen = dict.fromkeys(SHARDS, -1)
        wait_for_all(collectors, 60 * len(SHARDS))
        members[1].shutdown()

    for message in order:
        if message.sharding_key:
            # The last one before a member left may come again; none is skipped.
            assert int(message.body) <= seen[message.sharding_key] + 1
            seen[message.sharding_key] = max(seen[message.sharding_key], int(message.body))
    assert set(seen.values()) == {59}


def wait_for_all(collectors: list[Collector], count: int, limit: float = 60) -> None:
    """Waits until so many messages with a sharding key came to some collectors."""
    pause = threading.Event()
    for _ in range(round(limit / 0.05)):
        came = [message for it in collectors for message in it.wait(lambda _: True)]
        if len({it.message_id for it in came if it.sharding_key}) >= count:
            return
        pause.wait(0.05)
    raise AssertionError(f"{count} messages do not come")
