"""Measures ours and its peers by turns, and writes what came out.

    python bench/run.py [--rounds N] [--messages N] [--output docs/benchmarks] [--only TITLE]

Needs what `make bench` builds. One JSON object a line goes to `results.jsonl`, the medians to
`README.md` and `plot.svg`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import report
from scenarios import ROOT, TARGET, Run, on_broker, on_dev_server

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPIC = "bench"
TIME_LIMIT_S = 120
# With stock settings 5.3.3 rejects part of many sends in flight, and gives 32 messages a pull.
BROKER = [
    "sendThreadPoolQueueCapacity=200000",
    "waitTimeMillsInSendQueue=10000",
    "maxTransferCountOnMessageInMemory=1024",
    "maxTransferBytesOnMessageInMemory=4194304",
]


@contextlib.contextmanager
def broker() -> Iterator[str]:
    """The address of a 5.3.3 broker with enough heap, for as long as the block lasts."""
    tool = os.environ.get("ONSMQ_TEST_BROKER", TARGET / "debug" / "onsmq-test-broker")
    config = [part for it in BROKER for part in ("--broker-config", it)]
    command = [str(tool), "--heap", "2048", "--topic", f"{TOPIC}:8", *config]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["namesrv_addr"]
    finally:
        # It ends with its standard input.
        process.stdin.close()
        process.wait(60)


@contextlib.contextmanager
def dev_server() -> Iterator[str]:
    """The address of a dev server, for as long as the block lasts."""
    command = [str(TARGET / "release" / "onsmq"), "dev-server"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(60)


def measure(run: Run, address: str, group: str, server: str) -> dict[str, Any]:
    command = [it.replace("{group}", group) for it in run.command]
    at = command.index("--") if "--" in command else len(command)
    command[at:at] = [f"address={address}", f"topic={TOPIC}", f"server={server}"]
    print(f"{run.title}: {run.name}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        # At a rate that a client cannot keep up with, it may never end.
        return {"title": run.title, "name": run.name, **dict.fromkeys(report.FIGURES)}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise SystemExit(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return {"title": run.title, "name": run.name, **json.loads(lines[-1])}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--messages", type=int, default=500_000)
    arguments.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks")
    arguments.add_argument("--only", default="", help="titles with this text in them")
    given = arguments.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    results = []
    servers = [("5.3.3", broker, on_broker), ("dev server", dev_server, on_dev_server)]
    for server, running, runs_of in servers:
        runs = [it for it in runs_of(given.messages) if given.only in it.title]
        if not runs:
            continue
        with running() as address:
            for run in runs[:2]:
                measure(run, address, "GID_warm_up", server)
            for at in range(given.rounds):
                for number, run in enumerate(runs):
                    group = f"GID_{os.getpid()}_{at}_{number}"
                    results.append(measure(run, address, group, server))
    (given.output / "results.jsonl").write_text("".join(json.dumps(it) + "\n" for it in results))
    about = (ROOT / "bench" / "about.md").read_text()
    machine = (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {given.rounds} rounds, "
        f"{given.messages} messages in the largest scenarios"
    )
    (given.output / "README.md").write_text(f"{about}\n{machine}.\n{report.table(results)}\n")
    report.plot(results, given.output / "plot.svg")


if __name__ == "__main__":
    main()
