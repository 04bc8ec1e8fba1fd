"""``python -m onsmq``: the version, and where the command ``onsmq`` is: not in this package."""

from __future__ import annotations

import sys

from . import __version__

WHERE = f"""\
onsmq {__version__}: the package for Python, which does not have the command onsmq in it.

The command comes with the library's sources, and is built by Rust's cargo:
    cargo install --path cli

In Python, what it does is done by onsmq.Producer, onsmq.Consumer,
onsmq.openapi.OpenApi and onsmq.testing.DevServer.
"""


def main(arguments: list[str]) -> int:
    """Answers the exit code: that of wrong arguments for all but the version."""
    if arguments in (["--version"], ["-V"]):
        print(f"onsmq {__version__}")
        return 0
    sys.stderr.write(WHERE)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
