"""A member of a group: `member.py NAMESRV_ADDR TOPIC GROUP`.

It prints `started`, then the id of each message that it consumes, until its standard input ends.
"""

from __future__ import annotations

import sys

import onsmq


def main(address: str, topic: str, group: str) -> None:
    """Consume until standard input ends."""
    consumer = onsmq.Consumer(namesrv_addr=address, group_id=group)

    @consumer.listener(topic)
    def print_id(message: onsmq.Message) -> onsmq.Action:
        # One write, so that lines of several threads do not mix.
        sys.stdout.write(f"{message.message_id}\n")
        sys.stdout.flush()
        return onsmq.Action.COMMIT_MESSAGE

    with consumer:
        sys.stdout.write("started\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
