"""Consume until Ctrl-C: `consumer.py NAMESRV_ADDR [TOPIC]`."""

from __future__ import annotations

import logging
import sys

import onsmq


def main(address: str, topic: str = "orders") -> None:
    """Print what comes, and have what fails come again."""
    logging.basicConfig(level=logging.WARNING)
    consumer = onsmq.Consumer(
        namesrv_addr=address,
        group_id="GID_orders",
        consume_thread_nums=8,
        consume_from_where="CONSUME_FROM_FIRST_OFFSET",
    )

    @consumer.listener(topic, "*")
    def handle(message: onsmq.Message) -> onsmq.Action:
        # Called on up to 8 threads at once. An exception has the message come again later.
        body, delivery = message.body.decode(), message.reconsume_times + 1
        # The end of the line in the same write: others print at the same time.
        print(f"{message.tag}: {body} (delivery {delivery})\n", end="", flush=True)
        return onsmq.Action.COMMIT_MESSAGE

    consumer.run()  # until SIGINT or SIGTERM, then a clean shutdown
    print("shut down")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
