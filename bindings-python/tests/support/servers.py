"""The servers that the behaviour suite runs on."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onsmq.testing import DevServer

from .broker import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL = {"4.9.7": "ONSMQ_TEST_NAMESRV_4", "5.3.3": "ONSMQ_TEST_NAMESRV_5"}
NAMES = ["devserver", *REAL]


@dataclass(frozen=True)
class Server:
    """One that runs."""

    name: str
    namesrv_addr: str


@contextlib.contextmanager
def running(name: str) -> Iterator[Server]:
    """A server of that name: one of ours, or the one that `make test` runs for all suites."""
    if name == "devserver":
        with DevServer(retry_delay=0.1) as dev:
            yield Server(name, dev.namesrv_addr)
    elif address := os.environ.get(REAL[name]):
        yield Server(name, address)
    else:
        with Broker(name) as broker:
            yield Server(name, broker.namesrv_addr)
