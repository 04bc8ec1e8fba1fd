"""Receiving without a listener, when the program is ready for it: `receive.py [NAMESRV_ADDR]`."""

from __future__ import annotations

import asyncio
import sys

import onsmq.aio
from onsmq.testing import DevServer

TOPIC = "receive_python"


def some_at_a_time(address: str) -> None:
    """Take up to ten messages, and wait up to a minute for the first."""
    with onsmq.Consumer(namesrv_addr=address, group_id="GID_receive_python") as consumer:
        consumer.subscribe(TOPIC)
        with onsmq.Producer(namesrv_addr=address) as producer:
            producer.send_many(onsmq.Message(TOPIC, str(n).encode()) for n in range(20))
        left = 20
        while left:
            messages = consumer.receive(max=10, timeout=60)
            if not messages:
                raise SystemExit("no message came within a minute")
            for message in messages:
                print(f"received  {message.body.decode()}")
                message.commit()  # or reconsume_later(); what is let go of comes again as well
            left -= len(messages)


async def one_by_one(address: str) -> None:
    """The same with asyncio; iteration ends when the consumer is shut down."""
    async with onsmq.aio.Consumer(
        namesrv_addr=address, group_id="GID_receive_python_asyncio"
    ) as consumer:
        consumer.subscribe(TOPIC)
        async with onsmq.aio.Producer(namesrv_addr=address) as producer:
            await producer.send(onsmq.Message(TOPIC, b"the last"))
        async for message in consumer:
            print(f"received  {message.body.decode()} with asyncio")
            message.commit()
            if message.body == b"the last":
                await consumer.shutdown()


def main(address: str) -> None:
    """Both."""
    some_at_a_time(address)
    asyncio.run(asyncio.wait_for(one_by_one(address), 60))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with DevServer() as server:
            main(server.namesrv_addr)
