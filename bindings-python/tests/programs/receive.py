"""A consumer that waits for messages until Ctrl-C: `receive.py ADDRESS TOPIC GROUP FLAVOUR`."""

from __future__ import annotations

import asyncio
import sys

import onsmq
import onsmq.aio

_, ADDRESS, TOPIC, GROUP, FLAVOUR = sys.argv


def with_threads() -> None:
    with onsmq.Consumer(namesrv_addr=ADDRESS, group_id=GROUP) as consumer:
        consumer.subscribe(TOPIC)
        print("receiving")
        for message in consumer:
            message.commit()


async def with_asyncio() -> None:
    async with onsmq.aio.Consumer(namesrv_addr=ADDRESS, group_id=GROUP) as consumer:
        consumer.subscribe(TOPIC)
        print("receiving")
        async for message in consumer:
            message.commit()


if __name__ == "__main__":
    try:
        if FLAVOUR == "threads":
            with_threads()
        else:
            asyncio.run(with_asyncio())
    except KeyboardInterrupt:
        print("interrupted")
    print("shut down cleanly")
