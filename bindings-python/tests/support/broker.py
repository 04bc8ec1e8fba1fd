"""Real brokers, brought up by the tool `onsmq-test-broker`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


def tool() -> Path:
    """The program that starts brokers."""
    if named := os.environ.get("ONSMQ_TEST_BROKER"):
        return Path(named)
    root = Path(__file__).parents[3]
    target = Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    return target / "debug" / "onsmq-test-broker"


class Broker:
    """A cluster of real servers, which stops with this object or with this process."""

    def __init__(self, version: str, *options: str) -> None:
        program = tool()
        if not program.exists():
            raise FileNotFoundError(
                f"{program} is not there: cargo build -p onsmq-tests --bin onsmq-test-broker"
            )
        self._process = subprocess.Popen(
            [program, "--version", version, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.description = self._answer()

    @property
    def namesrv_addr(self) -> str:
        return str(self.description["namesrv_addr"])

    def ask(self, command: str) -> dict[str, Any]:
        """Has a command carried out."""
        assert self._process.stdin
        print(command, file=self._process.stdin, flush=True)
        answer = self._answer()
        assert answer["ok"], answer
        return answer

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, f"the tool ended with {self._process.wait()}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        self.ask("stop")
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
