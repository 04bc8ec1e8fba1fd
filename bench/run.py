"""Measures ours and its peers by turns, and writes what came out.

    python bench/run.py [--rounds N] [--messages N] [--output docs/benchmarks] [--only TITLE]

Needs what `make bench` builds. One JSON object a line goes to `results.jsonl`, the medians to
`README.md` and `plot.svg`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import report
import scenarios
from scenarios import Run
from servers import TOPIC, Addresses, broker, broker_and_proxy, dev_server

from programs import ROOT, c

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

TIME_LIMIT_S = 60


class Place(NamedTuple):
    """A server, and what is measured against it."""

    name: str
    running: Callable[[], AbstractContextManager[Addresses]]
    runs_of: Callable[[int], list[Run]]
    # Whether it is started anew for each round: it keeps all messages in memory.
    fresh: bool = False
    # Whether nothing is sent beforehand, and one round says enough.
    idle: bool = False


def idle_place(name: str, runs_of: Callable[[int], list[Run]], *options: str) -> Place:
    return Place(name, partial(dev_server, *options, topic=f"{TOPIC}-0"), runs_of, idle=True)


PLACES = [
    Place("5.3.3", broker, scenarios.on_broker),
    Place("5.3.3", partial(broker, large_pulls=False), scenarios.drain_of_small_pulls),
    Place("5.3.3", broker_and_proxy, scenarios.beside_proxy),
    Place("dev server", dev_server, scenarios.on_dev_server, fresh=True),
    idle_place("dev server", scenarios.idle),
    idle_place("dev server", scenarios.idle_with_queues, "--queues", "256"),
    idle_place("dev server", scenarios.idle_with_brokers, "--brokers", "64"),
]


def measure(run: Run, addresses: Addresses, group: str, server: str) -> dict[str, Any]:
    command = [it.replace("{group}", group) for it in run.command]
    at = command.index("--") if "--" in command else len(command)
    topic = [] if any(it.startswith("topic=") for it in command) else [f"topic={TOPIC}"]
    command[at:at] = [f"address={addresses[run.server]}", *topic, f"server={server}"]
    print(f"{run.title}: {run.name}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        # At a rate that a client cannot keep up with, it may never end.
        print(f"  not over after {TIME_LIMIT_S} s", file=sys.stderr, flush=True)
        return {"title": run.title, "name": run.name, **dict.fromkeys(report.FIGURES)}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        # The others are measured all the same.
        print(f"  {command}: {done.returncode}\n{done.stdout}\n{done.stderr}", file=sys.stderr)
        return {"title": run.title, "name": run.name, **dict.fromkeys(report.FIGURES)}
    return {"title": run.title, "name": run.name, **json.loads(lines[-1])}


def measure_all(place: Place, runs: list[Run], given: argparse.Namespace) -> list[dict[str, Any]]:
    results = []
    rounds = 1 if place.idle else given.rounds
    sessions = rounds if place.fresh else 1
    for session in range(sessions):
        with place.running() as addresses:
            if not place.idle:
                warm_up(place, runs, addresses, given.messages)
            for at in range(session, rounds, sessions):
                for number, run in enumerate(runs):
                    group = f"GID_{os.getpid()}_{at}_{number}"
                    results.append(measure(run, addresses, group, place.name))
    return results


def warm_up(place: Place, runs: list[Run], addresses: Addresses, messages: int) -> None:
    # What drains take, whichever of them are measured.
    backlog = c("send", "scenario=many", f"messages={messages}")
    # Servers are compiled as they run, and whoever is measured first would pay for it: Java's
    # clients send as many beforehand, for their own sake.
    single = c("bare", "scenario=blocking", "messages=30000")
    bare = [it for it in runs if it.name.startswith("bare")]
    proxied = [it for it in runs if it.server == scenarios.PROXY]
    warming = [Run("warm-up", "backlog", backlog), Run("warm-up", "bare", single)]
    for run in [*warming, *bare, *proxied]:
        measure(run, addresses, "GID_warm_up", place.name)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--messages", type=int, default=500_000)
    arguments.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks")
    arguments.add_argument("--only", default="", help="titles with this text in them")
    given = arguments.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    results: list[dict[str, Any]] = []
    for place in PLACES:
        runs = [it for it in place.runs_of(given.messages) if given.only in it.title]
        if runs:
            results += measure_all(place, runs, given)
            # What was measured is there, whatever becomes of the rest.
            write(results, given)


def write(results: list[dict[str, Any]], given: argparse.Namespace) -> None:
    (given.output / "results.jsonl").write_text("".join(json.dumps(it) + "\n" for it in results))
    about = (ROOT / "bench" / "about.md").read_text()
    machine = (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"{given.rounds} round(s), {given.messages} messages in the largest scenarios"
    )
    (given.output / "README.md").write_text(f"{about}\n{machine}.\n{report.table(results)}\n")
    report.plot(results, given.output / "plot.svg")


if __name__ == "__main__":
    main()
