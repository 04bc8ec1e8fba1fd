"""The same with asyncio: `asyncio_example.py [NAMESRV_ADDR]`."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import onsmq.aio
from onsmq.testing import DevServer


async def main(address: str | None = None) -> None:
    """Send a hundred messages at once, and wait until all are received."""
    with contextlib.ExitStack() as stack:
        if address is None:
            address = stack.enter_context(DevServer()).namesrv_addr
        received: asyncio.Queue[bytes] = asyncio.Queue()
        consumer = onsmq.aio.Consumer(namesrv_addr=address, group_id="GID_asyncio")

        @consumer.listener("asyncio_example")
        async def handle(message: onsmq.Message) -> onsmq.Action:
            await received.put(message.body)
            return onsmq.Action.COMMIT_MESSAGE

        async with consumer, onsmq.aio.Producer(namesrv_addr=address) as producer:
            bodies = [str(number).encode() for number in range(100)]
            messages = (onsmq.Message("asyncio_example", body) for body in bodies)
            await asyncio.gather(*(producer.send(message) for message in messages))
            came = {await asyncio.wait_for(received.get(), 30) for _ in bodies}
            print(f"{len(came)} messages sent and received")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
