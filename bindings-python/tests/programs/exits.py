"""Programs that end in the middle of everything: `exits.py SCENARIO NAMESRV_ADDR TOPIC`.

The last thing that each does is to print when its own code was over. What follows is the
interpreter's end.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import logging
import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_, SCENARIO, ADDRESS, TOPIC = [*sys.argv, "", "", ""][:4]
GROUP = f"GID_{TOPIC}_{os.getpid()}"

before_onsmq: list[Callable[[], object]] = []
# What is registered before the import runs after the library's own hook.
atexit.register(lambda: [call() for call in before_onsmq])

import onsmq  # noqa: E402
import onsmq.aio  # noqa: E402
import onsmq.openapi  # noqa: E402
from onsmq import Action, ErrorCode, Message, OnsClientError, TransactionStatus  # noqa: E402
from onsmq.testing import DevServer  # noqa: E402

C = TypeVar("C", onsmq.openapi.Client, onsmq.openapi.AsyncClient)


def over() -> None:
    print("over", time.monotonic(), flush=True)


def producer() -> onsmq.Producer:
    made = onsmq.Producer(namesrv_addr=ADDRESS)
    made.start()
    kept.append(made)
    return made


def consumer(listener: Callable[[Message], Action | None]) -> onsmq.Consumer:
    made = onsmq.Consumer(namesrv_addr=ADDRESS, group_id=GROUP)
    made.subscribe(TOPIC, "*", listener)
    made.start()
    kept.append(made)
    return made


def commit(_: Message) -> Action:
    return Action.COMMIT_MESSAGE


def message() -> Message:
    return Message(TOPIC, b"exit")


def daemon(call: Callable[[], object]) -> None:
    threading.Thread(target=call, daemon=True).start()


def a_consumer_waits() -> None:
    consumer(commit)


def listeners_sleep() -> None:
    called = threading.Semaphore(0)

    def sleep(_: Message) -> None:
        called.release()
        time.sleep(60)

    consumer(sleep)
    producer().send_many([message()] * 10)
    for _ in range(3):
        called.acquire()


def listeners_are_busy() -> None:
    called = threading.Semaphore(0)

    def count(_: Message) -> Action:
        sum(range(1000))
        called.release()
        return Action.COMMIT_MESSAGE

    consumer(count)
    producer().send_many([message()] * 3000)
    for _ in range(100):
        called.acquire()


def sends_are_under_way() -> None:
    sender = producer()
    kept.append([sender.send_async(message()) for _ in range(2000)])


def futures_are_waited_for() -> None:
    sender = producer()
    begun = threading.Barrier(5)

    def wait() -> None:
        begun.wait()
        futures = [sender.send_async(message()) for _ in range(2000)]
        kept.extend(futures)
        for future in futures:
            future.result()

    for _ in range(4):
        daemon(wait)
    begun.wait()


def callbacks_are_called() -> None:
    called = threading.Semaphore(0)
    sender = producer()
    for _ in range(2000):
        future = sender.send_async(message())
        future.add_done_callback(lambda _: called.release())
    called.acquire()


def threads_send_and_send() -> None:
    sender = producer()
    sent = threading.Semaphore(0)

    def send() -> NoReturn:
        while True:
            sender.send(message())
            sent.release()

    for _ in range(8):
        daemon(send)
    for _ in range(20):
        sent.acquire()


def threads_wait_for_a_silent_server() -> None:
    sender = producer()
    begun = threading.Barrier(5)

    def send() -> None:
        begun.wait()
        sender.send(message())

    for _ in range(4):
        daemon(send)
    begun.wait()


def console(kind: type[C]) -> C:
    made = kind(endpoint=f"http://{ADDRESS}", access_key="a", secret_key="b")
    kept.append(made)
    return made


def threads_wait_for_a_silent_console() -> None:
    client = console(onsmq.openapi.Client)
    begun = threading.Barrier(5)

    def ask() -> None:
        begun.wait()
        client.topic.get(TOPIC)

    for _ in range(4):
        daemon(ask)
    begun.wait()


def a_loop_is_left_while_a_console_is_silent() -> None:
    async def main() -> None:
        client = console(onsmq.openapi.AsyncClient)
        calls = [asyncio.ensure_future(client.topic.get(TOPIC)) for _ in range(10)]
        await asyncio.wait(calls, timeout=0.1)
        kept.extend(calls)

    asyncio.run(main())


def everything_at_once_with_a_busy_log() -> None:
    logging.basicConfig(level=1, stream=open(os.devnull, "w"))  # noqa: SIM115
    listeners_sleep()
    sends_are_under_way()
    threads_send_and_send()


def threads_exit() -> None:
    sender = producer()

    def leave() -> NoReturn:
        sender.send(message())
        sys.exit(3)

    def listen(_: Message) -> NoReturn:
        sys.exit(4)

    consumer(listen)
    threads = [threading.Thread(target=leave) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main_raises() -> None:
    listeners_sleep()
    sends_are_under_way()
    over()
    raise RuntimeError("on purpose")


def main_exits() -> None:
    listeners_sleep()
    sends_are_under_way()
    over()
    sys.exit(7)


def handles_are_deleted_in_any_order() -> None:
    server = DevServer()
    first = onsmq.Producer(namesrv_addr=server.namesrv_addr)
    first.start()
    second = onsmq.Consumer(namesrv_addr=server.namesrv_addr, group_id=GROUP)
    second.subscribe(TOPIC, "*", commit)
    second.start()
    result = first.send(message())
    del server
    del first
    gc.collect()
    del second
    gc.collect()
    kept.append(result)


def cycles_are_left_to_the_collector() -> None:
    class Owner:
        def __init__(self) -> None:
            self.me = self
            self.producer = onsmq.Producer(namesrv_addr=ADDRESS)
            self.producer.start()
            self.consumer = onsmq.Consumer(namesrv_addr=ADDRESS, group_id=f"{GROUP}_{id(self)}")
            self.consumer.subscribe(TOPIC, "*", self.listen)

        def listen(self, _: Message) -> Action:
            return Action.COMMIT_MESSAGE

        def __del__(self) -> None:
            try:
                self.producer.send(message())
            except OnsClientError as error:
                assert error.code is ErrorCode.CLOSED, error

    Owner()
    gc.collect()
    kept.append(Owner())


def a_hook_sends_after_the_end() -> None:
    sender = producer()

    def send() -> None:
        try:
            sender.send(message())
        except OnsClientError as error:
            assert error.code is ErrorCode.CLOSED, error
            print("the hook was told")

    before_onsmq.append(send)


def a_pool_sends() -> None:
    sender = producer()
    pool = ThreadPoolExecutor(4)
    for _ in range(50):
        pool.submit(sender.send, message())


def a_dev_server_runs() -> None:
    kept.append(DevServer(brokers=2))
    kept.append(onsmq.Producer(namesrv_addr=kept[0].namesrv_addr))
    kept[1].start()
    kept[1].send_async(message())


def a_loop_is_left() -> None:
    async def main() -> None:
        sender = onsmq.aio.Producer(namesrv_addr=ADDRESS)
        receiver = onsmq.aio.Consumer(namesrv_addr=ADDRESS, group_id=GROUP)
        called = asyncio.Event()

        async def sleep(_: Message) -> None:
            called.set()
            await asyncio.sleep(60)

        receiver.subscribe(TOPIC, "*", sleep)
        await receiver.start()
        await sender.start()
        await sender.send(message())
        await called.wait()
        kept.extend([sender, receiver, *(sender.send(message()) for _ in range(1000))])

    asyncio.run(main())


def a_loop_runs_in_a_thread() -> None:
    ready = threading.Event()

    async def main() -> None:
        async with onsmq.aio.Producer(namesrv_addr=ADDRESS) as sender:
            while True:
                await asyncio.gather(*(sender.send(message()) for _ in range(50)))
                ready.set()

    daemon(lambda: asyncio.run(main()))
    ready.wait()


def transactional(checker: Callable[[Message], TransactionStatus | None]) -> Any:
    made = onsmq.TransactionProducer(
        namesrv_addr=ADDRESS, group_id=GROUP, checker=checker, check_immunity_time_in_seconds=1
    )
    made.start()
    kept.append(made)
    return made


def unknown(*_: object) -> TransactionStatus:
    return TransactionStatus.UNKNOWN


def receiver(kind: Any = onsmq.Consumer) -> Any:
    made = kind(
        namesrv_addr=ADDRESS,
        group_id=f"{GROUP}_{kind.__name__}",
        consume_from_where="CONSUME_FROM_FIRST_OFFSET",
    )
    made.subscribe(TOPIC)
    made.start()
    kept.append(made)
    return made


def threads_receive_and_hold_what_came() -> None:
    producer().send_many([message()] * 100)
    came = threading.Semaphore(0)

    def receive(kind: Any) -> None:
        for received in receiver(kind):
            kept.append(received)
            came.release()

    for kind in (onsmq.Consumer, onsmq.OrderConsumer, onsmq.BatchConsumer):
        threading.Thread(target=receive, args=(kind,), daemon=True).start()
    for _ in range(20):
        came.acquire()


def main_receives_and_leaves_the_loop() -> None:
    producer().send_many([message()] * 10)
    for received in receiver():
        kept.append(received)
        if len(kept) > 5:
            return


def a_checker_waits() -> None:
    transactional(unknown).send(message(), unknown)


def a_checker_sleeps() -> None:
    called = threading.Event()

    def sleep(_: Message) -> None:
        called.set()
        time.sleep(60)

    sender = transactional(sleep)
    for _ in range(10):
        sender.send(message(), unknown)
    called.wait()


def executers_sleep() -> None:
    begun = threading.Semaphore(0)
    sender = transactional(unknown)

    def sleep(*_: object) -> None:
        begun.release()
        time.sleep(60)

    def send() -> None:
        sender.send(message(), sleep)

    for _ in range(4):
        daemon(send)
    for _ in range(4):
        begun.acquire()


def threads_send_transactions_and_in_order() -> None:
    sender, ordered = transactional(unknown), onsmq.OrderProducer(namesrv_addr=ADDRESS)
    ordered.start()
    sent = threading.Semaphore(0)

    def send() -> NoReturn:
        while True:
            sender.send(message(), unknown)
            ordered.send(message(), "key")
            sent.release()

    for _ in range(4):
        daemon(send)
    for _ in range(20):
        sent.acquire()


def what_was_received_outlives_its_consumer() -> None:
    producer().send_many([message()] * 20)
    for kind in (onsmq.Consumer, onsmq.OrderConsumer, onsmq.BatchConsumer):
        consumer = receiver(kind)
        kept.remove(consumer)
        consumer.receive(5).pop().commit()
        received, iterator = consumer.receive(5), iter(consumer)
        kept.append(received.pop())
        del consumer, iterator
        gc.collect()


def a_transaction_outlives_its_producer() -> None:
    class Owner:
        def __init__(self) -> None:
            # A cycle, as the checker is its owner's.
            self.producer = onsmq.TransactionProducer(
                namesrv_addr=ADDRESS, group_id=f"{GROUP}_{id(self)}", checker=self.check
            )
            self.producer.start()

        def check(self, _: Message) -> TransactionStatus:
            return unknown()

    owner = Owner()
    native: Any = owner.producer._native
    kept.append(native.begin(message()))
    begun = native.begin(message())
    del owner, native
    gc.collect()
    begun.end("CommitTransaction")
    kept.append(Owner())


def a_loop_is_left_in_the_middle_of_everything() -> None:
    async def main() -> None:
        sender = onsmq.aio.TransactionProducer(
            namesrv_addr=ADDRESS, group_id=GROUP, checker=wait, check_immunity_time_in_seconds=1
        )
        consumer = onsmq.aio.OrderConsumer(namesrv_addr=ADDRESS, group_id=GROUP)
        consumer.subscribe(TOPIC)
        await sender.start()
        await consumer.start()
        receives = [asyncio.ensure_future(consumer.receive()) for _ in range(3)]
        await sender.send(message(), unknown)
        sends = [asyncio.ensure_future(sender.send(message(), wait)) for _ in range(3)]
        for _ in range(4):
            await called.acquire()
        kept.extend([sender, consumer, *receives, *sends])

    called = asyncio.Semaphore(0)

    async def wait(*_: object) -> TransactionStatus:
        called.release()
        await asyncio.sleep(60)
        return unknown()

    asyncio.run(main())


def a_child_is_forked() -> None:
    listeners_sleep()
    for _ in range(3):
        child = os.fork()
        if not child:
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0


def a_child_of_a_fork_is_told_so_and_makes_its_own() -> None:
    listeners_sleep()
    server, fresh = DevServer(), onsmq.Producer(namesrv_addr=ADDRESS)
    sender, listening = producer(), consumer(commit)
    sends = [sender.send_async(message()) for _ in range(200)]
    loop_sender = onsmq.aio.Producer(namesrv_addr=ADDRESS)
    asker, loop_asker = console(onsmq.openapi.Client), console(onsmq.openapi.AsyncClient)
    decider, received_from = transactional(unknown), receiver(onsmq.BatchConsumer)
    begun = decider._native.begin(message())
    receivers = [listening, onsmq.Consumer(namesrv_addr=ADDRESS, group_id=GROUP)]
    calls: list[Callable[[], object]] = [
        fresh.start,
        sender.start,
        lambda: sender.send(message()),
        lambda: sender.send_async(message()),
        lambda: sender.send_oneway(message()),
        lambda: sender.send_many([message()]),
        sender.shutdown,
        lambda: asyncio.run(once(lambda: loop_sender.send(message()))),
        lambda: asyncio.run(once(loop_sender.start)),
        lambda: server.create_topic("orders"),
        lambda: asker.topic.get(TOPIC),
        lambda: asyncio.run(once(lambda: loop_asker.topic.get(TOPIC))),
        *(call for it in receivers for call in (it.start, it.run, it.shutdown)),
        *(lambda it=it: it.subscribe(TOPIC, "*", commit) for it in receivers),
        lambda: listening.unsubscribe(TOPIC),
        received_from.receive,
        decider.start,
        lambda: decider.send(message(), unknown),
        lambda: begun.end("CommitTransaction"),
    ]
    child = os.fork()
    if not child:
        for number, call in enumerate(calls):
            refused_as_forked(number, call)
        in_a_child(ADDRESS, TOPIC)
        assert not any(send.cancel() for send in sends)
        assert all(send.done() or send.running() for send in sends)
        asker.close()
        del (
            asker,
            loop_asker,
            begun,
            decider,
            received_from,
            sender,
            listening,
            loop_sender,
            fresh,
            server,
            calls,
            receivers,
        )
        kept.clear()
        gc.collect()
        # Others are still held by the frames around this one.
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
    sender.send(message())


async def once(call: Callable[[], Any]) -> None:
    await call()


def refused_as_forked(number: int, call: Callable[[], object]) -> None:
    try:
        call()
    except OnsClientError as error:
        assert error.code is ErrorCode.FORKED, (number, error)
    else:
        raise AssertionError(f"call {number} is not refused")


def in_a_child(address: str, topic: str) -> None:
    received = threading.Event()
    consumer = onsmq.Consumer(namesrv_addr=address, group_id=f"GID_child_{os.getpid()}")

    @consumer.listener(topic)
    def listen(_: Message) -> Action:
        received.set()
        return Action.COMMIT_MESSAGE

    with consumer, onsmq.Producer(namesrv_addr=address) as mine:
        mine.send(Message(topic, b"child"))
        assert mine.send_async(Message(topic, b"child")).result(30)
        assert received.wait(30)


def children_are_forked_by_multiprocessing() -> None:
    children("fork")


def children_are_spawned_by_multiprocessing() -> None:
    children("spawn")


def children(method: str) -> None:
    listeners_sleep()
    context: Any = multiprocessing.get_context(method)
    processes = [context.Process(target=in_a_child, args=(ADDRESS, TOPIC)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0, process.exitcode


# What lives until the interpreter clears its modules.
kept: list[Any] = []

if __name__ == "__main__":
    globals()[SCENARIO]()
    over()
