"""Choosing by a condition on the messages' properties: `sql_filter.py [NAMESRV_ADDR]`.

Brokers take conditions with enablePropertyFilter=true.
"""

from __future__ import annotations

import sys
import threading

import onsmq
from onsmq.testing import DevServer


def main(address: str) -> None:
    """Send three messages, of which one meets the condition."""
    received = threading.Event()
    consumer = onsmq.Consumer(namesrv_addr=address, group_id="GID_sql_filter_python")

    @consumer.listener("sql_filter_python", sql="amount > 100 AND region = 'north'")
    def handle(message: onsmq.Message) -> onsmq.Action:
        amount, region = message.properties["amount"], message.properties["region"]
        print(f"received  {message.body.decode()} of {amount} in {region}", flush=True)
        received.set()
        return onsmq.Action.COMMIT_MESSAGE

    with consumer, onsmq.Producer(namesrv_addr=address) as producer:
        for amount, region in (("50", "north"), ("150", "south"), ("200", "north")):
            properties = {"amount": amount, "region": region}
            producer.send(onsmq.Message("sql_filter_python", b"order", properties=properties))
        if not received.wait(60):
            raise SystemExit("no message came within a minute")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with DevServer() as server:
            main(server.namesrv_addr)
