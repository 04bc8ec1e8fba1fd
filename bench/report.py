"""The table and the plot of what was measured."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Result = dict[str, Any]

COLUMNS = {
    "p50_us": "p50 us",
    "p99_us": "p99 us",
    "client_cpu_s_per_1M": "CPU s / million",
    "client_rss_mib": "RSS MiB",
}
FIGURES = ["msg_per_s", *COLUMNS]
IDLE_COLUMNS = {
    "cpu_ms_per_min": "CPU ms a minute",
    "cpu_percent_of_a_core": "% of a core",
    "voluntary_switches_per_s": "wake-ups a second",
    "involuntary_switches_per_s": "preemptions a second",
    "process_threads": "threads",
    "client_rss_mib": "RSS MiB",
}


def by(results: list[Result], name: str) -> dict[str, list[Result]]:
    """Grouped by a field, in the order in which its values came."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result[name], []).append(result)
    return groups


def median(results: list[Result], name: str) -> float | None:
    values = [float(it[name]) for it in results if it.get(name) is not None]
    return statistics.median(values) if values else None


def shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.2f}"


def is_idle(results: list[Result]) -> bool:
    return any("cpu_ms_per_min" in it for it in results)


def row(name: str, runs: list[Result]) -> list[str]:
    if is_idle(runs):
        return [name, *(f"{median(runs, column):.3g}" for column in IDLE_COLUMNS)]
    rates = [float(it["msg_per_s"]) for it in runs if it["msg_per_s"] is not None]
    spread = f"{shown(min(rates))} to {shown(max(rates))}" if rates else "never done"
    cells = [name, f"{shown(median(runs, 'msg_per_s'))} ({spread})"]
    return cells + [shown(median(runs, column)) for column in COLUMNS]


def table(results: list[Result]) -> str:
    lines = []
    for title, of_title in by(results, "title").items():
        if is_idle(of_title):
            head = ["clients", *IDLE_COLUMNS.values()]
        else:
            head = ["client", "messages a second (spread)", *COLUMNS.values()]
        lines += ["", f"## {title[0].upper()}{title[1:]}", ""]
        lines += [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
        rows = (row(name, runs) for name, runs in by(of_title, "name").items())
        lines += [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join(lines)


def plot(results: list[Result], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "onsmq"
    matplotlib.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot

    # Latencies say nothing by their rates, and who is idle has none.
    titles = {
        title: it
        for title, it in by(results, "title").items()
        if "listener" not in title and not is_idle(it)
    }
    if not titles:
        return
    heights = [len(by(it, "name")) + 1.5 for it in titles.values()]
    figure, axes = pyplot.subplots(
        len(titles), 1, figsize=(8, 0.28 * sum(heights)), height_ratios=heights, squeeze=False
    )
    for axis, (title, of_title) in zip(axes[:, 0], titles.items()):
        rates = {name: median(it, "msg_per_s") for name, it in by(of_title, "name").items()}
        names = list(rates)[::-1]
        colors = ["#2a7" if "onsmq" in name else "#999" for name in names]
        axis.barh(names, [rates[name] or 0 for name in names], color=colors)
        axis.set_title(f"{title}: messages a second", fontsize=9, loc="left")
        axis.tick_params(labelsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
