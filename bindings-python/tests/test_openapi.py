"""The Open API: all operations, by threads and by asyncio, against a console that judges."""

from __future__ import annotations

import asyncio
import dataclasses
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from onsmq.openapi import Answer, AsyncClient, Client, ErrorCode, OnsClientError, OpenApiCode

from .support.console import GUIDE, OPERATIONS, ROOT, Console, calls
from .support.names import unique

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from typing_extensions import assert_type

NATIVE = ROOT / "bindings-python"


def by_threads(console: Console, setting: str) -> dict[str, Answer]:
    with console.client(setting) as client:
        return {name: call() for name, call in calls(client).items()}


def by_asyncio(console: Console, setting: str) -> dict[str, Answer]:
    async def main() -> dict[str, Answer]:
        async with console.async_client(setting) as client:
            return {name: await call() for name, call in calls(client).items()}

    return asyncio.run(main())


def in_both_ways(console: Console, setting: str) -> dict[str, Answer]:
    answers = by_threads(console, setting)
    assert by_asyncio(console, setting) == answers
    return answers


def test_the_methods_are_what_the_script_makes_of_the_guide(tmp_path: Path) -> None:
    made = tmp_path / "_operations.py"
    script, guide = NATIVE / "scripts" / "operations.py", ROOT / "tests" / "golden" / "openapi.json"
    subprocess.run([sys.executable, script, guide, made], check=True)
    kept = NATIVE / "python" / "onsmq" / "_operations.py"
    assert made.read_text("utf-8") == kept.read_text("utf-8"), "run `make operations`"


def test_each_operation_sends_all_its_parameters_under_the_consoles_names(console: Console) -> None:
    run = unique("sent")
    in_both_ways(console, f"/run/{run}")
    seen = console.seen(run)
    assert [it["operation"] for it in seen] == [*OPERATIONS] * 2
    for it in seen:
        own = {name for name in it["parameters"] if not name.startswith("_")}
        assert own == {row["name"] for row in OPERATIONS[it["operation"]]["params"]}


def test_all_39_operations_have_equal_answers_in_all_shapes(console: Console) -> None:
    native = in_both_ways(console, "/shape/native")
    assert len(native) == 39
    for name, answer in native.items():
        assert (answer.data is not None) == (OPERATIONS[name]["data"] == "json"), name
        assert (answer.request_id, answer.message) == (f"req-{name}", "operation success")
    for shape in ["text", "blanks", "bare", "strings"]:
        assert in_both_ways(console, f"/shape/{shape}") == native, shape


@pytest.mark.parametrize("shape", ["null", "absent", "empty-text", "empty-object"])
def test_nothing_is_none_however_it_is_written(console: Console, shape: str) -> None:
    for name, answer in in_both_ways(console, f"/shape/{shape}").items():
        kept = shape == "empty-object" and OPERATIONS[name]["data"] == "json"
        assert answer.data == ({} if kept else None), name


@pytest.mark.parametrize(("shape", "data"), [("array", [1, "二"]), ("scalar", 7)])
def test_data_of_another_kind_is_passed_on(console: Console, shape: str, data: object) -> None:
    answers = in_both_ways(console, f"/shape/{shape}")
    assert all(answer.data == data for answer in answers.values())


def test_numbers_keep_every_digit_and_texts_every_sign(console: Console) -> None:
    with console.client("/shape/text") as client:
        assert client.topic.get("T").data["owner"] == 1234567890123456789
        queue = client.topic.status("T").data["offsetTable"][0]
        assert queue["maxOffset"] == 9_007_199_254_740_993
        assert client.message.get_by_id("0A", topic="T").data["properties"]["TAGS"] == "标签 A"


@pytest.mark.parametrize(
    ("shape", "size", "first", "items"),
    [("native", None, None, 45), ("text", 45, 1, 45), ("native", 9, 4, 18), ("bare", 7, 1, 45)],
)
def test_pages_come_one_after_the_other_up_to_the_last(
    console: Console, shape: str, size: int | None, first: int | None, items: int
) -> None:
    run = unique("pages")
    setting = f"/run/{run}/shape/{shape}"
    with console.client(setting) as client:
        pages = list(client.topic.pages(page_size=size, current_page=first))

    async def main() -> list[Answer]:
        async with console.async_client(setting) as client:
            return [page async for page in client.topic.pages(page_size=size, current_page=first)]

    assert asyncio.run(main()) == pages
    topics = [item["topic"] for page in pages for item in page.items]
    assert (len(topics), topics[-1]) == (items, "TOPIC_44")
    assert [page.current_page for page in pages] == [*range(first or 1, (first or 1) + len(pages))]
    assert len(console.seen(run)) == 2 * len(pages)


def test_behind_the_last_page_is_none_and_a_page_is_asked_for_when_it_is_due(
    console: Console,
) -> None:
    run = unique("pages")
    with console.client(f"/run/{run}") as client:
        assert not list(client.topic.pages(current_page=4))
        pages = client.topic.pages(page_size=10)
        assert len(console.seen(run)) == 1
        next(pages)
        assert len(console.seen(run)) == 2
        with pytest.raises(OnsClientError) as raised:
            next(client.topic.pages(current_page=0))
    assert raised.value.code is ErrorCode.INVALID_ARGUMENT


def answer(data: Any, total: int = 0) -> Answer:
    return Answer(data, total, 0, 0, None, "")


def test_items_are_the_data_or_the_only_list_in_it() -> None:
    assert answer([1]).items == [1]
    assert answer({"n": 1, "topics": [2]}).items == [2]
    assert answer({"a": [1], "b": [2]}).items == []
    assert answer(None).items == answer("text").items == []


def test_an_answer_is_not_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer([]).total = 1  # type: ignore[misc]


def test_an_operation_is_called_by_its_path_as_well(console: Console) -> None:
    async def main() -> Answer:
        async with console.async_client() as client:
            return await client.call("topic/get", {"topic": "T"})

    with console.client("/") as client:
        typed = client.topic.get("T")
        for path in ["topic/get", "/json/topic/get"]:
            assert client.call(path, {"topic": "T"}) == typed
        assert client.call("region/list").data[0] == "mq-private"
    assert asyncio.run(main()) == typed


def test_what_is_none_is_not_sent_and_a_wrong_type_is_a_type_error(console: Console) -> None:
    run = unique("types")
    with console.client(f"/run/{run}") as client:
        client.call("consumer/accumulate", {"consumerId": "C", "detail": None})
        with pytest.raises(TypeError, match="parameter 'topic': text, a number or a truth value"):
            client.topic.get(["T"])  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="positional"):
            client.topic.create("T", "inst")  # type: ignore[call-arg]
    assert [it["parameters"].get("detail") for it in console.seen(run)] == [None]


def test_many_calls_of_one_client_are_under_way_at_once(console: Console) -> None:
    async def main() -> list[Answer]:
        async with console.async_client() as client:
            return await asyncio.gather(*(client.topic.get(f"T{at}") for at in range(100)))

    assert [it.data["topic"] for it in asyncio.run(main())] == [f"T{at}" for at in range(100)]


def test_the_codes_are_those_of_the_guide() -> None:
    assert [code.value for code in OpenApiCode] == [row["code"] for row in GUIDE["errors"]]
    assert len(OpenApiCode) == 17


if TYPE_CHECKING:

    async def types(client: Client, async_client: AsyncClient) -> None:
        assert_type(client.topic.get("T"), Answer)
        assert_type(client.topic.pages(), Iterator[Answer])
        assert_type(client.call("topic/get"), Answer)
        assert_type(await async_client.topic.get("T"), Answer)
        assert_type(async_client.topic.pages(), AsyncIterator[Answer])
        client.trend.topic_input_tps("T", begin_time=0, end_time=1, period=2, kind=0)  # type: ignore[arg-type]
