"""Messages of mixed sizes and contents."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from onsmq import Message, SendResult

if TYPE_CHECKING:
    from collections.abc import Sequence

MIB = 1 << 20
TAGS = [None, "red", "green_blau", "étiquette", "标签"]
TEXT = "grüße, 你好, 🦀; \"quotes\" = 'and' \\ more\n"


def mixed(topic: str, count: int, seed: int = 1) -> list[Message]:
    """Messages from 1 byte to 1 MiB, most of them small: some 15 KB on average."""
    chance = random.Random(seed)
    sizes = [1, MIB, *(round(2 ** (20 * chance.random() ** 2)) for _ in range(count - 2))]
    return [_message(topic, number, size, chance) for number, size in enumerate(sizes)]


def _message(topic: str, number: int, size: int, chance: random.Random) -> Message:
    properties = {"number": str(number)}
    if number % 3 == 0:
        properties["Ключ"] = TEXT * chance.randint(1, 5)
    return Message(
        topic,
        _body(number, size, chance),
        tag=TAGS[number % len(TAGS)],
        key=None if number % 4 == 0 else f"key-{number}-{'ключ' if number % 2 else 'key'}",
        properties=properties,
    )


def _body(number: int, size: int, chance: random.Random) -> bytes:
    if number % 2:
        return chance.getrandbits(size * 8).to_bytes(size, "big")
    return (TEXT * (size // 20 + 1)).encode()[:size]


def check_received(
    sent: Sequence[tuple[Message, SendResult]], received: Sequence[Message], started_ms: int
) -> None:
    """Each message came once, as it was sent and where the broker said."""
    by_id = {message.message_id: message for message in received}
    assert len(by_id) == len(received) == len(sent)
    for message, result in sent:
        came = by_id[result.message_id]
        assert came == message
        assert came.body == message.body
        assert (came.topic, came.tag, came.key) == (message.topic, message.tag, message.key)
        assert came.properties == message.properties
        assert came.reconsume_times == 0
        place = (came.broker_name, came.queue_id, came.offset)
        assert place == (result.broker_name, result.queue_id, result.offset)
        assert started_ms <= came.born_timestamp <= came.store_timestamp + 1000
        assert came.born_host.startswith("127.0.0.1:")
