#!/usr/bin/env python3
"""Writes THIRD_PARTY.md: what the library, the wheel and the .node file are built of.

`make third-party` runs it; with --check it only says whether the file is what it would write.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "THIRD_PARTY.md"
SHIPPED = ["libonsmq", "onsmq-python", "onsmq-node"]


def cargo(*arguments: str) -> str:
    command = ["cargo", *arguments, "--locked"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def shipped() -> list[dict]:
    """What is linked in: not build scripts and procedural macros, which run where it is built."""
    edges = ["--edges", "normal,no-proc-macro", "--target", "all", "--prefix", "none"]
    of = [argument for name in SHIPPED for argument in ("--package", name)]
    tree = cargo("tree", *edges, *of, "--format", "{p}")
    linked = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
    packages = json.loads(cargo("metadata", "--format-version", "1"))["packages"]
    foreign = [
        it for it in packages if it["source"] and (it["name"], f"v{it['version']}") in linked
    ]
    return sorted(foreign, key=lambda it: (it["name"], it["version"]))


def texts(package: dict) -> list[str]:
    folder = Path(package["manifest_path"]).parent
    files = sorted(
        file
        for file in folder.iterdir()
        if file.is_file()
        and file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE"))
    )
    return [file.read_text(encoding="utf-8", errors="replace").strip() for file in files]


def is_apache(text: str) -> bool:
    return "Apache License" in text and "TERMS AND CONDITIONS" in text


def written() -> str:
    packages = shipped()
    lines = [
        "# Third-party software",
        "",
        "The library, the wheel and the `.node` file are built of these crates too. Where a",
        "crate's licence is a choice that has Apache-2.0 in it, that is the one taken, and its",
        "text is in [LICENSE](LICENSE); the other texts follow the table. Made by",
        "`make third-party`.",
        "",
        "| Crate | Version | Licence |",
        "| --- | --- | --- |",
    ]
    by_text = defaultdict(list)
    for package in packages:
        where = package["repository"] or f"https://crates.io/crates/{package['name']}"
        lines.append(
            f"| [{package['name']}]({where}) | {package['version']} | {package['license']} |"
        )
        for text in texts(package):
            if not is_apache(text):
                by_text[" ".join(text.split())].append((package["name"], text))
    for uses in sorted(by_text.values(), key=lambda uses: uses[0][0]):
        names = ", ".join(dict.fromkeys(name for name, _ in uses))
        body = "\n".join(line.rstrip() for line in uses[0][1].splitlines())
        lines += ["", f"## {names}", "", "```text", body, "```"]
    return "\n".join(lines) + "\n"


def main() -> int:
    text = written()
    if "--check" not in sys.argv:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
        print("THIRD_PARTY.md is not what Cargo.lock says: run `make third-party`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
