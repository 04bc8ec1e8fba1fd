"""A consumer that runs until it is told to stop: `run.py ADDRESS TOPIC GROUP FLAVOUR`."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any

import onsmq
import onsmq.aio
from onsmq import Action, Message

_, ADDRESS, TOPIC, GROUP, FLAVOUR = sys.argv


def hear(message: Message) -> bool:
    print("received", message.body.decode())
    return message.body == b"stop"


def with_threads() -> bool:
    consumer = onsmq.Consumer(namesrv_addr=ADDRESS, group_id=GROUP)

    @consumer.listener(TOPIC)
    def listen(message: Message) -> Action:
        if hear(message):
            consumer.shutdown()
        return Action.COMMIT_MESSAGE

    consumer.run()
    return consumer.is_closed


async def with_asyncio() -> bool:
    consumer = onsmq.aio.Consumer(namesrv_addr=ADDRESS, group_id=GROUP)

    @consumer.listener(TOPIC)
    async def listen(message: Message) -> Action:
        if hear(message):
            await consumer.shutdown()
        return Action.COMMIT_MESSAGE

    await consumer.run()
    return consumer.is_closed


def handlers() -> list[Any]:
    return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]


if __name__ == "__main__":
    before = handlers()
    closed = with_threads() if FLAVOUR == "threads" else asyncio.run(with_asyncio())
    print("shut down cleanly" if closed else "still running")
    print("handlers are back" if handlers() == before else "other handlers")
