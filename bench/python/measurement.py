"""What the programs in Python have in common: arguments, the clock, and the line they print."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULTS = {
    "address": "127.0.0.1:9876",
    "topic": "bench",
    "server": "unknown",
    "scenario": "async",
    "messages": "100000",
    "body": "128",
    "threads": "1",
    "in_flight": "10000",
    "many": "1000",
    "group": "GID_drain",
}


class Measurement:
    """Arguments as name=value, those of bench/c, and what was used since `begin`."""

    def __init__(self, arguments: list[str]) -> None:
        self.text = {**DEFAULTS, **dict(it.split("=", 1) for it in arguments)}
        self.scenario = self.text["scenario"]
        self.topic = self.text["topic"]
        self.messages = int(self.text["messages"])
        self.threads = int(self.text["threads"])
        self.in_flight = int(self.text["in_flight"])
        self.many = int(self.text["many"])
        self.body = b"x" * int(self.text["body"])
        self.begin()

    def begin(self) -> None:
        self.begun = (time.perf_counter(), time.process_time())

    def report(self, client: str, language: str, times_s: Sequence[float] = ()) -> None:
        wall = time.perf_counter() - self.begun[0]
        cpu = time.process_time() - self.begun[1]
        line = {
            "client": client,
            "language": language,
            "scenario": self.scenario,
            "body_bytes": len(self.body),
            "threads": self.threads,
            "messages": self.messages,
            "msg_per_s": round(self.messages / wall),
            "p50_us": percentile_us(times_s, 50),
            "p99_us": percentile_us(times_s, 99),
            "client_cpu_s_per_1M": round(cpu / self.messages * 1e6, 3),
            "client_rss_mib": peak_rss_mib(),
            "server": self.text["server"],
        }
        print(json.dumps(line), flush=True)


def percentile_us(times_s: Sequence[float], percent: int) -> float | None:
    if not times_s:
        return None
    return round(sorted(times_s)[len(times_s) * percent // 100] * 1e6, 1)


def peak_rss_mib() -> float | None:
    """The most memory that this program had. Not ru_maxrss, which has that of who started it."""
    found = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    return round(int(found[1]) / 1024, 1) if found else None
