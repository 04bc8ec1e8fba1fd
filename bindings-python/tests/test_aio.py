"""Producers and consumers for asyncio."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
import time
from typing import TYPE_CHECKING

import pytest

from onsmq import Action, ErrorCode, Message, OnsClientError, SendResult
from onsmq.aio import Consumer, Producer

from .support.collector import Collector
from .support.names import unique
from .support.payloads import check_received, mixed

if TYPE_CHECKING:
    from onsmq.testing import DevServer

    from .support.servers import Server


def test_ten_thousand_messages_of_all_sizes_arrive_as_they_were_sent(server: Server) -> None:
    topic, collector = unique("mixed"), Collector()
    messages = mixed(topic, 10_000, seed=2)
    started_ms = int(time.time() * 1000)

    async def main() -> tuple[list[SendResult | OnsClientError], list[Message]]:
        producer = Producer(namesrv_addr=server.namesrv_addr, send_msg_timeout_millis=30_000)
        consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, "*", collector.listen)
        results: list[SendResult | OnsClientError] = []
        async with producer, consumer:
            for at in range(0, 5000, 500):
                results += await asyncio.gather(*map(producer.send, messages[at : at + 500]))
            for at in range(5000, 10_000, 500):
                results += await producer.send_many(messages[at : at + 500])
            return results, await collector.collected(len(messages))

    results, received = asyncio.run(main())
    sent = [(m, r) for m, r in zip(messages, results) if isinstance(r, SendResult)]
    assert len(sent) == len(messages), results
    check_received(sent, received, started_ms)


def test_tags_and_topics_are_told_apart(server: Server) -> None:
    topics = [unique("several") for _ in range(2)]
    collectors = [Collector() for _ in topics]

    async def main() -> list[list[Message]]:
        consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
        consumer.listener(topics[0], "red || blue")(collectors[0].listen)
        # A plain function is a listener, too.
        consumer.listener(topics[1])(collectors[1])
        async with Producer(namesrv_addr=server.namesrv_addr) as producer, consumer:
            await producer.send_many(
                Message(topic, b"body", tag=tag)
                for tag in ["red", "green", None, "blue", "Red"] * 20
                for topic in topics
            )
            counts = zip(collectors, [40, 100])
            return [await collector.collected(count) for collector, count in counts]

    filtered, all_of_it = asyncio.run(main())
    assert {message.tag for message in filtered} == {"red", "blue"}
    assert len(filtered) == 40
    assert len(all_of_it) == 100


def test_a_message_whose_listener_fails_comes_again(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    topic, collector = unique("again"), Collector()

    async def fails_first(message: Message) -> Action | None:
        await collector.listen(message)
        if message.reconsume_times:
            return Action.COMMIT_MESSAGE
        if message.tag == "raises":
            raise ValueError("on purpose")
        return None if message.tag == "nothing" else Action.RECONSUME_LATER

    async def main() -> list[Message]:
        consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, "*", fails_first)
        async with Producer(namesrv_addr=server.namesrv_addr) as producer, consumer:
            tags = ["raises", "nothing", "nothing", "later"]
            await producer.send_many(Message(topic, b"body", tag=tag) for tag in tags)
            return await asyncio.to_thread(collector.wait, lambda came: len(came) >= 8)

    received = asyncio.run(main())
    times = {message.message_id: set[int]() for message in received}
    for message in received:
        times[message.message_id].add(message.reconsume_times)
    assert list(times.values()) == [{0, 1}] * 4
    said = [record.getMessage() for record in caplog.records if "fails_first" in record.message]
    assert len([text for text in said if "answers None" in text]) == 1
    assert [str(it.exc_info[1]) for it in caplog.records if it.exc_info] == ["on purpose"]


def test_a_one_way_message_arrives(dev: DevServer) -> None:
    topic, collector = unique("oneway"), Collector()

    async def main() -> list[Message]:
        consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, "*", collector)
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
            await asyncio.gather(*[producer.send_oneway(Message(topic, b"body"))] * 3)
            await producer.send_oneway(Message(topic, b"body"))
            return await collector.collected(2)

    assert {message.body for message in asyncio.run(main())} == {b"body"}


def test_as_many_listeners_run_at_once_as_consume_thread_nums_says(dev: DevServer) -> None:
    topic, at_once, most = unique("t"), 0, 0

    async def main() -> None:
        done = asyncio.Semaphore(0)

        async def count(_: Message) -> Action:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            for _turn in range(10):
                await asyncio.sleep(0)
            at_once -= 1
            done.release()
            return Action.COMMIT_MESSAGE

        consumer = Consumer(
            namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), consume_thread_nums=3
        )
        consumer.subscribe(topic, "*", count)
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer:
            await producer.send_many([Message(topic, b"body")] * 50)
            async with consumer:
                for _ in range(50):
                    await done.acquire()

    asyncio.run(asyncio.wait_for(main(), 60))
    assert most == 3


def test_an_error_is_raised_where_it_is_awaited(dev: DevServer) -> None:
    async def main() -> None:
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer:
            with pytest.raises(OnsClientError) as raised:
                await producer.send(Message(unique("t"), b""))
            assert raised.value.code is ErrorCode.ILLEGAL_MESSAGE
            first, second = await producer.send_many(
                [Message(unique("t"), b"body"), Message(unique("t"), b"")]
            )
            assert isinstance(first, SendResult)
            assert isinstance(second, OnsClientError)
        with pytest.raises(OnsClientError) as raised:
            await producer.send(Message(unique("t"), b"body"))
        assert raised.value.code is ErrorCode.CLOSED

    asyncio.run(main())


def test_sends_that_nobody_awaits_end_before_shutdown_does(dev: DevServer) -> None:
    async def main() -> list[SendResult]:
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer:
            sends = [producer.send(Message(unique("t"), b"body")) for _ in range(100)]
        return await asyncio.gather(*sends)

    assert len(asyncio.run(asyncio.wait_for(main(), 60))) == 100


def test_a_send_that_is_cancelled_disturbs_no_other(dev: DevServer) -> None:
    async def main() -> None:
        topic = unique("t")
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer:
            sends = [producer.send(Message(topic, b"body")) for _ in range(10)]
            sends[3].cancel()
            results = await asyncio.gather(*sends, return_exceptions=True)
            assert isinstance(results[3], asyncio.CancelledError)
            assert len([it for it in results if isinstance(it, SendResult)]) == 9
            assert await producer.flush(30)

    asyncio.run(main())


def test_flush_says_whether_all_is_sent(dev: DevServer) -> None:
    async def main() -> None:
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer:
            assert await producer.flush()
            sends = [producer.send(Message(unique("t"), b"body")) for _ in range(100)]
            assert not await producer.flush(0)
            assert await producer.flush(30)
            assert all(send.done() for send in sends)

    asyncio.run(main())


def test_a_producer_serves_one_loop_after_the_other_but_not_two_at_once(dev: DevServer) -> None:
    producer = Producer(namesrv_addr=dev.namesrv_addr)

    async def send() -> SendResult:
        await producer.start()
        return await producer.send(Message(unique("t"), b"body"))

    async def with_another_loop() -> None:
        await send()
        with pytest.raises(RuntimeError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, send())

    asyncio.run(send())
    asyncio.run(with_another_loop())


def test_shutdown_in_a_listener_does_not_wait_for_itself(dev: DevServer) -> None:
    topic = unique("t")

    async def main() -> None:
        done = asyncio.Event()
        consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))

        @consumer.listener(topic)
        async def shut_down(_: Message) -> Action:
            await consumer.shutdown()
            done.set()
            return Action.COMMIT_MESSAGE

        async with Producer(namesrv_addr=dev.namesrv_addr) as producer:
            await consumer.start()
            await producer.send(Message(topic, b"body"))
            await done.wait()
        # The rest happens when the listener is done.
        while not consumer.is_closed:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(main(), 10))


def test_shutdown_waits_for_listeners(dev: DevServer) -> None:
    topic = unique("t")

    async def main() -> bool:
        begun, ended = asyncio.Event(), False

        async def slow(_: Message) -> Action:
            nonlocal ended
            begun.set()
            await asyncio.sleep(0.2)
            ended = True
            return Action.COMMIT_MESSAGE

        consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, "*", slow)
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
            await producer.send(Message(topic, b"body"))
            await begun.wait()
        return ended

    assert asyncio.run(asyncio.wait_for(main(), 60))


def test_a_listener_that_is_cancelled_has_its_message_come_again(dev: DevServer) -> None:
    topic, group, collector = unique("t"), unique("GID"), Collector()

    async def leave_in_the_middle() -> None:
        begun = asyncio.Event()

        async def wait(_: Message) -> Action:
            begun.set()
            await asyncio.Event().wait()
            return Action.COMMIT_MESSAGE

        consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=group)
        consumer.subscribe(topic, "*", wait)
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer:
            await consumer.start()
            await producer.send(Message(topic, b"body"))
            await begun.wait()

    async def take_up() -> list[Message]:
        consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=group)
        consumer.subscribe(topic, "*", collector)
        async with consumer:
            return await collector.collected(1)

    asyncio.run(leave_in_the_middle())
    gc.collect()
    (message,) = asyncio.run(take_up())
    assert message.reconsume_times == 1


def test_the_event_loop_goes_on_while_a_consumer_starts_without_a_server() -> None:
    async def main() -> float:
        consumer = Consumer(namesrv_addr="127.0.0.1:1", group_id=unique("GID"))
        start = asyncio.ensure_future(consumer.start())
        longest = 0.0
        while not start.done():
            before = time.monotonic()
            await asyncio.sleep(0)
            longest = max(longest, time.monotonic() - before)
        assert isinstance(start.exception(), OnsClientError)
        await consumer.shutdown()
        return longest

    assert asyncio.run(main()) < 0.5


def test_no_thread_of_pythons_is_needed(dev: DevServer) -> None:
    topic, collector = unique("t"), Collector()

    async def main() -> list[str]:
        consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, "*", collector.listen)
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
            await producer.send(Message(topic, b"body"))
            return [thread.name for thread in threading.enumerate()]

    before = {thread.name for thread in threading.enumerate()}
    assert set(asyncio.run(main())) <= before | {"onsmq-log"}


def test_the_loop_in_debug_mode_has_nothing_to_say(
    dev: DevServer, caplog: pytest.LogCaptureFixture
) -> None:
    topic, collector = unique("t"), Collector()
    caplog.set_level(logging.DEBUG, logger="asyncio")

    async def main() -> None:
        # A machine that is busy otherwise makes every callback slow.
        asyncio.get_running_loop().slow_callback_duration = 5
        consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
        consumer.subscribe(topic, "*", collector.listen)
        async with Producer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
            await producer.send_many([Message(topic, b"body")] * 100)
            await collector.collected(100)

    asyncio.run(main(), debug=True)
    gc.collect()
    assert [it.message for it in caplog.records if it.levelno >= logging.WARNING] == []
