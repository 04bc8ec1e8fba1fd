"""Messages of an order in their order: `ordered.py [NAMESRV_ADDR]`."""

from __future__ import annotations

import sys
import threading

import onsmq
from onsmq.testing import DevServer

STEPS = ["created", "paid", "shipped"]


def main(address: str) -> None:
    """Send three steps of each of three orders, and receive each order's in turn."""
    done = threading.Semaphore(0)
    consumer = onsmq.OrderConsumer(
        namesrv_addr=address, group_id="GID_ordered_python", suspend_time_millis=100
    )

    @consumer.listener("ordered_python")
    def handle(message: onsmq.Message) -> onsmq.OrderAction:
        if message.body == b"paid" and message.reconsume_times == 0:
            # Its queue waits, and it comes again before the next one.
            return onsmq.OrderAction.SUSPEND
        print(f"{message.sharding_key} is {message.body.decode()}", flush=True)
        done.release()
        return onsmq.OrderAction.SUCCESS

    with consumer, onsmq.OrderProducer(namesrv_addr=address) as producer:
        for step in STEPS:
            for order in ("order-1", "order-2", "order-3"):
                # The sharding key says within what the order is kept.
                producer.send(onsmq.Message("ordered_python", step.encode()), order)
        for _ in range(9):
            if not done.acquire(timeout=60):
                raise SystemExit("not all steps came within a minute")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with DevServer() as server:
            main(server.namesrv_addr)
