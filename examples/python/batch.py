"""Lists of messages: `batch.py [NAMESRV_ADDR]`."""

from __future__ import annotations

import sys
import threading

import onsmq
from onsmq.testing import DevServer


def main(address: str) -> None:
    """Send a hundred messages, and receive them in lists of up to 16."""
    done = threading.Semaphore(0)
    consumer = onsmq.BatchConsumer(
        namesrv_addr=address,
        group_id="GID_batch_python",
        consume_message_batch_max_size=16,
    )

    @consumer.listener("batch_python")
    def handle(messages: list[onsmq.Message]) -> onsmq.Action:
        # The end of the line in the same write: others print at the same time.
        print(f"received  {len(messages)} at once\n", end="", flush=True)
        done.release(len(messages))
        # The answer is for the whole list.
        return onsmq.Action.COMMIT_MESSAGE

    with consumer, onsmq.Producer(namesrv_addr=address) as producer:
        producer.send_many(onsmq.Message("batch_python", str(n).encode()) for n in range(100))
        for _ in range(100):
            if not done.acquire(timeout=60):
                raise SystemExit("not all messages came within a minute")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with DevServer() as server:
            main(server.namesrv_addr)
