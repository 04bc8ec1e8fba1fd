"""Sends to a broker that is busy: `busy.py NAMESRV_ADDR TOPIC`. It fails unless that is said so."""

from __future__ import annotations

import sys

import onsmq


def main(address: str, topic: str) -> None:
    """Send once."""
    with onsmq.Producer(namesrv_addr=address, send_msg_timeout_millis=1000) as producer:
        try:
            producer.send(onsmq.Message(topic, b"body"))
        except onsmq.OnsClientError as error:
            told = (error.code, error.broker_code, error.retriable)
            if told != (onsmq.ErrorCode.FLOW_CONTROL, 2, True):
                raise
        else:
            sys.exit("it was stored")


if __name__ == "__main__":
    main(*sys.argv[1:])
