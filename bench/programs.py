"""How the programs that measure are called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def c(program: str, *arguments: str) -> list[str]:
    return [str(TARGET / "bench" / program), *arguments]


def class_path(program: str) -> str:
    """Of what Maven has made in bench/peers."""
    folder = ROOT / "bench" / "peers" / program / "target"
    return f"{folder / 'classes'}:{(folder / 'classpath').read_text().strip()}"


def java(client: str, *arguments: str) -> list[str]:
    opens = [
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/java.util=ALL-UNNAMED",
    ]
    logs = TARGET / "bench" / "logs"
    quiet = [
        "-Drocketmq.client.logLevel=ERROR",
        f"-Drocketmq.log.root.dir={logs}",
        f"-Dons.client.logRoot={logs}",
        "-Dons.client.logLevel=ERROR",
    ]
    return [
        "java",
        "-Xmx2g",
        *opens,
        *quiet,
        "-cp",
        class_path("java"),
        "Bench",
        client,
        *arguments,
    ]


def apache_python(*arguments: str) -> list[str]:
    own = str(TARGET / "bench" / "apache-python" / "bin" / "python")
    return python_program("peers/apache-python", *arguments, interpreter=own)


def apache_node(*arguments: str) -> list[str]:
    return ["node", str(ROOT / "bench" / "peers" / "apache-node" / "bench.mjs"), *arguments]


def go(*arguments: str) -> list[str]:
    return c("go", *arguments)


def python_program(folder: str, *arguments: str, interpreter: str = sys.executable) -> list[str]:
    common = f"PYTHONPATH={ROOT / 'bench' / 'python'}"
    program = str(ROOT / "bench" / folder / "bench.py")
    return ["env", common, interpreter, program, *arguments]


def python(*arguments: str) -> list[str]:
    return python_program("python", *arguments)


def node(*arguments: str) -> list[str]:
    return ["node", str(ROOT / "bench" / "node" / "bench.mjs"), *arguments]


def rust(*arguments: str) -> list[str]:
    return [str(TARGET / "release" / "bench-rust"), *arguments]


def kafka(*arguments: str) -> list[str]:
    return python_program("peers/kafka", *arguments)


def rdkafka(*arguments: str) -> list[str]:
    return c("rdkafka/release/bench-rdkafka", *arguments)
