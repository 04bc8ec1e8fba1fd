"""The Open API where it fails: each fault has its error, writes are sent once, secrets are kept."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest

from onsmq import ErrorCode, OnsClientError, errors
from onsmq.openapi import Answer, AsyncClient, Client, OpenApiCode

from .support.console import GUIDE, OPERATIONS, SECRET_KEY, calls
from .support.names import unique

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from .support.console import Console

REMEDIES = {row["code"]: row["remedy"] for row in GUIDE["errors"]}
PLACES = ["code", "dynamicCode", "status", "message"]
WRITES = ["create", "delete", "createBySub", "resetoffset", "tunnelSwitch"]


def failure(config: dict[str, Any], name: str = "topic/create") -> OnsClientError:
    """What a call fails with: the same by threads and by asyncio."""

    async def main() -> None:
        async with AsyncClient(config) as client:
            await calls(client)[name]()

    with pytest.raises(OnsClientError) as one, Client(config) as client:
        calls(client)[name]()
    with pytest.raises(OnsClientError) as other:
        asyncio.run(main())
    assert vars(one.value) == vars(other.value)
    error = one.value
    assert error.operation == name, error
    assert str(error).startswith(f"{name}: ")
    assert type(error) is errors.CLASSES[error.code]
    return error


def says(error: OnsClientError, *words: str) -> None:
    for word in words:
        assert word in str(error)


@pytest.mark.parametrize("code", OpenApiCode)
def test_each_of_the_17_codes_is_found_wherever_the_console_puts_it(
    console: Console, code: OpenApiCode
) -> None:
    for place in PLACES:
        error = failure(console.config(f"/code/{code.value}/at/{place}"))
        assert (error.code, error.openapi_code) == (ErrorCode.OPEN_API_REFUSED, code)
        assert (error.request_id, error.remedy) == ("req-topic/create", REMEDIES[code.value])
        assert "出错了" in (error.remark or "")
        assert not error.retriable
        says(error, code.value, "出错了", "req-topic/create", REMEDIES[code.value])


@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_code_is_kept_as_it_came(console: Console, place: str) -> None:
    error = failure(console.config(f"/code/BIZ_NOVEL_CASE/at/{place}"))
    assert (error.openapi_code, error.remedy) == ("BIZ_NOVEL_CASE", None)
    says(error, "BIZ_NOVEL_CASE", "出错了", "req-topic/create")


def test_a_wrong_secret_says_what_to_check(console: Console) -> None:
    error = failure(console.config(secret_key="another"), "topic/get")
    assert (error.code, error.request_id) == (ErrorCode.NO_PERMISSION, "req-topic/get")
    says(error, "signature does not match", "AccessKey", "SecretKey", "clock")


def test_an_unknown_operation_is_the_consoles_to_refuse(console: Console) -> None:
    with console.client() as client, pytest.raises(OnsClientError) as raised:
        client.call("novel/list", {"x": 1})
    assert (raised.value.code, raised.value.operation) == (ErrorCode.PROTOCOL, "novel/list")
    says(raised.value, "novel/list", "404", "Endpoint")


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("http-500", ErrorCode.PROTOCOL, ["HTTP 500", "operators"]),
        ("http-404", ErrorCode.PROTOCOL, ["HTTP 404", "Endpoint"]),
        ("http-302", ErrorCode.PROTOCOL, ["redirects", "https://elsewhere.example", "Endpoint"]),
        ("http-403", ErrorCode.NO_PERMISSION, ["HTTP 403", "SecretKey"]),
        ("http-429", ErrorCode.FLOW_CONTROL, ["HTTP 429", "slowly"]),
        ("html", ErrorCode.PROTOCOL, ["a web page", "Endpoint"]),
        ("text", ErrorCode.PROTOCOL, ["no JSON object"]),
        ("empty", ErrorCode.PROTOCOL, ["answered nothing"]),
        ("half", ErrorCode.CONNECTION_LOST, ["ends in the middle"]),
        ("cut-in-body", ErrorCode.CONNECTION_LOST, ["ends in the middle"]),
        ("cut-before", ErrorCode.CONNECTION_LOST, ["before the answer", "carried out"]),
        ("huge", ErrorCode.PROTOCOL, ["longer than 16 MiB"]),
    ],
)
def test_what_is_no_answer_of_a_console_is_told_apart(
    console: Console, fault: str, code: ErrorCode, words: list[str]
) -> None:
    error = failure(console.config(f"/fault/{fault}"))
    assert error.code is code, error
    says(error, *words)


@pytest.mark.parametrize("fault", ["slow", "dripping"])
def test_a_slow_console_is_waited_for_as_long_as_was_said(console: Console, fault: str) -> None:
    start = time.monotonic()
    error = failure(console.config(f"/fault/{fault}", open_api_timeout_millis=300), "topic/get")
    assert error.code is ErrorCode.TIMEOUT
    says(error, "300 ms", "OpenApiTimeoutMillis")
    assert 0.6 <= time.monotonic() - start < 10


def test_a_port_without_a_listener_is_told(console: Console) -> None:
    error = failure(console.config() | {"endpoint": "http://127.0.0.1:1"})
    assert error.code is ErrorCode.CONNECT_FAILED
    says(error, "http://127.0.0.1:1", "Endpoint", "proxies")


def test_what_is_wrong_with_a_call_is_told_and_nothing_is_sent(console: Console) -> None:
    run = unique("checks")
    with console.client(f"/run/{run}") as client:
        wrong: list[tuple[Callable[[], Answer], str]] = [
            (lambda: client.topic.get("a b"), "topic"),
            (lambda: client.topic.list_in_page(page_size=0), "pageSize"),
            (lambda: client.consumer.reset_offset("C", topic="T", kind=1), "resetTimestamp"),
            (lambda: client.call("topic/get"), "topic is missing"),
            (lambda: client.call("topic/get", {"topic": "T", "_signature": "s"}), "_signature"),
            (lambda: client.call("empower/create", {"relation": 3}), "empowerUser is missing"),
        ]
        for call, said in wrong:
            with pytest.raises(errors.ArgumentError, match=said) as raised:
                call()
            assert raised.value.code is ErrorCode.INVALID_ARGUMENT
    assert not console.seen(run)


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"endpoint": None}, "Endpoint"),
        ({"endpoint": "ftp://a"}, "Endpoint"),
        ({"secret_key": None}, "SecretKey"),
        ({"open_api_timeout_millis": 0}, "OpenApiTimeoutMillis"),
    ],
)
@pytest.mark.parametrize("made", [Client, AsyncClient])
def test_a_wrong_property_is_named(
    made: type[Client | AsyncClient], console: Console, properties: dict[str, Any], said: str
) -> None:
    with pytest.raises(errors.ConfigurationError, match=said) as raised:
        made(console.config(), **properties)
    assert SECRET_KEY not in str(raised.value)


# --- writes and reads -------------------------------------------------------------------------


def both_ways_failures(console: Console, setting: str, names: list[str]) -> None:
    async def main() -> None:
        async with console.async_client(setting) as client:
            for name in names:
                with pytest.raises(OnsClientError):
                    await calls(client)[name]()

    with console.client(setting) as client:
        for name in names:
            with pytest.raises(OnsClientError):
                calls(client)[name]()
    asyncio.run(main())


@pytest.mark.parametrize("fault", ["cut-before", "cut-in-head", "cut-in-body", "half", "http-503"])
def test_a_write_is_sent_once(console: Console, fault: str) -> None:
    run = unique("writes")
    names = [name for name in OPERATIONS if name.split("/")[1] in WRITES]
    assert len(names) == 11
    both_ways_failures(console, f"/run/{run}/fault/{fault}", names)
    assert [it["operation"] for it in console.seen(run)] == names * 2


def test_a_write_whose_connection_ends_behind_its_answer_is_done(console: Console) -> None:
    run = unique("writes")
    with console.client(f"/run/{run}/fault/cut-after") as client:
        for _ in range(5):
            client.topic.get("T")
            client.topic.create("T", instance_id="inst")
    assert len(console.seen(run)) == 10


@pytest.mark.parametrize("fault", ["cut-before", "cut-in-body", "http-500"])
def test_a_read_is_asked_again(console: Console, fault: str) -> None:
    run = unique("reads")
    with console.client(f"/run/{run}/fault/{fault}/fail/2") as client:
        assert client.topic.get("T").data["topic"] == "T"
    assert len(console.seen(run)) == 3


# --- secrets ----------------------------------------------------------------------------------


def told(client: object, outcome: object) -> str:
    """All that a client and what became of a call show."""
    shown = f"{client!r} {vars(client)} {outcome!r} {outcome}"
    if isinstance(outcome, OnsClientError):
        shown += f"{vars(outcome)} {outcome.__cause__!r} {outcome.__cause__}"
        shown += "".join(traceback.format_exception(type(outcome), outcome, None))
    return shown


async def outcomes(client: AsyncClient) -> list[object]:
    made: list[Coroutine[Any, Any, Answer]] = [call() for call in calls(client).values()]
    return [*await asyncio.gather(*made, return_exceptions=True)]


@pytest.mark.parametrize(
    "setting",
    [
        "/shape/text",
        "/code/BIZ_NO_MESSAGE/at/message",
        "/fault/echo",
        "/fault/html",
        "/fault/text",
        "/fault/http-302",
        "/fault/http-500/fail/1",
        "/fault/cut-before/fail/1",
        "/fault/slow",
    ],
)
def test_no_secret_and_no_signed_url_is_told(
    console: Console, setting: str, caplog: pytest.LogCaptureFixture
) -> None:
    run = unique("secrets")
    shown = ""

    async def main() -> None:
        nonlocal shown
        config = console.config(f"/run/{run}{setting}", open_api_timeout_millis=1000)
        async with AsyncClient(config) as client:
            for outcome in await outcomes(client):
                shown += told(client, outcome)

    with caplog.at_level(1, "onsmq"):
        asyncio.run(main())
        logging.getLogger("onsmq").info("the end")
    shown += caplog.text
    signatures = [it["parameters"]["_signature"] for it in console.seen(run)]
    assert signatures
    quoted = [urllib.parse.quote(it, safe="") for it in signatures]
    for secret in [SECRET_KEY, *signatures, *quoted, "_signature=", "__preventCache="]:
        assert secret not in shown, secret
