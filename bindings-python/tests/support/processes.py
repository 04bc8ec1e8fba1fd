"""Programs of these tests that run beside them and talk by lines."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import TracebackType

    from typing_extensions import Self

FOLDER = Path(__file__).parents[1] / "programs"


# Some program has printed a line.
_changed = threading.Condition(threading.RLock())


class Program:
    """One that runs until its standard input ends."""

    def __init__(self, name: str | Path, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(FOLDER / name), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONFAULTHANDLER": "1"},
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with _changed:
                self._lines.append(line.rstrip("\n"))
                _changed.notify_all()

    def lines(self) -> list[str]:
        """What it has printed."""
        with _changed:
            return list(self._lines)

    def wait_for(self, text: str, limit: float = 60) -> str:
        """Waits for a line that begins with a text."""
        found: list[str] = []

        def there() -> bool:
            found[:] = [line for line in self._lines if line.startswith(text)]
            return bool(found)

        with _changed:
            assert _changed.wait_for(there, limit), f"no `{text}` in {limit} s: {self._lines}"
        return found[0]

    def signal(self, name: str) -> None:
        self._process.send_signal(signal.Signals[name])

    def exit_code(self) -> int:
        return self._process.wait(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            self._reader.join(30)
            assert self._process.stdout
            self._process.stdout.close()


def wait_for_lines(programs: Sequence[Program], wanted: Collection[str], limit: float = 60) -> None:
    """Waits until each of some lines was printed by one of some programs."""
    missing = set(wanted)

    def there() -> bool:
        missing.difference_update(*(program.lines() for program in programs))
        return not missing

    with _changed:
        assert _changed.wait_for(there, limit), f"{len(missing)} lines do not come"
