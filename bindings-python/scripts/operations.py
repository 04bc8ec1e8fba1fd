#!/usr/bin/env python3
"""Writes python/onsmq/_operations.py anew out of the guide's operations and codes.

    operations.py GUIDE FILE

Needs ruff, which formats it, beside the interpreter that runs this.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import textwrap
from collections import defaultdict
from pathlib import Path
from typing import Any

HEAD = '''\
"""The operations of the Open API. Written by scripts/operations.py: change it there."""

from __future__ import annotations

import enum
from typing import Generic, Literal

from ._openapi import A, Caller, P, Section
'''
# Names that a rule would not find: of methods by operation, of arguments by parameter.
METHODS = {"resetoffset": "reset_offset"}
ARGUMENTS = {"type": "kind"}
TYPES = {"string": "str", "int32": "int", "int64": "int", "bool": "bool"}
WIDTH = 100

Row = dict[str, Any]


def main() -> None:
    """Write the file."""
    guide, file = map(Path, sys.argv[1:])
    file.write_text(source(json.loads(guide.read_text("utf-8"))), "utf-8")


def source(guide: Row) -> str:
    """The whole file."""
    sections: dict[str, list[Row]] = defaultdict(list)
    for operation in guide["operations"]:
        sections[operation["section"]].append(operation)
    parts = [HEAD, codes(guide["errors"]), *map(section, sections.items()), client(sections)]
    ruff = str(Path(sysconfig.get_path("scripts")) / "ruff")
    command = [ruff, "format", f"--line-length={WIDTH}", "--stdin-filename=_operations.py", "-"]
    done = subprocess.run(
        command, input="\n".join(parts), capture_output=True, text=True, check=True
    )
    return done.stdout


def codes(rows: list[Row]) -> str:
    """The codes that the console refuses with."""
    members = [
        f'    {row["code"]} = "{row["code"]}"\n'
        f'    """{capital(row["meaning"])}: {row["remedy"]}."""\n'
        for row in rows
    ]
    doc = '"""Why the console refused, by the guide. A console may have others."""'
    return f"class OpenApiCode(str, enum.Enum):\n    {doc}\n\n" + "".join(members)


def section(entry: tuple[str, list[Row]]) -> str:
    """The class of a section."""
    name, operations = entry
    head = (
        f'class {name.capitalize()}(Section[A, P]):\n    """The section {name} of the guide."""\n'
    )
    return "\n".join([head, *(method for row in operations for method in methods(row))])


def client(sections: dict[str, list[Row]]) -> str:
    """The class that has all sections."""
    made = "".join(f"        self.{name} = {name.capitalize()}(caller)\n" for name in sections)
    return (
        'class Operations(Generic[A, P]):\n    """All sections of the guide."""\n\n'
        "    def __init__(self, caller: Caller[A, P]) -> None:\n" + made
    )


def methods(row: Row) -> list[str]:
    """The method of an operation; where it has pages, one more that goes through them."""
    path = row["path"].removeprefix("/json/")
    last = path.split("/")[-1]
    one = method(METHODS.get(last, snake(last)), "call", "A", path, row)
    if not any(it["name"] == "currentPage" for it in row["params"]):
        return [one]
    doc = f"{row['doc'].rstrip('.')}: an iterator of the pages, each asked for when it is due."
    return [one, method("pages", "pages", "P", path, {**row, "doc": doc})]


def method(name: str, how: str, result: str, path: str, row: Row) -> str:
    """A method."""
    parameters = sorted(row["params"], key=lambda it: not it["required"])
    given = ", ".join(f'"{it["name"]}": {argument(it)}' for it in parameters)
    signature = ", ".join(["self", *arguments(parameters)])
    return (
        f"    def {name}({signature}) -> {result}:\n"
        + docstring(row["doc"], parameters)
        + f'        return self._caller.{how}("{path}", {{{given}}})\n'
    )


def arguments(parameters: list[Row]) -> list[str]:
    """The first one that is needed may go without its name."""
    written = [
        f"{argument(it)}: {type_of(it)}" + ("" if it["required"] else " | None = None")
        for it in parameters
    ]
    plain = 1 if parameters and parameters[0]["required"] else 0
    named = written[plain:]
    return [*written[:plain], *(["*"] if named else []), *named]


def docstring(text: str, parameters: list[Row]) -> str:
    """What a method is for, in lines of the due length."""
    summary, rest = split(text)
    lines = textwrap.wrap(rest, WIDTH - 8)
    items = [f"- {argument(it)}: {it['doc']}" for it in parameters]
    listed = [line for it in items for line in textwrap.wrap(it, WIDTH - 8, subsequent_indent="  ")]
    blocks = [block for block in (lines, listed) if block]
    if not blocks:
        return f'        """{summary}"""\n'
    body = "\n\n".join("\n".join(block) for block in blocks)
    return textwrap.indent(f'"""{summary}\n\n{body}\n"""\n', " " * 8)


def split(text: str) -> tuple[str, str]:
    """The first sentence, or what goes before its colon where it is long; and the rest."""
    first, _, rest = text.partition(". ")
    if len(first) > WIDTH - 8 - len('""".') and ": " in first:
        before, _, after = text.partition(": ")
        return f"{before}.", capital(after)
    return (f"{first}.", rest) if rest else (text, "")


def type_of(row: Row) -> str:
    """A parameter's type."""
    if "allowed" in row:
        return f"Literal[{', '.join(json.dumps(it) for it in row['allowed'])}]"
    types = {TYPES[row["type"]], *([TYPES[row["also"]]] if "also" in row else [])}
    return " | ".join(sorted(types))


def argument(row: Row) -> str:
    """A parameter's name in Python."""
    name: str = row["name"]
    return ARGUMENTS.get(name, snake(name))


def snake(name: str) -> str:
    """`listInPage` as `list_in_page`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def capital(text: str) -> str:
    """Text with a capital at its head."""
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    main()
