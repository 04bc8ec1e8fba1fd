"""Measures ours and its peers against one server, alternating, and writes what came out.

    python bench/run.py [--rounds N] [--all] [--output docs/benchmarks]

Needs what `make bench` builds. One JSON object a line goes to `results.jsonl`, the medians to
`README.md` and `plot.svg`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
C = TARGET / "bench"
TOPIC = "bench"
# With stock settings 5.3.3 rejects part of many sends in flight, and gives 32 messages a pull.
BROKER = ["sendThreadPoolQueueCapacity=200000", "waitTimeMillsInSendQueue=10000"]
LARGE_PULLS = [
    "maxTransferCountOnMessageInMemory=1024",
    "maxTransferBytesOnMessageInMemory=4194304",
]


class Run(NamedTuple):
    """One program and its arguments, under the title of what it is compared with."""

    title: str
    name: str
    command: list[str]


def ours(program: str, *arguments: str) -> list[str]:
    return [str(C / program), *arguments]


def java(*arguments: str) -> list[str]:
    folder = ROOT / "bench" / "peers" / "java" / "target"
    classes = f"{folder / 'classes'}:{(folder / 'classpath').read_text().strip()}"
    opens = [
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/java.util=ALL-UNNAMED",
    ]
    quiet = ["-Drocketmq.client.logLevel=ERROR", "-Drocketmq.client.logRoot=/tmp/rocketmq-logs"]
    return ["java", "-Xmx512m", *opens, *quiet, "-cp", classes, "Bench", *arguments]


def python(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "bench" / "python" / "bench.py"), *arguments]


def node(*arguments: str) -> list[str]:
    return ["node", str(ROOT / "bench" / "node" / "bench.mjs"), *arguments]


def sends(messages: int) -> list[Run]:
    few, count = f"messages={messages // 20}", f"messages={messages}"
    kib = ["body=1024", f"messages={messages // 4}"]
    blocking, many = "blocking send, 1 thread", "asynchronous send, 128 B"
    return [
        Run(blocking, "bare", ours("bare", "scenario=blocking", few)),
        Run(blocking, "onsmq C", ours("send", "scenario=blocking", few)),
        Run(blocking, "Java", java("scenario=blocking", few)),
        Run(
            "blocking send, 16 threads",
            "onsmq C",
            ours("send", "scenario=blocking", "threads=16", few),
        ),
        Run("blocking send, 16 threads", "Java", java("scenario=blocking", "threads=16", few)),
        Run(
            many,
            "bare, batches of 100",
            ours("bare", "scenario=async", "many=100", "in_flight=16", count),
        ),
        Run(many, "onsmq C", ours("send", "scenario=async", count)),
        Run(many, "onsmq C, send_many", ours("send", "scenario=many", count)),
        Run(many, "Java, autoBatch", java("scenario=autobatch", count)),
        Run(many, "onsmq Python, send_many", python("scenario=many", f"messages={messages // 2}")),
        Run(many, "onsmq Python, futures", python("scenario=async", f"messages={messages // 5}")),
        Run(many, "onsmq Python, asyncio", python("scenario=asyncio", f"messages={messages // 5}")),
        Run(many, "onsmq Node, sendMany", node("scenario=many", f"messages={messages // 2}")),
        Run(many, "onsmq Node, promises", node("scenario=async", f"messages={messages // 5}")),
        Run(
            "one message a request, 128 B",
            "bare",
            ours("bare", "scenario=async", "many=1", "in_flight=1000", f"messages={messages // 5}"),
        ),
        Run(
            "one message a request, 128 B",
            "onsmq C",
            ours("send", "scenario=async", f"messages={messages // 5}", "--", "autoBatch=false"),
        ),
        Run(
            "one message a request, 128 B",
            "Java",
            java("scenario=async", f"messages={messages // 5}"),
        ),
        Run(
            "asynchronous send, 1 KiB",
            "bare, batches of 32",
            ours("bare", "scenario=async", "many=32", "in_flight=16", *kib),
        ),
        Run("asynchronous send, 1 KiB", "onsmq C", ours("send", "scenario=async", *kib)),
        Run("asynchronous send, 1 KiB", "Java, autoBatch", java("scenario=autobatch", *kib)),
    ]


def drains(messages: int) -> list[Run]:
    title, count = "drain, one message a call", f"messages={messages}"
    first = ["--", "ConsumeFromWhere=CONSUME_FROM_FIRST_OFFSET"]
    return [
        Run(title, "onsmq C", ours("drain", "scenario=drain", count, *first, "GROUP_ID={group}")),
        Run(
            title,
            "onsmq C, pulls of 1024",
            ours(
                "drain", "scenario=drain", count, *first, "GROUP_ID={group}", "PullBatchSize=1024"
            ),
        ),
        Run(title, "Java", java("scenario=drain", count, "group={group}")),
        Run(title, "onsmq Python", python("scenario=drain", "many=1", count, "group={group}")),
        Run(
            title,
            "onsmq Python, lists of 32",
            python("scenario=drain", "many=32", count, "group={group}"),
        ),
        Run(title, "onsmq Node", node("scenario=drain", "many=1", count, "group={group}")),
    ]


class Broker:
    """A 5.3.3 broker with enough heap, for as long as the block lasts."""

    def __enter__(self) -> str:
        tool = os.environ.get("ONSMQ_TEST_BROKER", TARGET / "debug" / "onsmq-test-broker")
        config = [part for it in BROKER + LARGE_PULLS for part in ("--broker-config", it)]
        command = [str(tool), "--heap", "2048", "--topic", f"{TOPIC}:8", *config]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        return str(json.loads(self.process.stdout.readline())["namesrv_addr"])

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


def measure(run: Run, address: str, group: str) -> dict[str, object]:
    command = [it.replace("{group}", group) for it in run.command]
    at = command.index("--") if "--" in command else len(command)
    command[at:at] = [f"address={address}", f"topic={TOPIC}", "server=5.3.3"]
    print(f"{run.title}: {run.name}", file=sys.stderr, flush=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise SystemExit(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return {"title": run.title, "name": run.name, **json.loads(lines[-1])}


def median(results: list[dict[str, object]], name: str) -> float | None:
    values = [float(str(it[name])) for it in results if it[name] is not None]
    return statistics.median(values) if values else None


def shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.2f}"


def table(results: list[dict[str, object]]) -> str:
    lines = []
    for title in dict.fromkeys(str(it["title"]) for it in results):
        lines += ["", f"### {title}", ""]
        lines += [
            "| client | messages a second (spread) | p50 us | p99 us | CPU s / million | RSS MiB |"
        ]
        lines += ["| --- | --- | --- | --- | --- | --- |"]
        of_title = [it for it in results if it["title"] == title]
        for name in dict.fromkeys(str(it["name"]) for it in of_title):
            runs = [it for it in of_title if it["name"] == name]
            rates = [float(str(it["msg_per_s"])) for it in runs]
            spread = (
                f"{shown(statistics.median(rates))} ({shown(min(rates))} to {shown(max(rates))})"
            )
            columns = ["p50_us", "p99_us", "client_cpu_s_per_1M", "client_rss_mib"]
            cells = [shown(median(runs, column)) for column in columns]
            lines.append(f"| {name} | {spread} | {' | '.join(cells)} |")
    return "\n".join(lines)


def plot(results: list[dict[str, object]], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    titles = list(dict.fromkeys(str(it["title"]) for it in results))
    figure, axes = pyplot.subplots(len(titles), 1, figsize=(8, 2.2 * len(titles)))
    for axis, title in zip(axes, titles):
        of_title = [it for it in results if it["title"] == title]
        names = list(dict.fromkeys(str(it["name"]) for it in of_title))[::-1]
        rates = [
            median([it for it in of_title if it["name"] == name], "msg_per_s") for name in names
        ]
        axis.barh(names, rates, color=["#2a7" if "onsmq" in name else "#999" for name in names])
        axis.set_title(f"{title}: messages a second", fontsize=9)
        axis.tick_params(labelsize=8)
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--messages", type=int, default=500_000)
    arguments.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks")
    given = arguments.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    results = []
    with Broker() as address:
        for at in range(given.rounds):
            runs = sends(given.messages) + drains(given.messages)
            for number, run in enumerate(runs):
                results.append(measure(run, address, f"GID_drain_{os.getpid()}_{at}_{number}"))
    (given.output / "results.jsonl").write_text("".join(json.dumps(it) + "\n" for it in results))
    about = (ROOT / "bench" / "about.md").read_text()
    machine = (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {given.rounds} rounds"
    )
    (given.output / "README.md").write_text(f"{about}\n{machine}.\n{table(results)}\n")
    plot(results, given.output / "plot.svg")


if __name__ == "__main__":
    main()
