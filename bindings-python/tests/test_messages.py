"""Messages, results and enumerations as values."""

from __future__ import annotations

import array
from typing import Any

import pytest

import onsmq
import onsmq.aio
from onsmq import Action, Message, MessageModel


def test_a_message_has_what_it_was_made_of() -> None:
    message = Message("orders", b"body", tag="created", key="42", properties={"a": "b"})

    assert (message.topic, message.body) == ("orders", b"body")
    assert (message.tag, message.key, dict(message.properties)) == ("created", "42", {"a": "b"})


def test_what_is_not_given_is_none() -> None:
    message = Message("orders", b"body")

    assert (message.tag, message.key, dict(message.properties)) == (None, None, {})


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
        ({"sharding_key": "a"}, "unexpected keyword argument 'sharding_key'"),
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


def test_enumerations_have_the_vendors_names_and_are_strict() -> None:
    assert [action.value for action in Action] == ["CommitMessage", "ReconsumeLater"]
    assert [model.value for model in MessageModel] == ["CLUSTERING", "BROADCASTING"]
    assert Action("CommitMessage") is Action.COMMIT_MESSAGE
    with pytest.raises(ValueError, match="commitmessage"):
        Action("commitmessage")


def test_both_packages_have_the_same_names() -> None:
    only_in_one = {"__version__", "errors"}

    assert set(onsmq.__all__) - set(onsmq.aio.__all__) == only_in_one
    assert onsmq.aio.Message is Message
