"""Every way to send: `producer.py NAMESRV_ADDR [TOPIC]`."""

from __future__ import annotations

import sys

import onsmq


def main(address: str, topic: str = "orders") -> None:
    """Send a few messages, and look at what becomes of each."""
    with onsmq.Producer(
        namesrv_addr=address, group_id="GID_orders", send_msg_timeout_millis=5000
    ) as producer:
        # Waits until a broker has stored it.
        result = producer.send(onsmq.Message(topic, b"one", tag="created", key="order-1"))
        print(f"stored as {result.message_id} in queue {result.queue_id} at {result.offset}")

        # A concurrent.futures.Future: the program goes on meanwhile.
        future = producer.send_async(onsmq.Message(topic, b"two", properties={"origin": "web"}))
        print(f"stored as {future.result(10).message_id}")

        # Many at once; what could not be sent stands in its place.
        messages = [onsmq.Message(topic, str(number).encode()) for number in range(3)]
        for sent in producer.send_many([*messages, onsmq.Message(topic, b"")]):
            if isinstance(sent, onsmq.OnsClientError):
                print(f"not sent ({sent.code.name}): {sent}")
            else:
                print(f"stored as {sent.message_id}")

        # Without an answer: fast, and it may be lost.
        producer.send_oneway(onsmq.Message(topic, b"three"))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
