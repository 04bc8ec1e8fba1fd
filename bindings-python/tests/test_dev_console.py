"""The dev server's console, by this package's own client of the Open API."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

import pytest

import onsmq
from onsmq.openapi import Client, OnsClientError, OpenApiCode
from onsmq.testing import DevServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[DevServer]:
    with DevServer(auto_create_topics=False) as server:
        yield server


def client(server: DevServer) -> Client:
    return Client(endpoint=server.console_url, access_key="dev", secret_key="dev-secret")


def test_a_topic_that_the_console_makes_takes_messages_that_it_finds(server: DevServer) -> None:
    with client(server) as api:
        api.topic.create("T", instance_id="inst")
        with pytest.raises(OnsClientError) as refused:
            api.topic.create("T", instance_id="inst")
        assert refused.value.openapi_code == OpenApiCode.BIZ_TOPIC_EXISTED
        with onsmq.Producer(namesrv_addr=server.namesrv_addr) as producer:
            sent = producer.send(onsmq.Message("T", b"hello", key="k"))
        found = api.message.get_by_id(sent.message_id, topic="T").data
        assert found["keys"] == "k"
        assert api.topic.status("T").data["totalCount"] == 1


def test_the_console_shows_a_page(server: DevServer) -> None:
    assert server.console_url
    with urllib.request.urlopen(server.console_url, timeout=30) as page:
        assert server.namesrv_addr in page.read().decode()
