"""What pytest gets with this package: a dev server for each test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .testing import DevServer

MARKER = "onsmq_dev_server"


def pytest_configure(config: pytest.Config) -> None:
    """Say what the marker is for."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(**options): what the test's dev server should be, as onsmq.testing.DevServer"
        " takes it",
    )


@pytest.fixture
def onsmq_dev_server(request: pytest.FixtureRequest) -> Iterator[DevServer]:
    """Give a server of the test's own; `@pytest.mark.onsmq_dev_server(brokers=2)` says which."""
    # Not before a test asks: pytest loads this file in every run.
    from .testing import DevServer

    marker = request.node.get_closest_marker(MARKER)
    with DevServer(**(marker.kwargs if marker else {})) as server:
        yield server
