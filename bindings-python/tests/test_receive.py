"""Receiving without a listener, for threads and for asyncio."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import onsmq.aio
from onsmq import (
    Action,
    BatchConsumer,
    Consumer,
    ErrorCode,
    Message,
    OnsClientError,
    OrderConsumer,
    OrderProducer,
    Producer,
    ReceivedBatch,
    ReceivedMessage,
)

from .support.names import unique
from .support.processes import Program

if TYPE_CHECKING:
    from onsmq.testing import DevServer

    from .support.servers import Server


def send(server: Server | DevServer, topic: str, count: int) -> set[str]:
    """Sends so many messages. Answers their ids."""
    with Producer(namesrv_addr=server.namesrv_addr) as producer:
        sent = producer.send_many(Message(topic, str(n).encode()) for n in range(count))
        return {it.message_id for it in sent if not isinstance(it, OnsClientError)}


def config(server: Server | DevServer, group: str | None = None) -> dict[str, str]:
    """The properties of a consumer that gets what was sent before it starts."""
    return {
        "NAMESRV_ADDR": server.namesrv_addr,
        "GROUP_ID": group or unique("GID"),
        "ConsumeFromWhere": "CONSUME_FROM_FIRST_OFFSET",
    }


def test_messages_are_received_and_completed_one_by_one(server: Server) -> None:
    topic, group = unique("receive"), unique("GID")
    sent = send(server, topic, 100)
    came: list[str] = []
    with Consumer(config(server, group)) as consumer:
        consumer.subscribe(topic)
        while len(came) < 50:
            messages = consumer.receive(max=10, timeout=30)
            assert 1 <= len(messages) <= 10
            for message in messages:
                assert isinstance(message, ReceivedMessage)
                assert isinstance(message, Message)
                message.commit()
                came.append(message.message_id)
        for message in consumer:
            message.commit()
            came.append(message.message_id)
            if len(came) == 100:
                break
        assert consumer.receive(timeout=0) == []

    assert len(came) == 100
    assert set(came) == sent
    # All of it was committed.
    with Consumer(config(server, group)) as again:
        again.subscribe(topic)
        assert again.receive(timeout=1) == []


def test_asyncio_receives_and_completes_one_by_one(server: Server) -> None:
    topic = unique("receive")
    sent = send(server, topic, 100)

    async def main() -> list[str]:
        came: list[str] = []
        async with onsmq.aio.Consumer(config(server)) as consumer:
            consumer.subscribe(topic, "*")
            while len(came) < 50:
                messages = await consumer.receive(max=10, timeout=30)
                assert 1 <= len(messages) <= 10
                for message in messages:
                    message.commit()
                    came.append(message.message_id)
            async for message in consumer:
                message.commit()
                came.append(message.message_id)
                if len(came) == 100:
                    break
            assert await consumer.receive(timeout=0) == []
        return came

    came = asyncio.run(main())
    assert len(came) == 100
    assert set(came) == sent


@pytest.mark.parametrize("how", ["reconsume_later", "let go"])
def test_what_is_not_committed_comes_again(server: Server, how: str) -> None:
    topic = unique("receive")
    (sent,) = send(server, topic, 1)
    with Consumer(config(server)) as consumer:
        consumer.subscribe(topic)
        for times in range(2):
            (message,) = consumer.receive(timeout=60)
            assert (message.message_id, message.reconsume_times) == (sent, times)
            if times:
                message.commit()
            elif how == "reconsume_later":
                message.reconsume_later()
            del message


def test_ordered_messages_are_received_one_at_a_time(server: Server) -> None:
    topic = unique("receive")
    with OrderProducer(namesrv_addr=server.namesrv_addr) as producer:
        for number in range(5):
            for shard in ("a", "b", "c"):
                producer.send(Message(topic, str(number).encode()), shard)
    came: dict[Any, list[tuple[int, int]]] = {"a": [], "b": [], "c": []}
    with OrderConsumer(config(server), suspend_time_millis=50) as consumer:
        consumer.subscribe(topic)
        while sum(map(len, came.values())) < 3 * 6:
            messages = consumer.receive(max=32, timeout=30)
            assert messages
            assert len({message.queue_id for message in messages}) == len(messages)
            for message in messages:
                came[message.sharding_key].append((int(message.body), message.reconsume_times))
                if (message.body, message.reconsume_times) == (b"2", 0):
                    message.reconsume_later()
                else:
                    message.commit()

    assert list(came.values()) == [[(0, 0), (1, 0), (2, 0), (2, 1), (3, 0), (4, 0)]] * 3


def test_lists_are_received_and_completed_as_a_whole(server: Server) -> None:
    topic = unique("receive")
    sent = send(server, topic, 64)
    committed: list[str] = []
    suspended: set[str] = set()
    with BatchConsumer(config(server), ConsumeMessageBatchMaxSize=8) as consumer:
        consumer.subscribe(topic)
        while len(committed) < 64:
            for batch in consumer.receive(max=2, timeout=60):
                assert isinstance(batch, ReceivedBatch)
                assert 1 <= len(batch) <= 8
                assert batch[0] in batch[:1]
                ids = [message.message_id for message in batch]
                if suspended or batch[0].reconsume_times:
                    batch.commit()
                    committed += ids
                else:
                    batch.reconsume_later()
                    suspended.update(ids)

    assert suspended
    assert len(committed) == 64
    assert set(committed) == sent


def test_asyncio_receives_in_order_and_in_lists_as_well(dev: DevServer) -> None:
    topic, lists = unique("receive"), unique("receive")

    async def main() -> tuple[list[bytes], int]:
        async with (
            onsmq.aio.OrderProducer(namesrv_addr=dev.namesrv_addr) as producer,
            onsmq.aio.OrderConsumer(config(dev)) as ordered,
            onsmq.aio.BatchConsumer(config(dev)) as batches,
        ):
            ordered.subscribe(topic)
            batches.subscribe(lists)
            messages = [Message(topic, str(n).encode(), sharding_key="a") for n in range(20)]
            await producer.send_many(messages)
            await producer.send_many(Message(lists, b"b", sharding_key=str(n)) for n in range(20))
            bodies, count = [], 0
            async for message in ordered:
                bodies.append(message.body)
                message.commit()
                if len(bodies) == 20:
                    break
            async for batch in batches:
                count += len(batch)
                batch.commit()
                if count == 20:
                    break
            return bodies, count

    assert asyncio.run(asyncio.wait_for(main(), 60)) == (
        [str(number).encode() for number in range(20)],
        20,
    )


def test_nothing_is_taken_ahead_of_need(dev: DevServer) -> None:
    topic, group = unique("t"), unique("GID")
    send(dev, topic, 100)
    taken = []
    with Consumer(config(dev, group)) as consumer:
        consumer.subscribe(topic)
        for message in consumer:
            taken.append(message.message_id)
            message.commit()
            if len(taken) == 3:
                break
        # Shutdown has nothing to wait for.
        began = time.monotonic()
    assert time.monotonic() - began < 10

    # The others were not delivered to anybody.
    with Consumer(config(dev, group)) as consumer:
        consumer.subscribe(topic)
        rest: list[ReceivedMessage] = []
        while len(rest) < 97:
            rest += consumer.receive(100, timeout=30)
        for message in rest:
            message.commit()
    assert {message.reconsume_times for message in rest} == {0}
    assert not {message.message_id for message in rest} & set(taken)


def test_what_is_held_is_bounded(dev: DevServer) -> None:
    topic = unique("t")
    send(dev, topic, 1000)
    with Consumer(config(dev), max_cached_message_amount=100) as consumer:
        consumer.subscribe(topic)
        held: list[ReceivedMessage] = []
        while messages := consumer.receive(32, timeout=0.5):
            held += messages
        # As much as may be cached, and what a pull brings beyond that.
        assert 100 <= len(held) < 1000
        for message in held:
            message.commit()
        (message,) = consumer.receive(timeout=30)
        message.commit()


def test_a_receive_waits_for_its_timeout_and_no_longer(dev: DevServer) -> None:
    with Consumer(config(dev)) as consumer:
        consumer.subscribe(unique("t"))
        began = time.monotonic()
        assert consumer.receive(timeout=0.3) == []
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(consumer.receive, 1, 0.3).result(10) == []
        took = time.monotonic() - began

    assert 0.6 <= took < 5


def test_asyncio_waits_for_its_timeout_and_no_longer(dev: DevServer) -> None:
    async def main() -> float:
        async with onsmq.aio.Consumer(config(dev)) as consumer:
            consumer.subscribe(unique("t"))
            began = time.monotonic()
            assert await consumer.receive(timeout=0.3) == []
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(consumer.receive(), 0.3)
            return time.monotonic() - began

    assert 0.6 <= asyncio.run(main()) < 5


def test_a_receive_returns_when_a_message_comes(dev: DevServer) -> None:
    topic = unique("t")
    with Consumer(config(dev)) as consumer, ThreadPoolExecutor(1) as pool:
        consumer.subscribe(topic)
        # On this thread, and on another one.
        for submit in (False, True):
            timer = threading.Timer(0.2, send, (dev, topic, 1))
            timer.start()
            received = pool.submit(consumer.receive).result(30) if submit else consumer.receive()
            for message in received:
                message.commit()
            timer.join()


@pytest.mark.parametrize("iterate", [False, True])
def test_shutdown_ends_what_receives(dev: DevServer, iterate: bool) -> None:
    consumer = Consumer(config(dev))
    consumer.subscribe(unique("t"))
    consumer.start()
    with ThreadPoolExecutor(4) as pool:
        receive: Any = (lambda: list(consumer)) if iterate else consumer.receive
        waiting = [pool.submit(receive) for _ in range(4)]
        threading.Event().wait(0.1)
        consumer.shutdown()
        assert [it.result(10) for it in waiting] == [[]] * 4

    assert consumer.receive() == []
    assert list(consumer) == []


def test_shutdown_ends_what_receives_with_asyncio(dev: DevServer) -> None:
    async def main() -> list[list[Any]]:
        consumer = onsmq.aio.Consumer(config(dev))
        consumer.subscribe(unique("t"))
        await consumer.start()

        async def iterate() -> list[ReceivedMessage]:
            return [message async for message in consumer]

        waiting = [asyncio.ensure_future(it()) for it in (consumer.receive, iterate) * 2]
        await asyncio.sleep(0.1)
        await consumer.shutdown()
        assert await consumer.receive() == []
        return await asyncio.gather(*waiting)

    assert asyncio.run(asyncio.wait_for(main(), 30)) == [[]] * 4


def test_shutdown_waits_for_what_is_out(dev: DevServer) -> None:
    topic, group = unique("t"), unique("GID")
    send(dev, topic, 1)
    consumer = Consumer(config(dev, group))
    consumer.subscribe(topic)
    consumer.start()
    (message,) = consumer.receive(timeout=30)
    down = threading.Thread(target=consumer.shutdown)
    down.start()
    down.join(0.2)
    assert down.is_alive()
    message.commit()
    down.join(30)
    assert not down.is_alive()

    with Consumer(config(dev, group)) as again:
        again.subscribe(topic)
        assert again.receive(timeout=0.5) == []


def leave_by_an_exception(dev: DevServer, topic: str, group: str, how: str) -> None:
    if how == "asyncio":
        asyncio.run(leave_with_asyncio(dev, topic, group))
    with Consumer(config(dev, group)) as consumer:
        consumer.subscribe(topic)
        messages = list(zip(consumer, [0])) if how == "iterate" else consumer.receive(5, timeout=30)
        assert messages
        raise LookupError("on purpose")


async def leave_with_asyncio(dev: DevServer, topic: str, group: str) -> None:
    async with onsmq.aio.Consumer(config(dev, group)) as consumer:
        consumer.subscribe(topic)
        async for message in consumer:
            raise LookupError(f"on purpose: {message}")


@pytest.mark.parametrize("how", ["iterate", "receive", "asyncio"])
def test_an_exception_gives_back_what_is_held_and_does_not_wait(dev: DevServer, how: str) -> None:
    topic, group = unique("t"), unique("GID")
    # Equal messages are different ones.
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        producer.send_many([Message(topic, b"body")] * 5)
    began = time.monotonic()
    with pytest.raises(LookupError, match="on purpose") as raised:
        leave_by_an_exception(dev, topic, group, how)

    assert time.monotonic() - began < 20
    # The traceback still holds the messages.
    assert raised.value.__traceback__
    with Consumer(config(dev, group)) as consumer:
        consumer.subscribe(topic)
        came: list[int] = []
        while len(came) < 5:
            (message,) = consumer.receive(timeout=30)
            message.commit()
            came.append(message.reconsume_times)
    assert sum(came) >= 1


def test_many_threads_receive_from_one_consumer(dev: DevServer) -> None:
    topic = unique("t")
    sent = send(dev, topic, 1000)
    came: list[str] = []
    with Consumer(config(dev)) as consumer:
        consumer.subscribe(topic)

        def work() -> None:
            for message in consumer:
                message.commit()
                came.append(message.message_id)
                if len(came) >= 1000:
                    threading.Thread(target=consumer.shutdown).start()

        with ThreadPoolExecutor(8) as pool:
            for worker in [pool.submit(work) for _ in range(8)]:
                worker.result(60)

    assert len(came) == 1000
    assert set(came) == sent


def test_many_tasks_receive_from_one_consumer(dev: DevServer) -> None:
    topic = unique("t")
    sent = send(dev, topic, 500)

    async def main() -> list[str]:
        came: list[str] = []
        async with onsmq.aio.Consumer(config(dev)) as consumer:
            consumer.subscribe(topic)

            async def work() -> None:
                while len(came) < 500 and (messages := await consumer.receive(3)):
                    await asyncio.sleep(0)
                    for message in messages:
                        message.commit()
                        came.append(message.message_id)
                await consumer.shutdown()

            await asyncio.gather(*(work() for _ in range(8)))
        return came

    came = asyncio.run(asyncio.wait_for(main(), 60))
    assert len(came) == 500
    assert set(came) == sent


def test_a_receive_that_is_cancelled_has_taken_nothing(dev: DevServer) -> None:
    topic = unique("t")

    async def main() -> set[int]:
        async with onsmq.aio.Consumer(config(dev)) as consumer:
            consumer.subscribe(topic)
            cancelled = [asyncio.ensure_future(consumer.receive()) for _ in range(5)]
            await asyncio.sleep(0)
            for receive in cancelled:
                receive.cancel()
            await asyncio.gather(*cancelled, return_exceptions=True)
            await asyncio.to_thread(send, dev, topic, 5)
            times = set()
            for _ in range(5):
                (message,) = await consumer.receive(timeout=30)
                times.add(message.reconsume_times)
                message.commit()
            return times

    assert asyncio.run(main()) == {0}


def test_asyncio_receives_in_the_loop_that_it_was_started_in(dev: DevServer) -> None:
    async def main() -> None:
        async with onsmq.aio.Consumer(config(dev)) as consumer:
            consumer.subscribe(unique("t"))
            with pytest.raises(RuntimeError, match="another event loop"):
                await asyncio.to_thread(asyncio.run, consumer.receive(timeout=5))

    asyncio.run(main())


def test_completing_twice_is_an_error_that_changes_nothing(dev: DevServer) -> None:
    topic = unique("t")
    send(dev, topic, 1)
    with Consumer(config(dev)) as consumer:
        consumer.subscribe(topic)
        (message,) = consumer.receive(timeout=30)
        message.commit()
        for complete in (message.commit, message.reconsume_later):
            with pytest.raises(OnsClientError) as raised:
                complete()
            assert raised.value.code is ErrorCode.INVALID_STATE
        del message, complete, raised
        gc.collect()
        assert consumer.receive(timeout=0.5) == []


def test_a_consumer_either_calls_or_is_received_from(dev: DevServer) -> None:
    topic, other = unique("t"), unique("t")

    def commit(_: Message) -> Action:
        return Action.COMMIT_MESSAGE

    with Consumer(config(dev)) as calls, Consumer(config(dev)) as received_from:
        calls.subscribe(topic, "*", commit)
        received_from.subscribe(topic, "*")
        uses: list[Any] = [
            calls.receive,
            lambda: next(iter(calls)),
            lambda: calls.subscribe(other),
            lambda: received_from.subscribe(other, "*", commit),
            lambda: received_from.listener(other)(commit),
        ]
        for use in uses:
            with pytest.raises(OnsClientError, match="either calls listeners or is") as raised:
                use()
            assert raised.value.code is ErrorCode.INVALID_STATE


def test_a_consumer_that_is_not_started_receives_nothing(dev: DevServer) -> None:
    consumer = Consumer(config(dev))
    with pytest.raises(OnsClientError, match="call start before receive") as raised:
        consumer.receive()
    assert raised.value.code is ErrorCode.NOT_STARTED


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"max": 0}, "argument 'max' is 0: at least 1 is due"),
        ({"timeout": -1}, "argument 'timeout'"),
        ({"timeout": float("nan")}, "argument 'timeout'"),
    ],
)
def test_arguments_that_make_no_sense_are_errors(dev: DevServer, arguments: Any, said: str) -> None:
    with Consumer(config(dev)) as consumer, pytest.raises(ValueError, match=said):
        consumer.receive(**arguments)


@pytest.mark.parametrize("flavour", ["threads", "asyncio"])
def test_ctrl_c_ends_a_receive(dev: DevServer, flavour: str) -> None:
    program = Program("receive.py", dev.namesrv_addr, unique("t"), unique("GID"), flavour)
    with program:
        program.wait_for("receiving")
        threading.Event().wait(0.2)
        program.signal("SIGINT")
        program.wait_for("interrupted", limit=5)
        program.wait_for("shut down cleanly", limit=5)
        assert program.exit_code() == 0
