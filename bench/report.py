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


def by(results: list[Result], name: str) -> dict[str, list[Result]]:
    """Grouped by a field, in the order in which its values came."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result[name], []).append(result)
    return groups


def median(results: list[Result], name: str) -> float | None:
    values = [float(it[name]) for it in results if it[name] is not None]
    return statistics.median(values) if values else None


def shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.2f}"


def table(results: list[Result]) -> str:
    head = ["client", "messages a second (spread)", *COLUMNS.values()]
    lines = []
    for title, of_title in by(results, "title").items():
        lines += ["", f"## {title[0].upper()}{title[1:]}", ""]
        lines += [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
        for name, runs in by(of_title, "name").items():
            rates = [float(it["msg_per_s"]) for it in runs if it["msg_per_s"] is not None]
            spread = f"{shown(min(rates))} to {shown(max(rates))}" if rates else "never done"
            cells = [name, f"{shown(median(runs, 'msg_per_s'))} ({spread})"]
            cells += [shown(median(runs, column)) for column in COLUMNS]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def plot(results: list[Result], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "onsmq"
    from matplotlib import pyplot

    # Latencies say nothing by their rates.
    titles = {title: it for title, it in by(results, "title").items() if "listener" not in title}
    heights = [len(by(it, "name")) + 1.5 for it in titles.values()]
    figure, axes = pyplot.subplots(
        len(titles), 1, figsize=(8, 0.28 * sum(heights)), height_ratios=heights
    )
    for axis, (title, of_title) in zip(axes, titles.items()):
        rates = {name: median(it, "msg_per_s") for name, it in by(of_title, "name").items()}
        names = list(rates)[::-1]
        colors = ["#2a7" if "onsmq" in name else "#999" for name in names]
        axis.barh(names, [rates[name] or 0 for name in names], color=colors)
        axis.set_title(f"{title}: messages a second", fontsize=9, loc="left")
        axis.tick_params(labelsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
