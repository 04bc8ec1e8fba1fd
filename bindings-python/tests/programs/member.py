"""A member of a group: prints the id of each message: `member.py ADDRESS TOPIC GROUP FLAVOUR`.

It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys

import onsmq
import onsmq.aio
from onsmq import Action, Message

_, ADDRESS, TOPIC, GROUP, FLAVOUR = sys.argv


def listen(message: Message) -> Action:
    # At once, as others print as well.
    sys.stdout.write(message.message_id + "\n")
    return Action.COMMIT_MESSAGE


async def listen_async(message: Message) -> Action:
    return listen(message)


def with_threads() -> None:
    consumer = onsmq.Consumer(namesrv_addr=ADDRESS, group_id=GROUP)
    consumer.subscribe(TOPIC, "*", listen)
    with consumer:
        print("started")
        sys.stdin.read()


async def with_asyncio() -> None:
    consumer = onsmq.aio.Consumer(namesrv_addr=ADDRESS, group_id=GROUP)
    consumer.subscribe(TOPIC, "*", listen_async)
    async with consumer:
        print("started")
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    if FLAVOUR == "threads":
        with_threads()
    else:
        asyncio.run(with_asyncio())
