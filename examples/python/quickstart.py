"""A message goes from a producer to a consumer: `quickstart.py [NAMESRV_ADDR]`.

Without an address it starts the embedded dev server, so that nothing else is needed.
"""

from __future__ import annotations

import contextlib
import sys
import threading

import onsmq
from onsmq.testing import DevServer


def main(address: str | None = None) -> None:
    """Send one message and wait until it is received."""
    with contextlib.ExitStack() as stack:
        if address is None:
            address = stack.enter_context(DevServer()).namesrv_addr
        received = threading.Event()
        consumer = onsmq.Consumer(namesrv_addr=address, group_id="GID_quickstart_python")

        @consumer.listener("quickstart_python")
        def handle(message: onsmq.Message) -> onsmq.Action:
            print(f'received  {message.message_id}  "{message.body.decode()}"')
            received.set()
            return onsmq.Action.COMMIT_MESSAGE

        stack.enter_context(consumer)
        producer = stack.enter_context(onsmq.Producer(namesrv_addr=address))
        message = onsmq.Message(
            "quickstart_python", b"hello from Python", tag="greeting", key="key-1"
        )
        print(f"sent      {producer.send(message).message_id}")
        if not received.wait(30):
            raise SystemExit("no message came within 30 seconds")


if __name__ == "__main__":
    main(*sys.argv[1:])
