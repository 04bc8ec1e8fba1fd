"""Fixtures of all tests."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from onsmq.testing import DevServer

from .support.console import Console
from .support.servers import NAMES, Server, running

if TYPE_CHECKING:
    from collections.abc import Iterator

# Who runs the tests in the background has Ctrl-C ignored, and programs inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each server in turn."""
    with running(request.param) as server:
        yield server


@pytest.fixture(scope="session")
def console() -> Iterator[Console]:
    """A console of the Open API."""
    with Console() as console:
        yield console


@pytest.fixture(scope="module")
def dev() -> Iterator[DevServer]:
    """The dev server, for what is not a server's business."""
    with DevServer(retry_delay=0.1) as server:
        yield server
