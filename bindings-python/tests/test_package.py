"""The package as users get it: types, exports, examples, and what its README shows."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import onsmq
from onsmq.testing import DevServer

from .support.console import ACCESS_KEY, SECRET_KEY, Console
from .support.servers import Server

FOLDER = Path(__file__).parents[1]
EXAMPLES = FOLDER.parent / "examples" / "python"
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", (FOLDER / "README.md").read_text(), re.S | re.M)


def run(*arguments: str | Path, console: Console | None = None) -> str:
    command = [sys.executable, *arguments]
    account = {"ONS_ACCESS_KEY": ACCESS_KEY, "ONS_SECRET_KEY": SECRET_KEY}
    env = {**os.environ, **account, "ONS_ENDPOINT": console.endpoint} if console else None
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=env
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def test_the_stub_is_what_the_module_has() -> None:
    run("-m", "mypy.stubtest", "onsmq._onsmq", "--ignore-disjoint-bases")


def test_the_module_exports_its_entry_point_alone() -> None:
    module = next((FOLDER / "python" / "onsmq").glob("_onsmq*.so"))
    symbols = subprocess.check_output(["nm", "-D", "--defined-only", module], text=True)
    assert [line.split()[-1] for line in symbols.splitlines()] == ["PyInit__onsmq"]


def test_the_version_is_that_of_the_library() -> None:
    cargo = (FOLDER.parent / "Cargo.toml").read_text()
    version = re.search(r'^version = "(.+)"$', cargo, re.M)
    assert version
    assert onsmq.__version__ == version[1]


def test_the_module_says_where_the_command_is() -> None:
    assert run("-m", "onsmq", "--version") == f"onsmq {onsmq.__version__}\n"
    command = [sys.executable, "-m", "onsmq", "consume", "orders"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (told.returncode, told.stdout) == (2, ""), told.stderr
    assert "cargo install --path cli" in told.stderr


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_what_the_readme_shows_works(snippet: str, tmp_path: Path, console: Console) -> None:
    program = tmp_path / "snippet.py"
    program.write_text(snippet)
    assert run(program, console=console)


@pytest.mark.parametrize("name", ["quickstart.py", "asyncio_example.py"])
def test_an_example_needs_nothing(name: str) -> None:
    assert "received" in run(EXAMPLES / name)


# What each of them prints, whatever else it does.
PRINTED = {
    "ordered.py": ["order-1 is created", "order-2 is paid", "order-3 is shipped"],
    "transaction.py": [
        "committed payment-1",
        "TRANSACTION_ROLLED_BACK: payment-2 (None)",
        "TRANSACTION_UNKNOWN: payment-3 (ValueError('-1 is no amount'))",
        "received  payment-1",
    ],
    "batch.py": ["at once"],
    "broadcasting.py": ["first received  hello to all", "second received  hello to all"],
    "receive.py": ["received  19\n", "received  the last with asyncio"],
    "delayed.py": ["received  news after", "received  a reminder after"],
    "sql_filter.py": ["received  order of 200 in north"],
}


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_shows_its_feature_on_each_server(name: str, server: Server) -> None:
    said = run(EXAMPLES / name, server.namesrv_addr)
    assert [text for text in PRINTED[name] if text not in said] == [], said


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_of_a_feature_needs_no_server(name: str) -> None:
    assert run(EXAMPLES / name)


def test_the_example_of_the_open_api_asks_a_console(console: Console) -> None:
    told = run(EXAMPLES / "openapi.py", console.endpoint, "T", "inst", console=console)
    lines = ["created   T", "page 1    20 of 45", "page 3    5 of 45", "messages  TOPIC_02: 12"]
    assert [line for line in told.splitlines() if line in lines] == lines
    setting = f"{console.endpoint}/code/BIZ_TOPIC_EXISTED"
    with pytest.raises(AssertionError, match="exists    T"):
        run(EXAMPLES / "openapi.py", setting, "T", "inst", console=console)


def test_the_examples_of_a_producer_and_a_consumer_work_together(dev: DevServer) -> None:
    sent = run(EXAMPLES / "producer.py", dev.namesrv_addr)
    assert sent.count("stored as") == 5
    assert "not sent (ILLEGAL_MESSAGE): the body is empty" in sent
    consumer = subprocess.Popen(
        [sys.executable, EXAMPLES / "consumer.py", dev.namesrv_addr],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert consumer.stdout
    lines = [consumer.stdout.readline() for _ in range(6)]
    assert "created: one (delivery 1)\n" in lines
    consumer.send_signal(signal.SIGINT)
    rest, _ = consumer.communicate(timeout=60)
    assert (rest, consumer.returncode) == ("shut down\n", 0)
