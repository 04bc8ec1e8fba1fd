"""The servers that are measured against, each for as long as a block lasts."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios import NAME_SERVER, PROXY

from programs import ROOT, TARGET, class_path

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPIC = "bench"
# What a program is given the address of, by its name in scenarios.py.
Addresses = dict[str, str]
# With stock settings 5.3.3 rejects part of many sends in flight, and gives 32 messages a pull.
MANY_SENDS = ["sendThreadPoolQueueCapacity=200000", "waitTimeMillsInSendQueue=10000"]
LARGE_PULLS = [
    "maxTransferCountOnMessageInMemory=1024",
    "maxTransferBytesOnMessageInMemory=4194304",
]
PATIENCE_S = 60


@contextlib.contextmanager
def broker(*, large_pulls: bool = True) -> Iterator[Addresses]:
    """A 5.3.3 broker with enough heap."""
    tool = os.environ.get("ONSMQ_TEST_BROKER", TARGET / "debug" / "onsmq-test-broker")
    settings = MANY_SENDS + LARGE_PULLS if large_pulls else MANY_SENDS
    config = [part for it in settings for part in ("--broker-config", it)]
    command = [str(tool), "--heap", "2048", "--topic", f"{TOPIC}:8", *config]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield {NAME_SERVER: json.loads(process.stdout.readline())["namesrv_addr"]}
    finally:
        # It ends with its standard input.
        process.stdin.close()
        process.wait(PATIENCE_S)


@contextlib.contextmanager
def broker_and_proxy() -> Iterator[Addresses]:
    """A broker, and in front of it the proxy that speaks gRPC."""
    with broker() as addresses, tempfile.TemporaryDirectory(prefix="onsmq-proxy-") as folder:
        home, port = Path(folder), free_port()
        config = {
            "rocketMQClusterName": "DefaultCluster",
            "namesrvAddr": addresses[NAME_SERVER],
            "localServeAddr": "127.0.0.1",
            "grpcServerPort": port,
        }
        (home / "proxy.json").write_text(json.dumps(config))
        with (home / "output.log").open("w") as output:
            process = subprocess.Popen(
                proxy_command(home), stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=home
            )
        assert process.stdin is not None
        try:
            if not accepts(port, process):
                raise SystemExit(f"the proxy did not start:\n{(home / 'output.log').read_text()}")
            yield {**addresses, PROXY: f"127.0.0.1:{port}"}
        finally:
            process.stdin.close()
            process.wait(PATIENCE_S)


def proxy_command(home: Path) -> list[str]:
    """The launcher of the test brokers: it keeps to loopback, and ends with its standard input."""
    opens = [f"--add-opens=java.base/{it}=ALL-UNNAMED" for it in ("java.net", "java.nio")]
    own = [f"-Duser.home={home}", f"-Drocketmq.home.dir={home}"]
    launcher = str(ROOT / "tests" / "rocketmq" / "Launcher.java")
    main = ["org.apache.rocketmq.proxy.ProxyStartup", "-pc", str(home / "proxy.json")]
    heap = ["-Xms1g", "-Xmx1g", "-Djava.net.preferIPv4Stack=true"]
    return ["java", *heap, *opens, *own, "-cp", class_path("proxy"), launcher, *main]


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def accepts(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether a server takes connections before it ends, or patience does."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.1)
    return False


@contextlib.contextmanager
def dev_server(*options: str, topic: str | None = None) -> Iterator[Addresses]:
    """A dev server, with a topic of as many queues on each broker as its options say."""
    tool = str(TARGET / "release" / "onsmq")
    process = subprocess.Popen([tool, "dev-server", *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        address, console = (process.stdout.readline().strip() for _ in range(2))
        if topic is not None:
            create = ["topic", "create", "--topic", topic, "--instance-id", "bench"]
            where = ["--endpoint", console, "--region", "mq-private"]
            account = {"ONS_ACCESS_KEY": "dev", "ONS_SECRET_KEY": "dev-secret"}
            subprocess.run(
                [tool, "api", *create, *where],
                env={**os.environ, **account},
                stdout=subprocess.DEVNULL,
                check=True,
            )
        yield {NAME_SERVER: address}
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
