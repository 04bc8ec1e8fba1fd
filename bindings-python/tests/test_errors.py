"""Each error has its code, its class, and a text that says what to do."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import onsmq
import onsmq.aio
from onsmq import Consumer, ErrorCode, Message, OnsClientError, Producer, errors
from onsmq.testing import DevServer

from .support.broker import Broker
from .support.names import unique
from .support.peer import Peer, address, http

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .support.servers import Server


@contextlib.contextmanager
def fails(code: ErrorCode, *said: str) -> Iterator[pytest.ExceptionInfo[OnsClientError]]:
    """Expects an error of a code, of the code's class, that says something."""
    with pytest.raises(OnsClientError) as raised:
        yield raised
    error = raised.value
    assert error.code is code, error
    assert type(error) is errors.CLASSES[code]
    for text in said:
        assert text in str(error)


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_has_a_class_below_the_one_that_catches_all(code: ErrorCode) -> None:
    with pytest.raises(OnsClientError):
        raise errors.CLASSES[code]("on purpose")


def test_every_class_has_a_code() -> None:
    assert set(errors.CLASSES.values()) == set(OnsClientError.__subclasses__())


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"send_msg_timeout_milis": 5}, ["property `send_msg_timeout_milis` is unknown"]),
        ({"send_msg_timeout_millis": 0}, ["SendMsgTimeoutMillis", "`0`", "from 1 to 3600000"]),
        ({"send_msg_timeout_millis": 1.5}, ["SendMsgTimeoutMillis", "`1.5`", "a whole number"]),
        ({"send_msg_timeout_millis": True}, ["SendMsgTimeoutMillis", "`true`"]),
        ({"namesrv_addr": "nowhere"}, ["NAMESRV_ADDR", "`nowhere`", "host:port"]),
        ({"access_key": "a"}, ["AccessKey is set and SecretKey is not"]),
        ({"group_id": "a b"}, ["GROUP_ID", "`a b`"]),
    ],
)
def test_a_wrong_property_is_named_with_its_value_and_what_is_allowed(
    properties: dict[str, Any], said: list[str]
) -> None:
    with fails(ErrorCode.CONFIGURATION, *said):
        Producer({"namesrv_addr": "127.0.0.1:9876", **properties})


def properties() -> list[str]:
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    return re.findall(r"^\| ([\w.]+) \| [`-]", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", properties())
def test_each_property_is_known(name: str) -> None:
    with pytest.raises(onsmq.OnsClientError) as caught:
        onsmq.Consumer({"NAMESRV_ADDR": "127.0.0.1:9876", "GROUP_ID": "GID", name: ""})
    assert name in str(caught.value)
    assert "is unknown" not in str(caught.value)


def test_a_secret_is_not_shown() -> None:
    with fails(ErrorCode.CONFIGURATION, "AccessKey") as raised:
        Producer(namesrv_addr="127.0.0.1:9876", secret_key="top secret")

    assert "top secret" not in str(raised.value)


def test_a_consumer_needs_a_group() -> None:
    with fails(ErrorCode.CONFIGURATION, "GROUP_ID"):
        Consumer(namesrv_addr="127.0.0.1:9876")


def test_a_property_of_another_type_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="property 'group_id': text, a number or a truth value"):
        Producer(namesrv_addr="127.0.0.1:9876", group_id=["a"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"topic": ""}, "topic"),
        ({"topic": "a b"}, "topic"),
        ({"topic": "t" * 256}, "topic"),
        ({"body": b""}, "body"),
        ({"body": bytes(4 * 1024 * 1024 + 1)}, "4194304"),
        ({"properties": {"UNIQ_KEY": "a"}}, "UNIQ_KEY"),
        ({"properties": {"": "a"}}, "empty"),
        ({"properties": {"a": ""}}, "`a`"),
        ({"properties": {"a": "\x01"}}, "U+0001"),
        ({"properties": {"a": "b" * 32_000}}, "32000"),
        ({"tag": "\x02"}, "the tag"),
        ({"key": "\x01"}, "the key"),
    ],
)
def test_a_message_that_cannot_travel_is_refused(
    dev: DevServer, parts: dict[str, Any], said: str
) -> None:
    message = Message(**{"topic": "orders", "body": b"body", **parts})
    with Producer(namesrv_addr=dev.namesrv_addr) as producer:
        with fails(ErrorCode.ILLEGAL_MESSAGE, said):
            producer.send(message)
        with fails(ErrorCode.ILLEGAL_MESSAGE, said):
            producer.send_oneway(message)


@pytest.mark.parametrize(("topic", "expression"), [("a b", "*"), ("orders", "||")])
def test_a_subscription_that_means_nothing_is_refused(
    dev: DevServer, topic: str, expression: str
) -> None:
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))

    with fails(ErrorCode.INVALID_ARGUMENT):
        consumer.subscribe(topic, expression, lambda _: None)


def test_use_before_start_and_after_shutdown_is_refused(dev: DevServer) -> None:
    message = Message("orders", b"body")
    producer = Producer(namesrv_addr=dev.namesrv_addr)
    with fails(ErrorCode.NOT_STARTED, "call start first"):
        producer.send(message)
    producer.shutdown()
    with fails(ErrorCode.CLOSED, "make a new one"):
        producer.send(message)
    with fails(ErrorCode.CLOSED, "make a new one"):
        producer.start()
    consumer = Consumer(namesrv_addr=dev.namesrv_addr, group_id=unique("GID"))
    consumer.shutdown()
    with fails(ErrorCode.CLOSED, "make a new one"):
        consumer.start()
    with fails(ErrorCode.CLOSED, "make a new one"):
        consumer.subscribe("orders", "*", lambda _: None)


def test_a_dev_server_that_was_stopped_makes_no_topics() -> None:
    with DevServer() as server:
        server.create_topic("orders", 4)
        with fails(ErrorCode.INVALID_ARGUMENT, "queues"):
            server.create_topic("others", 0)

    with fails(ErrorCode.CLOSED, "was stopped"):
        server.create_topic("others")


def test_an_option_of_the_dev_server_is_checked() -> None:
    with fails(ErrorCode.CONFIGURATION, "brokers", "65"):
        DevServer(brokers=65)


def refused_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def send_to(namesrv_addr: str, **properties: Any) -> None:
    properties = {"send_msg_timeout_millis": 700, **properties}
    with Producer(namesrv_addr=namesrv_addr, **properties) as producer:
        producer.send(Message("orders", b"body"))


def test_a_host_that_is_unknown_is_said() -> None:
    with fails(ErrorCode.NAME_SERVER_UNREACHABLE, "no.such.host.invalid:9876") as raised:
        send_to("no.such.host.invalid:9876")

    assert raised.value.retriable
    assert raised.value.topic == "orders"
    assert raised.value.__cause__


def test_a_refused_connection_is_said_with_its_cause() -> None:
    with fails(ErrorCode.NAME_SERVER_UNREACHABLE, "Connection refused") as raised:
        send_to(refused_port())

    assert "refused" in str(raised.value.__cause__)


def test_a_consumer_does_not_start_without_a_name_server() -> None:
    consumer = Consumer(namesrv_addr=refused_port(), group_id=unique("GID"))
    consumer.subscribe("orders", "*", lambda _: None)
    with fails(ErrorCode.NAME_SERVER_UNREACHABLE, "does not start"):
        consumer.start()
    consumer.shutdown()


def test_a_port_that_speaks_another_protocol_is_said() -> None:
    with http() as server:
        with fails(ErrorCode.PROTOCOL, "does not speak RocketMQ's protocol"):
            send_to(address(server))
        server.shutdown()


def test_a_server_without_tls_or_with_a_certificate_of_nobody_is_said(server: Server) -> None:
    with fails(ErrorCode.TLS, "tls."):
        send_to(server.namesrv_addr, tls_enable=True)


def test_a_topic_without_a_route_is_said() -> None:
    with (
        DevServer(auto_create_topics=False) as server,
        fails(ErrorCode.NO_ROUTE, "orders") as raised,
    ):
        send_to(server.namesrv_addr)

    assert raised.value.topic == "orders"


@pytest.mark.parametrize(
    ("sends", "code", "retriable"),
    [
        ((1, "something broke"), ErrorCode.BROKER_REFUSED, True),
        ((14, "not now"), ErrorCode.BROKER_REFUSED, True),
        ((13, "the message is illegal"), ErrorCode.ILLEGAL_MESSAGE, False),
        ((16, "User:a is not found."), ErrorCode.NO_PERMISSION, False),
        ((2, "too many requests"), ErrorCode.FLOW_CONTROL, True),
        ((17, "topic[orders] not exist"), ErrorCode.NO_ROUTE, False),
    ],
)
def test_a_brokers_refusal_tells_its_code_and_remark(
    sends: tuple[int, str], code: ErrorCode, retriable: bool
) -> None:
    with Peer(sends) as peer, fails(code, sends[1]) as raised:
        send_to(peer.namesrv_addr)

    error = raised.value
    assert (error.broker_code, error.remark) == sends
    assert error.retriable == retriable
    assert error.message_id
    assert len(error.message_id) == 32


@pytest.mark.parametrize(
    ("sends", "code"),
    [("silent", ErrorCode.TIMEOUT), ("hangs up", ErrorCode.CONNECTION_LOST)],
)
def test_a_broker_that_does_not_answer_is_told_from_one_that_hangs_up(
    sends: str, code: ErrorCode
) -> None:
    with Peer(sends) as peer, fails(code) as raised:
        send_to(peer.namesrv_addr)

    assert raised.value.retriable
    assert raised.value.broker_code is None


def test_both_flavours_raise_the_same(dev: DevServer) -> None:
    async def main() -> None:
        producer = onsmq.aio.Producer(namesrv_addr=dev.namesrv_addr)
        with fails(ErrorCode.NOT_STARTED, "call start first"):
            await producer.send(Message("orders", b"body"))
        await producer.start()
        with fails(ErrorCode.ILLEGAL_MESSAGE, "body"):
            await producer.send_oneway(Message("orders", b""))
        await producer.shutdown()
        with fails(ErrorCode.CLOSED, "make a new one"):
            await producer.start()
        consumer = onsmq.aio.Consumer(namesrv_addr=refused_port(), group_id=unique("GID"))
        consumer.subscribe("orders", "*", lambda _: None)
        with fails(ErrorCode.NAME_SERVER_UNREACHABLE, "does not start"):
            await consumer.start()

    asyncio.run(main())


def test_brokers_refuse_topics_of_more_than_127_characters(server: Server) -> None:
    if server.name == "devserver":
        pytest.skip("what real brokers refuse")
    with (
        Producer(namesrv_addr=server.namesrv_addr) as producer,
        pytest.raises(OnsClientError) as raised,
    ):
        producer.send(Message("t" * 128, b"body"))

    assert raised.value.code is ErrorCode.ILLEGAL_MESSAGE
    assert raised.value.remark


@pytest.mark.parametrize("version", ["4.9.7", "5.3.3"])
def test_a_wrong_signature_is_refused_at_once_and_a_right_one_is_not(version: str) -> None:
    with Broker(version, "--acl") as broker:
        keys = {key: broker.description[key] for key in ("access_key", "secret_key")}
        send_to(broker.namesrv_addr, send_msg_timeout_millis=10_000, **keys)
        for wrong in ({}, {**keys, "secret_key": "wrong"}):
            with fails(ErrorCode.NO_PERMISSION, "check AccessKey, SecretKey") as raised:
                send_to(broker.namesrv_addr, send_msg_timeout_millis=10_000, **wrong)
            assert not raised.value.retriable
            assert raised.value.broker_code is not None
