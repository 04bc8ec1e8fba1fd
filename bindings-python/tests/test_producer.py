"""Producers for threads."""

from __future__ import annotations

import concurrent.futures
import threading
import time

import pytest

from onsmq import Consumer, ErrorCode, Message, OnsClientError, Producer, SendResult
from onsmq.testing import DevServer

from .support.collector import Collector
from .support.names import unique
from .support.payloads import check_received, mixed
from .support.servers import Server


def test_ten_thousand_messages_of_all_sizes_arrive_as_they_were_sent(server: Server) -> None:
    topic, collector = unique("mixed"), Collector()
    messages = mixed(topic, 10_000)
    started_ms = int(time.time() * 1000)
    producer = Producer(namesrv_addr=server.namesrv_addr, send_msg_timeout_millis=30_000)
    consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
    consumer.subscribe(topic, "*", collector)
    results: list[SendResult | OnsClientError] = []
    with producer, consumer:
        results += [producer.send(message) for message in messages[:1000]]
        for at in range(1000, 5000, 500):
            futures = [producer.send_async(message) for message in messages[at : at + 500]]
            assert producer.flush(60)
            results += [future.result(0) for future in futures]
        for at in range(5000, 10_000, 500):
            results += producer.send_many(messages[at : at + 500])
        received = collector.wait_for(len(messages))

    sent = [(m, r) for m, r in zip(messages, results) if isinstance(r, SendResult)]
    assert len(sent) == len(messages), results
    check_received(sent, received, started_ms)


def test_a_one_way_message_arrives(server: Server) -> None:
    topic, collector = unique("oneway"), Collector()
    message = Message(topic, b"one way", tag="t")
    consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
    consumer.subscribe(topic, "*", collector)
    with Producer(namesrv_addr=server.namesrv_addr) as producer, consumer:
        producer.send_oneway(message)

        assert collector.wait_for(1) == [message]


def test_properties_may_be_a_mapping_keyword_arguments_or_both(dev: DevServer) -> None:
    config = {"NAMESRV_ADDR": dev.namesrv_addr, "SendMsgTimeoutMillis": 1}
    with Producer(config, sendMsgTimeoutMillis=5000, group_id="GID_a", access_key=None) as it:
        it.send(Message(unique("t"), b"body"))


def test_the_life_of_a_producer_can_be_asked_for(dev: DevServer) -> None:
    producer = Producer(namesrv_addr=dev.namesrv_addr)
    states = [(producer.is_started, producer.is_closed)]
    for change in (producer.start, producer.start, producer.shutdown, producer.shutdown):
        change()
        states.append((producer.is_started, producer.is_closed))

    begun, over = (True, False), (False, True)
    assert states == [(False, False), begun, begun, over, over]


def test_a_result_says_what_it_is(dev: DevServer) -> None:
    topic = unique("t")
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        result = producer.send(Message(topic, b"body"))

    assert len(result.message_id) == 32
    assert result.topic == topic
    assert result.offset == 0
    assert f"message_id='{result.message_id}'" in repr(result)
    assert result.message_id in str(result)


def test_many_results_come_in_order_and_an_error_takes_the_place_of_its_message(
    dev: DevServer,
) -> None:
    topic = unique("t")
    good = Message(topic, b"body")
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        first, second, third = producer.send_many(iter([good, Message(topic, b""), good]))

    assert isinstance(first, SendResult)
    assert isinstance(second, OnsClientError)
    assert second.code is ErrorCode.ILLEGAL_MESSAGE
    assert isinstance(third, SendResult)


def test_a_future_has_the_error(dev: DevServer) -> None:
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        future = producer.send_async(Message(unique("t"), b""))

        error = future.exception(30)

    assert isinstance(error, OnsClientError)
    assert error.code is ErrorCode.ILLEGAL_MESSAGE


def test_a_send_under_way_cannot_be_cancelled(dev: DevServer) -> None:
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        future = producer.send_async(Message(unique("t"), b"body"))

        assert not future.cancel()
        assert isinstance(future.result(30), SendResult)


def test_callbacks_of_futures_may_send_and_may_not_flush(dev: DevServer) -> None:
    topic, done = unique("t"), threading.Event()
    seen: list[object] = []
    # A callback added to a future that is done runs on the adding thread, which may flush.
    dev.add_fault({"delay": {"millis": 1000}}, code="SEND", topic=topic, count=1)
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:

        def callback(_: concurrent.futures.Future[SendResult]) -> None:
            seen.append(producer.send(Message(topic, b"from a callback")))
            try:
                producer.flush()
            except OnsClientError as error:
                seen.append(error.code)
            done.set()

        producer.send_async(Message(topic, b"body")).add_done_callback(callback)
        assert done.wait(30)

    assert isinstance(seen[0], SendResult)
    assert seen[1] is ErrorCode.INVALID_STATE


def test_flush_says_whether_all_is_sent(dev: DevServer) -> None:
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        assert producer.flush()
        futures = [producer.send_async(Message(unique("t"), b"body")) for _ in range(100)]
        producer.flush(0)
        assert producer.flush(30)

        assert all(future.done() for future in futures)


def test_many_threads_share_a_producer(dev: DevServer) -> None:
    topic = unique("t")
    with (
        Producer(namesrv_addr=dev.namesrv_addr) as producer,
        concurrent.futures.ThreadPoolExecutor(8) as pool,
    ):
        results = list(pool.map(producer.send, [Message(topic, b"body")] * 400))

    assert len({result.message_id for result in results}) == 400


def test_sends_in_flight_end_before_shutdown_does(dev: DevServer) -> None:
    producer = Producer(namesrv_addr=dev.namesrv_addr)
    producer.start()
    futures = [producer.send_async(Message(unique("t"), b"body")) for _ in range(100)]
    producer.shutdown()

    assert all(isinstance(future.result(30), SendResult) for future in futures)


@pytest.mark.parametrize("argument", ["text", None, b"bytes"])
def test_only_a_message_can_be_sent(dev: DevServer, argument: object) -> None:
    with (
        Producer(namesrv_addr=dev.namesrv_addr) as producer,
        pytest.raises(TypeError, match=r"argument 'message': an onsmq\.Message is due, not"),
    ):
        producer.send(argument)  # type: ignore[arg-type]
