"""What `send_async` answers is a future of `concurrent.futures`, however it is watched."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import random
import threading
import time
import weakref
from concurrent.futures import FIRST_COMPLETED, FIRST_EXCEPTION, Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest

from onsmq import ErrorCode, Message, OnsClientError, Producer, SendResult, aio
from onsmq._futures import futures

from .support.names import unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onsmq import _onsmq
    from onsmq.testing import DevServer

PATIENCE_S = 30


@pytest.fixture
def producer(dev: DevServer) -> Iterator[Producer]:
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        yield producer


@pytest.fixture
def slow(dev: DevServer) -> str:
    """A topic of which the first send takes its time."""
    topic = unique("slow")
    dev.add_fault({"delay": {"millis": 1000}}, code="SEND", topic=topic, count=1)
    return topic


def send(producer: Producer, topic: str = "quick", body: bytes = b"body") -> Future[SendResult]:
    return producer.send_async(Message(topic, body))


def resolved(producer: Producer, body: bytes = b"body") -> Future[SendResult]:
    """One that nobody has looked at: its methods would."""
    future = send(producer, body=body)
    deadline = time.monotonic() + PATIENCE_S
    while future._state != "FINISHED":
        assert time.monotonic() < deadline
        time.sleep(0.001)
    return future


def test_one_that_is_watched_after_its_end_has_ended(producer: Producer) -> None:
    future, seen = resolved(producer), list[object]()

    assert isinstance(future, Future)
    assert "finished returned SendResult" in repr(future)
    assert future.done()
    assert not future.running()
    assert not future.cancelled()
    assert not future.cancel()
    assert isinstance(future.result(0), SendResult)
    assert future.exception(0) is None
    future.add_done_callback(seen.append)
    assert seen == [future]
    with pytest.raises(concurrent.futures.InvalidStateError):
        future.set_result(future.result())


def test_one_that_is_watched_after_its_failure_has_the_error(producer: Producer) -> None:
    future = resolved(producer, body=b"")

    error = future.exception(0)
    assert isinstance(error, OnsClientError)
    assert error.code is ErrorCode.ILLEGAL_MESSAGE
    assert "finished raised" in repr(future)
    with pytest.raises(OnsClientError):
        future.result(0)


def test_one_that_is_under_way_is_waited_for(producer: Producer, slow: str) -> None:
    future, called = send(producer, slow), list[object]()

    assert "running" in repr(future)
    assert future.running()
    assert not future.done()
    assert not future.cancel()
    with pytest.raises(concurrent.futures.TimeoutError):
        future.result(0.01)
    with pytest.raises(concurrent.futures.TimeoutError):
        future.exception(0.01)
    future.add_done_callback(called.append)
    with ThreadPoolExecutor(4) as pool:
        results = [pool.submit(future.result, PATIENCE_S) for _ in range(4)]
    assert len({result.result().message_id for result in results}) == 1
    assert producer.flush(PATIENCE_S)
    assert called == [future]


def test_wait_and_as_completed_take_any_at_once(producer: Producer, slow: str) -> None:
    before = [resolved(producer), resolved(producer, body=b"")]
    under_way = send(producer, slow)
    foreign: Future[SendResult] = Future()
    futures = [*before, under_way]

    assert concurrent.futures.wait(futures, return_when=FIRST_COMPLETED).done >= set(before)
    assert concurrent.futures.wait(futures, return_when=FIRST_EXCEPTION).done >= set(before)
    assert concurrent.futures.wait([under_way, foreign], 0.01).not_done >= {foreign}
    assert concurrent.futures.wait([*futures, foreign], 0).not_done >= {foreign}
    with pytest.raises(concurrent.futures.TimeoutError):
        list(concurrent.futures.as_completed([*futures, foreign], 0.01))
    assert set(concurrent.futures.as_completed(futures, PATIENCE_S)) == set(futures)
    assert not concurrent.futures.wait(futures, PATIENCE_S).not_done


def test_a_loop_awaits_them(producer: Producer, slow: str) -> None:
    async def main() -> list[SendResult]:
        futures = [resolved(producer), send(producer, slow), send(producer)]
        return await asyncio.gather(*map(asyncio.wrap_future, futures))

    assert len({result.message_id for result in asyncio.run(main())}) == 3


def test_a_callback_that_raises_stands_in_nobodys_way(
    producer: Producer, slow: str, caplog: pytest.LogCaptureFixture
) -> None:
    called = []

    def fail(_: object) -> None:
        called.append("fail")
        raise SystemExit

    first, second = send(producer, slow), send(producer, slow)
    first.add_done_callback(fail)
    second.add_done_callback(lambda _: called.append("second"))

    assert producer.flush(PATIENCE_S)
    assert isinstance(send(producer).result(PATIENCE_S), SendResult)
    assert sorted(called) == ["fail", "second"]
    assert "a callback of a future failed" in caplog.text


def test_nothing_is_missed_by_threads_that_begin_to_watch_at_the_end(producer: Producer) -> None:
    """Before, while and after hundreds are resolved, in every way that there is."""
    count, threads = 500, 6
    futures: list[Future[SendResult]] = []
    called = [0] * count
    lock = threading.Lock()

    def calls(at: int, _: object) -> None:
        with lock:
            called[at] += 1

    def watch(seed: int) -> None:
        choices = random.Random(seed)
        for at in range(count):
            while at >= len(futures):
                time.sleep(0)
            future, way = futures[at], choices.randrange(4)
            future.add_done_callback(partial(calls, at))
            if way == 0:
                assert future.result(PATIENCE_S)
            elif way == 1:
                some = choices.sample(futures, min(len(futures), 5))
                assert not concurrent.futures.wait(some, PATIENCE_S).not_done
            elif way == 2:
                some = choices.sample(futures, min(len(futures), 5))
                assert len(list(concurrent.futures.as_completed(some, PATIENCE_S))) == len(some)

    with ThreadPoolExecutor(threads) as pool:
        watching = [pool.submit(watch, seed) for seed in range(threads)]
        futures.extend(send(producer) for _ in range(count))
        for watcher in watching:
            watcher.result(4 * PATIENCE_S)
    assert producer.flush(PATIENCE_S)
    assert called == [threads] * count


def test_those_that_nobody_keeps_are_gone_when_they_are_resolved(
    producer: Producer, slow: str
) -> None:
    class Kept:
        """What a callback holds."""

        def call(self, _: object) -> None:
            pass

    kept = Kept()
    held, dropped = weakref.ref(kept), weakref.ref(send(producer, slow))
    send(producer).add_done_callback(kept.call)
    del kept

    gc.collect()
    assert dropped() is not None
    assert producer.flush(PATIENCE_S)
    deadline = time.monotonic() + PATIENCE_S
    while (dropped() or held()) and time.monotonic() < deadline:
        time.sleep(0.001)
    assert dropped() is None
    assert held() is None


def test_what_a_future_of_this_python_has_is_left_out_knowingly() -> None:
    known = {"_condition", "_state", "_result", "_exception", "_waiters", "_done_callbacks"}
    assert set(vars(Future())) == known


def test_an_interrupt_right_behind_a_send_is_nobody_elses(producer: Producer) -> None:
    native = producer._native

    def interrupted(message: Message, mailbox: _onsmq.Mailbox, token: int) -> None:
        native.send_into(message, mailbox, token)
        raise KeyboardInterrupt

    for _ in range(10):
        with pytest.raises(KeyboardInterrupt):
            futures().ask(producer, interrupted, Message("quick", b"body"))
        assert send(producer).result(PATIENCE_S)
    producer.flush(PATIENCE_S)


def test_an_interrupt_right_behind_a_send_leaves_the_loop_as_it_is(dev: DevServer) -> None:
    async def sends() -> None:
        async with aio.Producer(namesrv_addr=dev.namesrv_addr) as producer:

            def interrupted(message: Message, mailbox: _onsmq.Mailbox, token: int) -> None:
                producer._native.send_into(message, mailbox, token)
                raise KeyboardInterrupt

            for _ in range(10):
                with pytest.raises(KeyboardInterrupt):
                    producer._port.ask(interrupted, Message("quick", b"body"))
                assert await producer.send(Message("quick", b"body"))

    asyncio.run(sends())
