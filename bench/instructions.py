"""Counts what each message costs in instructions, which do not depend on the machine's load.

    python bench/instructions.py [--update]

Runs `core/proto/benches/hot.rs` under callgrind and says what changed against
`bench/instructions.json`, which `--update` writes anew. It fails where something got more
expensive by more than two in a hundred.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / "bench" / "instructions.json"
FEW, MANY = 3_200, 19_200
TOLERANCE = 0.02


def program() -> str:
    """The benchmark's path, once it is built."""
    build = ["cargo", "bench", "-p", "onsmq-proto", "--bench", "hot", "--no-run"]
    built = subprocess.run(
        [*build, "--message-format=json"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    return next(it["executable"] for it in messages[::-1] if it.get("executable"))


def instructions(path: str, name: str, count: int) -> int:
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    run = subprocess.run(
        [*tool, path, name, str(count)], check=True, capture_output=True, text=True
    )
    found = re.search(r"Collected : (\d+)", run.stderr)
    if found is None:
        raise SystemExit(f"callgrind does not say what it collected:\n{run.stderr}")
    return int(found[1])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--update", action="store_true")
    update = arguments.parse_args().update
    path = program()
    names = subprocess.run([path], check=True, capture_output=True, text=True).stdout.splitlines()
    known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    found = {}
    for name in names:
        more = instructions(path, name, MANY) - instructions(path, name, FEW)
        found[name] = round(more / (MANY - FEW), 1)
        before = known.get(name)
        change = f"{found[name] / before - 1:+.1%}" if before else "new"
        print(f"{name:24} {found[name]:10,.1f} instructions   {change}")
    if update:
        BASELINE.write_text(json.dumps(found, indent=2) + "\n")
        return
    worse = [it for it, now in found.items() if now > known.get(it, now) * (1 + TOLERANCE)]
    if worse:
        raise SystemExit(f"more than in {BASELINE.relative_to(ROOT)}: {', '.join(worse)}")


if __name__ == "__main__":
    main()
