"""Each member of a group gets all messages: `broadcasting.py [NAMESRV_ADDR]`."""

from __future__ import annotations

import contextlib
import sys
import threading
from tempfile import TemporaryDirectory

import onsmq
from onsmq.testing import DevServer


def main(address: str) -> None:
    """Two members, one message."""
    done = threading.Semaphore(0)

    def member(name: str, folder: str) -> onsmq.Consumer:
        consumer = onsmq.Consumer(
            namesrv_addr=address,
            group_id="GID_broadcasting_python",
            message_model=onsmq.MessageModel.BROADCASTING,
            # Each process keeps in a file how far it is. Here the two are in one process.
            local_offset_store_dir=folder,
        )

        @consumer.listener("broadcasting_python", "news")
        def handle(message: onsmq.Message) -> onsmq.Action:
            # The end of the line in the same write: others print at the same time.
            print(f"{name} received  {message.body.decode()}\n", end="", flush=True)
            done.release()
            return onsmq.Action.COMMIT_MESSAGE

        return consumer

    with contextlib.ExitStack() as stack:
        producer = stack.enter_context(onsmq.Producer(namesrv_addr=address))
        for name in ("first", "second"):
            folder = stack.enter_context(TemporaryDirectory())
            stack.enter_context(member(name, folder))
        producer.send(onsmq.Message("broadcasting_python", b"hello to all", tag="news"))
        for _ in range(2):
            if not done.acquire(timeout=60):
                raise SystemExit("not all members got it within a minute")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with DevServer() as server:
            main(server.namesrv_addr)
