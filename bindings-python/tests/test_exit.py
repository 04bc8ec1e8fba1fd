"""Programs that end without shutdown end at once, and without a crash."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onsmq.testing import DevServer

from .support.names import unique

if TYPE_CHECKING:
    from collections.abc import Iterator

EXITS = Path(__file__).parent / "programs" / "exits.py"
ROUNDS = int(os.environ.get("ONSMQ_TEST_ROUNDS", "10"))
# Seconds from the end of the program's own code to that of its process.
AT_ONCE = 5.0

SCENARIOS = {
    "a_consumer_waits": 0,
    "listeners_sleep": 0,
    "listeners_are_busy": 0,
    "sends_are_under_way": 0,
    "futures_are_waited_for": 0,
    "callbacks_are_called": 0,
    "threads_send_and_send": 0,
    "everything_at_once_with_a_busy_log": 0,
    "threads_exit": 0,
    "main_raises": 1,
    "main_exits": 7,
    "handles_are_deleted_in_any_order": 0,
    "cycles_are_left_to_the_collector": 0,
    "a_hook_sends_after_the_end": 0,
    "a_pool_sends": 0,
    "a_dev_server_runs": 0,
    "a_loop_is_left": 0,
    "a_loop_runs_in_a_thread": 0,
    "threads_receive_and_hold_what_came": 0,
    "main_receives_and_leaves_the_loop": 0,
    "a_checker_waits": 0,
    "a_checker_sleeps": 0,
    "executers_sleep": 0,
    "threads_send_transactions_and_in_order": 0,
    "what_was_received_outlives_its_consumer": 0,
    "a_transaction_outlives_its_producer": 0,
    "a_loop_is_left_in_the_middle_of_everything": 0,
    "a_child_is_forked": 0,
    "children_are_forked_by_multiprocessing": 0,
    "children_are_spawned_by_multiprocessing": 0,
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with DevServer() as server:
        yield server.namesrv_addr


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        host, port = server.getsockname()
        yield f"{host}:{port}"


def end(scenario: str, address: str) -> tuple[int, float, str]:
    """Runs a program: its exit code, how long its end took, and what it said."""
    command = [sys.executable, "-X", "faulthandler", str(EXITS), scenario, address]
    # A topic for each program: others leave messages behind.
    done = subprocess.run(
        [*command, unique("exit")], capture_output=True, text=True, timeout=60, check=False
    )
    at = time.monotonic()
    said = done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("over ")]
    took = at - float(lines[-1].split()[1]) if lines else float("inf")
    return done.returncode, took, said


def end_often(scenario: str, address: str, code: int) -> str:
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda _: end(scenario, address), range(ROUNDS)))
    for returned, took, said in ends:
        assert returned == code, said
        assert took < AT_ONCE, f"its end took {took} s: {said}"
    return ends[0][2]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_program_ends_at_once_when(scenario: str, address: str) -> None:
    said = end_often(scenario, address, SCENARIOS[scenario])

    assert ("the hook was told" in said) == (scenario == "a_hook_sends_after_the_end")


@pytest.mark.parametrize(
    "scenario",
    [
        "threads_wait_for_a_silent_server",
        "futures_are_waited_for",
        "threads_wait_for_a_silent_console",
        "a_loop_is_left_while_a_console_is_silent",
    ],
)
def test_a_program_ends_at_once_when_a_server_is_silent(scenario: str, silent: str) -> None:
    end_often(scenario, silent, 0)
