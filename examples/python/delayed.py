"""Messages that are delivered at a time: `delayed.py [NAMESRV_ADDR]`."""

from __future__ import annotations

import sys
import threading
import time
from datetime import datetime, timedelta, timezone

import onsmq
from onsmq.testing import DevServer


def main(address: str) -> None:
    """Send a message that is to come in five seconds, and one at once."""
    done = threading.Semaphore(0)
    began = time.monotonic()
    consumer = onsmq.Consumer(namesrv_addr=address, group_id="GID_delayed_python")

    @consumer.listener("delayed_python")
    def handle(message: onsmq.Message) -> onsmq.Action:
        took = time.monotonic() - began
        # The end of the line in the same write: others print at the same time.
        print(f"received  {message.body.decode()} after {took:.0f} s\n", end="", flush=True)
        done.release()
        return onsmq.Action.COMMIT_MESSAGE

    with consumer, onsmq.Producer(namesrv_addr=address) as producer:
        producer.send(onsmq.Message("delayed_python", b"news"))
        # A datetime with its time zone, or whole milliseconds since 1970. Brokers of 4.x have a
        # number of delays, of which 5 s is one.
        due = datetime.now(timezone.utc) + timedelta(seconds=5)
        producer.send(onsmq.Message("delayed_python", b"a reminder", start_deliver_time=due))
        for _ in range(2):
            if not done.acquire(timeout=60):
                raise SystemExit("not all messages came within a minute")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with DevServer() as server:
            main(server.namesrv_addr)
