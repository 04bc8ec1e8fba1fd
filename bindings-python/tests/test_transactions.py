"""Transactions, for threads and for asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from typing import TYPE_CHECKING, Any

import pytest

import onsmq.aio
from onsmq import (
    Consumer,
    ErrorCode,
    Message,
    OnsClientError,
    SendResult,
    TransactionProducer,
    TransactionStatus,
)
from onsmq.errors import TransactionError
from onsmq.testing import DevServer

from .support.broker import Broker
from .support.collector import Collector
from .support.names import unique
from .support.servers import NAMES, Server

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMIT = TransactionStatus.COMMIT_TRANSACTION
ROLLBACK = TransactionStatus.ROLLBACK_TRANSACTION
UNKNOWN = TransactionStatus.UNKNOWN


def unknown(_: Message) -> TransactionStatus:
    return UNKNOWN


def consumer_of(server: Server | DevServer, topic: str, collector: Collector) -> Consumer:
    consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
    consumer.subscribe(topic, "*", collector)
    return consumer


def odd_ones_roll_back(message: Message, arg: Any) -> TransactionStatus:
    assert message.message_id
    assert arg == {"any": "object"}
    return ROLLBACK if int(message.body) % 2 else COMMIT


def test_only_what_was_committed_is_delivered(server: Server) -> None:
    topic, collector, committed = unique("transactions"), Collector(), set()
    producer = TransactionProducer(
        namesrv_addr=server.namesrv_addr, group_id=unique("GID"), checker=unknown
    )
    with producer, consumer_of(server, topic, collector):
        for number in range(20):
            message = Message(topic, str(number).encode(), tag="t", key=str(number))
            if number % 2 == 0:
                sent = producer.send(message, odd_ones_roll_back, {"any": "object"})
                committed.add(sent.message_id)
                continue
            with pytest.raises(TransactionError) as raised:
                producer.send(message, odd_ones_roll_back, {"any": "object"})
            assert raised.value.code is ErrorCode.TRANSACTION_ROLLED_BACK
            assert raised.value.message_id
            assert not raised.value.retriable
        received = collector.wait_for(len(committed))

    assert {message.message_id for message in received} == committed
    assert {(m.tag, m.key) for m in received} == {("t", str(n)) for n in range(0, 20, 2)}


def test_asyncio_delivers_only_what_was_committed(server: Server) -> None:
    topic, collector = unique("transactions"), Collector()

    async def executer(message: Message, arg: Any) -> TransactionStatus:
        await asyncio.sleep(0)
        return odd_ones_roll_back(message, arg)

    async def main() -> list[SendResult | BaseException]:
        producer = onsmq.aio.TransactionProducer(
            namesrv_addr=server.namesrv_addr, group_id=unique("GID"), checker=unknown
        )
        async with producer:
            return await asyncio.gather(
                *(
                    producer.send(
                        Message(topic, str(number).encode()),
                        odd_ones_roll_back if number < 10 else executer,
                        {"any": "object"},
                    )
                    for number in range(20)
                ),
                return_exceptions=True,
            )

    with consumer_of(server, topic, collector):
        outcomes = asyncio.run(main())
        committed = {it.message_id for it in outcomes if isinstance(it, SendResult)}
        errors = [it.code for it in outcomes if isinstance(it, OnsClientError)]
        assert len(committed) == 10
        assert errors == [ErrorCode.TRANSACTION_ROLLED_BACK] * 10
        assert {it.message_id for it in collector.wait_for(10)} == committed


def test_the_exception_of_an_executer_is_the_cause(server: Server) -> None:
    def breaks(_: Message, why: str) -> TransactionStatus:
        raise LookupError(why)

    async def breaks_later(_: Message, why: str) -> TransactionStatus:
        await asyncio.sleep(0)
        raise LookupError(why)

    async def main() -> list[OnsClientError]:
        producer = onsmq.aio.TransactionProducer(
            namesrv_addr=server.namesrv_addr, group_id=unique("GID"), checker=unknown
        )
        errors: list[OnsClientError] = []
        async with producer:
            for executer in (breaks, breaks_later):
                with pytest.raises(TransactionError) as raised:
                    await producer.send(Message(unique("t"), b"body"), executer, "not here")
                errors.append(raised.value)
        return errors

    config = {"NAMESRV_ADDR": server.namesrv_addr, "GROUP_ID": unique("GID")}
    with (
        TransactionProducer(config, checker=unknown) as producer,
        pytest.raises(TransactionError) as raised,
    ):
        producer.send(Message(unique("t"), b"body"), breaks, "not here")
    for error in [raised.value, *asyncio.run(main())]:
        assert error.code is ErrorCode.TRANSACTION_UNKNOWN
        assert "LookupError: not here" in str(error)
        assert isinstance(error.__cause__, LookupError)
        assert error.message_id


@pytest.fixture(scope="module", params=NAMES)
def quick(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that asks for outcomes after a second."""
    name = request.param
    options = ["transactionTimeOut=1000", "transactionCheckInterval=1000"]
    options.append("transactionOpBatchInterval=200")
    config = [word for option in options for word in ("--broker-config", option)]
    with contextlib.ExitStack() as stack:
        if name == "devserver":
            server: DevServer | Broker = stack.enter_context(DevServer())
        else:
            server = stack.enter_context(Broker(name, *config))
        yield Server(name, server.namesrv_addr)


class Checks:
    """A checker that answers by number, and keeps what it was asked."""

    def __init__(self) -> None:
        self.collector = Collector()
        self.threads: set[str] = set()

    def __call__(self, message: Message) -> TransactionStatus:
        self.threads.add(threading.current_thread().name)
        self.collector(message)
        return ROLLBACK if int(message.body) % 2 else COMMIT

    async def later(self, message: Message) -> TransactionStatus:
        await asyncio.sleep(0.01)
        return self(message)


def leave_undecided(server: Server, topic: str, group: str) -> list[str]:
    """Half messages of a producer that goes away. Answers their ids."""
    config = {"NAMESRV_ADDR": server.namesrv_addr, "GROUP_ID": group}
    with TransactionProducer(config, checker=unknown, CheckImmunityTimeInSeconds=1) as producer:
        messages = [Message(topic, str(number).encode()) for number in range(6)]
        return [producer.send(it, lambda *_: UNKNOWN).message_id for it in messages]


def check_decided(ids: list[str], checks: Checks, delivered: Collector) -> None:
    """Half of them came, and the checker was asked for all. The producer's own message is 6."""
    came = {it.message_id: it.body for it in delivered.wait_for(4)}
    assert {ids[number]: str(number).encode() for number in (0, 2, 4)}.items() <= came.items()

    def all_of_them(messages: list[Message]) -> bool:
        return set(ids) <= {message.message_id for message in messages}

    asked = checks.collector.wait(all_of_them)
    # 5.3.3 may ask for what was decided just now.
    assert {ids.index(it.message_id) for it in asked if it.message_id in ids} == set(range(6))
    assert len(came) == 4


def test_a_member_answers_for_one_that_is_gone(quick: Server) -> None:
    topic, group, checks, delivered = unique("checked"), unique("GID"), Checks(), Collector()
    ids = leave_undecided(quick, topic, group)
    producer = TransactionProducer(namesrv_addr=quick.namesrv_addr, group_id=group, checker=checks)
    with producer, consumer_of(quick, topic, delivered):
        # A broker knows a producer by what it sends to it.
        producer.send(Message(topic, b"6"), lambda *_: COMMIT)
        check_decided(ids, checks, delivered)

    assert checks.threads == {"onsmq-checker"}
    assert "onsmq-checker" not in {thread.name for thread in threading.enumerate()}


def test_asyncio_answers_for_one_that_is_gone(quick: Server) -> None:
    topic, group, checks, delivered = unique("checked"), unique("GID"), Checks(), Collector()
    ids = leave_undecided(quick, topic, group)

    async def main() -> None:
        producer = onsmq.aio.TransactionProducer(
            namesrv_addr=quick.namesrv_addr, group_id=group, checker=checks.later
        )
        async with producer:
            await producer.send(Message(topic, b"6"), lambda *_: COMMIT)
            await asyncio.to_thread(check_decided, ids, checks, delivered)

    with consumer_of(quick, topic, delivered):
        asyncio.run(main())
    assert len(checks.threads) == 1


def test_a_checker_that_fails_is_asked_again(
    quick: Server, caplog: pytest.LogCaptureFixture
) -> None:
    if quick.name == "devserver":
        pytest.skip("the dev server asks again only after a minute")
    topic, group, asked, delivered = unique("checked"), unique("GID"), Collector(), Collector()
    times: dict[bytes, int] = {}

    def fails_first(message: Message) -> TransactionStatus | None:
        asked(message)
        times[message.body] = times.get(message.body, 0) + 1
        if times[message.body] > 1:
            return COMMIT
        if message.body == b"raises":
            raise ValueError("on purpose")
        return None

    with (
        TransactionProducer(
            namesrv_addr=quick.namesrv_addr,
            group_id=group,
            checker=fails_first,
            check_immunity_time_in_seconds=1,
        ) as producer,
        consumer_of(quick, topic, delivered),
    ):
        for body in (b"raises", b"nothing", b"nothing as well"):
            producer.send(Message(topic, body), lambda *_: UNKNOWN)
        delivered.wait_for(3, limit=120)

    said = [record.getMessage() for record in caplog.records if "fails_first" in record.message]
    failures = [text for text in said if "failed: the broker asks again later" in text]
    warnings = [text for text in said if "answers None, which counts as UNKNOWN" in text]
    assert (len(failures), len(warnings)) == (1, 1)


def test_a_checker_of_asyncio_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    asked = threading.Semaphore(0)

    async def fails(message: Message) -> None:
        asked.release()
        if message.body == b"raises":
            raise ValueError("on purpose")

    async def main(address: str) -> None:
        producer = onsmq.aio.TransactionProducer(
            namesrv_addr=address,
            group_id=unique("GID"),
            checker=fails,
            check_immunity_time_in_seconds=1,
        )
        topic = unique("t")
        async with producer:
            for body in (b"raises", b"nothing"):
                await producer.send(Message(topic, body), lambda *_: UNKNOWN)
            for _ in range(2):
                assert await asyncio.to_thread(asked.acquire, timeout=30)

    with DevServer() as server:
        asyncio.run(main(server.namesrv_addr))
    assert "fails failed: the broker asks again later" in caplog.text
    assert "fails answers None, which counts as UNKNOWN" in caplog.text


@pytest.mark.parametrize("answer", [None, "CommitTransaction", True])
def test_an_executer_that_answers_anything_else_leaves_it_unknown(
    dev: DevServer, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def executer(_message: Message, _arg: Any) -> Any:
        return answer

    with TransactionProducer(
        namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), checker=unknown
    ) as producer:
        for _ in range(3):
            assert producer.send(Message(unique("t"), b"body"), executer).message_id
    assert caplog.text.count(f"executer answers {answer!r}, which counts as UNKNOWN") == 1


def test_an_executer_that_is_interrupted_is_not_turned_into_an_error(dev: DevServer) -> None:
    def interrupted(_message: Message, _arg: Any) -> TransactionStatus:
        raise KeyboardInterrupt

    with (
        TransactionProducer(
            namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), checker=unknown
        ) as producer,
        pytest.raises(KeyboardInterrupt),
    ):
        producer.send(Message(unique("t"), b"body"), interrupted)


def test_an_executer_that_is_cancelled_is_unknown(dev: DevServer) -> None:
    checks = Checks()

    async def main() -> None:
        begun = asyncio.Event()

        async def waits(_message: Message, _arg: Any) -> TransactionStatus:
            begun.set()
            await asyncio.Event().wait()
            return COMMIT

        producer = onsmq.aio.TransactionProducer(
            namesrv_addr=dev.namesrv_addr,
            group_id=unique("GID"),
            checker=checks,
            check_immunity_time_in_seconds=1,
        )
        async with producer:
            send = asyncio.ensure_future(producer.send(Message(unique("t"), b"1"), waits))
            await begun.wait()
            send.cancel()
            with pytest.raises(asyncio.CancelledError):
                await send
            await asyncio.to_thread(checks.collector.wait_for, 1)

    asyncio.run(asyncio.wait_for(main(), 60))


def test_a_checker_and_an_executer_are_functions(dev: DevServer) -> None:
    address: Any = {"namesrv_addr": dev.namesrv_addr, "group_id": unique("GID")}
    with pytest.raises(TypeError, match="'checker'"):
        TransactionProducer(**address)
    with pytest.raises(TypeError, match="argument 'checker': a function is due, not str"):
        TransactionProducer(**address, checker="no function")  # type: ignore[arg-type]
    with (
        TransactionProducer(**address, checker=unknown) as producer,
        pytest.raises(TypeError, match="argument 'executer': a function is due, not NoneType"),
    ):
        producer.send(Message(unique("t"), b"body"), None)  # type: ignore[arg-type]


def test_a_checker_may_shut_its_producer_down(dev: DevServer) -> None:
    done = threading.Event()

    def shut_down(_: Message) -> TransactionStatus:
        producer.shutdown()
        done.set()
        return UNKNOWN

    producer = TransactionProducer(
        namesrv_addr=dev.namesrv_addr,
        group_id=unique("GID"),
        checker=shut_down,
        check_immunity_time_in_seconds=1,
    )
    producer.start()
    producer.send(Message(unique("t"), b"body"), lambda *_: UNKNOWN)
    assert done.wait(30)
    producer.shutdown()
    assert producer.is_closed


def test_a_producer_that_nobody_holds_ends_its_thread(dev: DevServer) -> None:
    def checkers() -> list[threading.Thread]:
        return [it for it in threading.enumerate() if it.name == "onsmq-checker"]

    producer = TransactionProducer(
        namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), checker=unknown
    )
    producer.start()
    producer.start()
    (thread,) = checkers()

    del producer
    gc.collect()
    thread.join(30)

    assert not thread.is_alive()


def test_before_start_and_after_shutdown_nothing_is_sent(dev: DevServer) -> None:
    producer = TransactionProducer(
        namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), checker=unknown
    )
    with pytest.raises(OnsClientError) as before:
        producer.send(Message(unique("t"), b"body"), odd_ones_roll_back)
    producer.start()
    producer.shutdown()
    with pytest.raises(OnsClientError) as after:
        producer.send(Message(unique("t"), b"body"), odd_ones_roll_back)
    codes = [before.value.code, after.value.code]
    assert codes == [ErrorCode.NOT_STARTED, ErrorCode.CLOSED]
