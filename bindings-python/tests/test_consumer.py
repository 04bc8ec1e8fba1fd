"""Consumers for threads."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from onsmq import Action, Consumer, Message, OnsClientError, Producer

from .support.collector import Collector
from .support.names import unique
from .support.processes import Program, wait_for_lines

if TYPE_CHECKING:
    from onsmq.testing import DevServer

    from .support.servers import Server


def test_a_tag_filter_lets_only_its_tags_through(server: Server) -> None:
    topic, collector = unique("tags"), Collector()
    tags = ["red", "green", None, "blue", "Red"] * 20
    consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
    consumer.subscribe(topic, "red || blue", collector)
    with Producer(namesrv_addr=server.namesrv_addr) as producer, consumer:
        producer.send_many(Message(topic, b"body", tag=tag) for tag in tags)
        producer.send(Message(topic, b"last", tag="red"))
        received = collector.wait_for(41)

    assert {message.tag for message in received} == {"red", "blue"}
    assert len(received) == 41


def test_each_topic_of_a_consumer_has_its_own_listener(server: Server) -> None:
    topics = [unique("several") for _ in range(3)]
    collectors = [Collector() for _ in topics]
    consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))
    for topic, collector in zip(topics, collectors):
        consumer.listener(topic)(collector)
    with Producer(namesrv_addr=server.namesrv_addr) as producer, consumer:
        producer.send_many(Message(topics[n % 3], str(n).encode()) for n in range(300))
        received = [collector.wait_for(100) for collector in collectors]

    for number, messages in enumerate(received):
        assert {int(m.body) for m in messages} == set(range(number, 300, 3))


def test_a_message_whose_listener_fails_comes_again(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    topic, collector = unique("again"), Collector()
    consumer = Consumer(namesrv_addr=server.namesrv_addr, group_id=unique("GID"))

    @consumer.listener(topic)
    def fails_first(message: Message) -> Action | None:
        collector(message)
        if message.reconsume_times:
            return Action.COMMIT_MESSAGE
        if message.tag == "raises":
            raise ValueError("on purpose")
        return None if message.tag == "nothing" else Action.RECONSUME_LATER

    tags = ["raises", "nothing", "nothing", "later"]
    with Producer(namesrv_addr=server.namesrv_addr) as producer, consumer:
        producer.send_many(Message(topic, b"body", tag=tag) for tag in tags)
        received = collector.wait(lambda messages: len(messages) >= 8)

    times = {message.message_id: set[int]() for message in received}
    for message in received:
        times[message.message_id].add(message.reconsume_times)
    assert list(times.values()) == [{0, 1}] * 4
    warnings = [it.getMessage() for it in caplog.records if "fails_first answers" in it.message]
    assert len(warnings) == 1
    assert "fails_first answers None, which counts as RECONSUME_LATER" in warnings[0]
    failures = [record for record in caplog.records if record.exc_info]
    assert [str(record.exc_info[1]) for record in failures if record.exc_info] == ["on purpose"]
    assert {record.name for record in failures} == {"onsmq"}


def test_two_processes_of_a_group_share_the_queues(server: Server) -> None:
    topic, group = unique("shared"), unique("GID")
    with Producer(namesrv_addr=server.namesrv_addr) as producer:
        producer.send(Message(topic, b"makes the topic"))
        members = [
            Program("member.py", server.namesrv_addr, topic, group, flavour)
            for flavour in ("threads", "asyncio")
        ]
        with members[0], members[1]:
            for member in members:
                member.wait_for("started")
            wait_until_queues_are_settled(producer, topic, members)
            sent = send_ids(producer, topic, 1000)
            wait_for_lines(members, sent)

    came = [received_ids(member, sent) for member in members]
    assert all(came)
    assert sorted(came[0] + came[1]) == sorted(sent)


def send_ids(producer: Producer, topic: str, count: int) -> set[str]:
    results = producer.send_many([Message(topic, b"body")] * count)
    return {result.message_id for result in results if not isinstance(result, OnsClientError)}


def received_ids(member: Program, sent: set[str]) -> list[str]:
    return [line for line in member.lines() if line in sent]


def wait_until_queues_are_settled(producer: Producer, topic: str, members: list[Program]) -> None:
    """Sends until each member gets its part, and no message comes twice."""
    for _ in range(60):
        sent = send_ids(producer, topic, 64)
        wait_for_lines(members, sent)
        came = [received_ids(member, sent) for member in members]
        if all(came) and len(came[0]) + len(came[1]) == len(sent):
            return
    raise AssertionError("the members do not come to share the queues")


def test_listeners_run_on_as_many_threads_as_there_is_work_for(dev: DevServer) -> None:
    topic, together = unique("t"), threading.Barrier(5)

    def meet(_: Message) -> Action:
        together.wait(30)
        return Action.COMMIT_MESSAGE

    before = threading.active_count()
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"), ConsumeThreadNums=4)
    consumer.subscribe(topic, "*", meet)
    with Producer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
        producer.send_many([Message(topic, b"body")] * 8)
        for _ in range(2):
            together.wait(30)

        assert threading.active_count() <= before + 4

    assert threading.active_count() <= before


def test_a_slow_listener_does_not_hold_up_messages_that_come_later(dev: DevServer) -> None:
    topic, collector, go_on = unique("t"), Collector(), threading.Event()

    def first_waits(message: Message) -> Action:
        collector(message)
        if message.body == b"slow":
            assert go_on.wait(30)
        return Action.COMMIT_MESSAGE

    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
    consumer.subscribe(topic, "*", first_waits)
    with Producer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
        for number in range(1, 4):
            producer.send(Message(topic, b"slow"))
            collector.wait_for(number)
        producer.send(Message(topic, b"fast"))
        collector.wait_for(4)
        go_on.set()


def test_a_subscription_may_come_and_go_while_the_consumer_runs(dev: DevServer) -> None:
    topic, first, second = unique("t"), Collector(), Collector()
    with (
        Producer(namesrv_addr=dev.namesrv_addr) as producer,
        Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID")) as consumer,
    ):
        consumer.subscribe(topic, None, first)
        producer.send(Message(topic, b"1"))
        first.wait_for(1)
        consumer.subscribe(topic, "*", second)
        producer.send(Message(topic, b"2"))
        second.wait_for(1)
        consumer.unsubscribe(topic)

        with pytest.raises(OnsClientError, match="is not subscribed to"):
            consumer.unsubscribe(topic)


def test_a_listener_that_cannot_be_called_is_refused(dev: DevServer) -> None:
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))

    with pytest.raises(TypeError, match="argument 'listener'"):
        consumer.subscribe(unique("t"), "*", "no function")  # type: ignore[arg-type]


def test_the_decorator_leaves_the_function_as_it_is(dev: DevServer) -> None:
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))

    def function(_: Message) -> Action:
        return Action.COMMIT_MESSAGE

    assert consumer.listener(unique("t"), "a || b")(function) is function


def test_shutdown_in_a_listener_does_not_wait_for_itself(dev: DevServer) -> None:
    topic, done = unique("t"), threading.Event()
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))

    @consumer.listener(topic)
    def shut_down(_: Message) -> Action:
        consumer.shutdown()
        done.set()
        return Action.COMMIT_MESSAGE

    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        consumer.start()
        producer.send(Message(topic, b"body"))
        assert done.wait(10)
        consumer.shutdown()

    assert consumer.is_closed


def test_shutdown_waits_for_listeners_and_what_they_did_does_not_come_again(
    dev: DevServer,
) -> None:
    topic, group, collector = unique("t"), unique("GID"), Collector()
    begun, go_on = threading.Event(), threading.Event()

    def slow(message: Message) -> Action:
        begun.set()
        assert go_on.wait(30)
        return collector(message)

    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=group)
    consumer.subscribe(topic, "*", slow)
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        consumer.start()
        producer.send(Message(topic, b"slow"))
        assert begun.wait(30)
        down = threading.Thread(target=consumer.shutdown)
        down.start()
        go_on.set()
        down.join(30)
        assert [message.body for message in collector.wait_for(1)] == [b"slow"]

        again, after = Consumer(namesrv_addr=dev.namesrv_addr, group_id=group), Collector()
        again.subscribe(topic, "*", after)
        with again:
            producer.send(Message(topic, b"next"))
            assert [message.body for message in after.wait_for(1)] == [b"next"]


def test_a_consumer_that_nobody_holds_leaves_its_group(dev: DevServer) -> None:
    topic, group, lost, collector = unique("t"), unique("GID"), Collector(), Collector()
    dropped = Consumer(namesrv_addr=dev.namesrv_addr, group_id=group)
    dropped.subscribe(topic, "*", lost)
    dropped.start()
    workers = [thread for thread in threading.enumerate() if "onsmq-listener" in thread.name]

    del dropped
    gc.collect()

    for worker in workers:
        worker.join(30)
    assert workers
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=group)
    consumer.subscribe(topic, "*", collector)
    with Producer(namesrv_addr=dev.namesrv_addr) as producer, consumer:
        producer.send_many([Message(topic, b"body")] * 64)
        collector.wait_for(64)


@pytest.mark.parametrize("flavour", ["threads", "asyncio"])
@pytest.mark.parametrize("stop", ["SIGINT", "SIGTERM", "shutdown"])
def test_run_goes_on_until_it_is_told_to_stop(dev: DevServer, flavour: str, stop: str) -> None:
    topic = unique("t")
    program = Program("run.py", dev.namesrv_addr, topic, unique("GID"), flavour)
    with program, Producer(namesrv_addr=dev.namesrv_addr) as producer:
        producer.send(Message(topic, b"first"))
        program.wait_for("received first")
        if stop == "shutdown":
            producer.send(Message(topic, b"stop"))
        else:
            program.signal(stop)
        program.wait_for("shut down cleanly")
        program.wait_for("handlers are back")
        assert program.exit_code() == 0


def test_the_log_of_the_library_goes_to_the_logger_onsmq(
    dev: DevServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="onsmq")
    group = unique("GID")
    with Consumer(namesrv_addr=dev.namesrv_addr, group_id=group):
        pass
    until_logged(caplog, f"consumer shut down group={group}")

    lines = [record for record in caplog.records if group in record.getMessage()]
    assert {(line.name, line.levelname, line.threadName) for line in lines} == {
        ("onsmq", "INFO", "onsmq-log")
    }


def until_logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    """Another thread logs, handler by handler: only what caplog has is there."""
    deadline = time.monotonic() + 10
    while text not in caplog.text:
        assert time.monotonic() < deadline, caplog.text
        time.sleep(0.01)


def test_an_import_in_a_subinterpreter_is_refused_clearly() -> None:
    module = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
    interpreters = pytest.importorskip(module)
    interpreter = interpreters.create()
    code = (
        "try:\n    import onsmq\nexcept ImportError as e:\n"
        "    assert 'subinterpreters' in str(e), e\nelse:\n    raise AssertionError('imported')"
    )
    try:
        assert not interpreters.run_string(interpreter, code)
    finally:
        interpreters.destroy(interpreter)
