"""Messages, results and enumerations as values."""

from __future__ import annotations

import array
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import onsmq
import onsmq.aio
from onsmq import Message


def test_a_message_has_what_it_was_made_of() -> None:
    message = Message("orders", b"body", tag="created", key="42", properties={"a": "b"})

    assert (message.topic, message.body) == ("orders", b"body")
    assert (message.tag, message.key, dict(message.properties)) == ("created", "42", {"a": "b"})


def test_what_is_not_given_is_none() -> None:
    message = Message("orders", b"body")

    assert (message.tag, message.key, dict(message.properties)) == (None, None, {})
    assert (message.sharding_key, message.start_deliver_time) == (None, None)


def test_a_message_has_a_sharding_key() -> None:
    assert Message("orders", b"body", sharding_key="订单-1").sharding_key == "订单-1"


EAST = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("time", "millis"),
    [
        (1_700_000_000_123, 1_700_000_000_123),
        (datetime(2023, 11, 14, 22, 13, 20, 123_000, timezone.utc), 1_700_000_000_123),
        (datetime(2023, 11, 15, 6, 13, 20, 123_499, EAST), 1_700_000_000_123),
        (datetime(1970, 1, 1, tzinfo=timezone.utc), None),
    ],
)
def test_a_start_deliver_time_is_millis_or_a_datetime(
    time: int | datetime, millis: int | None
) -> None:
    assert Message("orders", b"body", start_deliver_time=time).start_deliver_time == millis


def test_a_datetime_without_a_time_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"this datetime has no time zone: give it one"):
        Message("orders", b"body", start_deliver_time=datetime(2023, 11, 14, 22, 13, 20))


@pytest.mark.parametrize(
    "body", [bytearray(b"body"), memoryview(b"body"), array.array("B", b"body")]
)
def test_a_body_may_be_anything_that_is_made_of_bytes(body: Any) -> None:
    assert Message("orders", body).body == b"body"


def test_the_parts_are_made_once() -> None:
    message = Message("orders", b"body", properties={"a": "b"})

    assert message.body is message.body
    assert message.properties is message.properties


def test_a_message_cannot_be_changed() -> None:
    message: Any = Message("orders", b"body")

    with pytest.raises(AttributeError):
        message.topic = "other"
    with pytest.raises(TypeError):
        message.properties["a"] = "b"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"topic": 5}, "argument 'topic'"),
        ({"body": "text"}, "argument 'body': bytes is due, not str: encode the text"),
        ({"body": 5}, "argument 'body'"),
        ({"body": None}, "argument 'body'"),
        ({"tag": 5}, "argument 'tag'"),
        ({"key": b"42"}, "argument 'key'"),
        ({"properties": 5}, "argument 'properties'"),
        ({"properties": {"a": 5}}, "argument 'properties': text is due, not int"),
        ({"properties": {5: "a"}}, "argument 'properties': text is due, not int"),
        ({"sharding_key": 5}, "argument 'sharding_key': text is due, not int"),
        ({"start_deliver_time": 1.5}, "argument 'start_deliver_time': whole ms since 1970, or a"),
        ({"start_deliver_time": True}, "argument 'start_deliver_time': whole ms since 1970, or a"),
        ({"start_deliver_time": "now"}, "argument 'start_deliver_time': whole ms since 1970, or"),
        ({"shardingkey": "a"}, "unexpected keyword argument 'shardingkey'"),
    ],
)
def test_a_type_that_does_not_fit_is_an_error_that_names_the_argument(
    arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError) as raised:
        Message(**{"topic": "orders", "body": b"body", **arguments})

    assert said in str(raised.value)


def test_messages_with_the_same_content_are_equal() -> None:
    message = Message("orders", b"body", properties={"a": "1", "b": "2"})
    same = Message("orders", bytearray(b"body"), properties={"b": "2", "a": "1"})

    assert message == same
    assert hash(message) == hash(same)
    assert message != Message("orders", b"body")
    assert message != Message("orders", b"body", properties={"a": "1", "b": "2"}, sharding_key="c")
    assert message != "orders"


def test_a_message_says_what_it_is() -> None:
    message = Message("orders", b"body", tag="it's", key="42")

    assert repr(message) == """Message('orders', tag="it's", key='42', body of 4 bytes)"""


@pytest.mark.parametrize(
    "name",
    [
        "message_id",
        "reconsume_times",
        "born_timestamp",
        "born_host",
        "store_timestamp",
        "broker_name",
        "queue_id",
        "offset",
    ],
)
def test_what_comes_with_delivery_is_missing_before(name: str) -> None:
    message = Message("orders", b"body")

    assert not hasattr(message, name)


def test_both_packages_have_the_same_names() -> None:
    only_in_one = {"__version__", "errors"}

    assert set(onsmq.__all__) - set(onsmq.aio.__all__) == only_in_one
    assert onsmq.aio.Message is Message
