"""The console that `tests/console/console.py` is, and calls of all its operations."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from onsmq.openapi import AsyncClient, Client

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from typing_extensions import Self

    from onsmq._operations import Operations

ROOT = Path(__file__).parents[3]
GUIDE = json.loads((ROOT / "tests" / "golden" / "openapi.json").read_text("utf-8"))
OPERATIONS = {it["path"].removeprefix("/json/"): it for it in GUIDE["operations"]}
ACCESS_KEY = "TestAK"
SECRET_KEY = "TestSecret/+=0123456789"
# When the guide was written, in ms.
THEN = 1_520_812_800_000
ID = "0A0B0C0D00002A9F0000000000000001"

A = TypeVar("A")
P = TypeVar("P")


class Console:
    """A running one. What a client is to meet is in the endpoint that it is given."""

    def __init__(self, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "console" / "console.py"), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.endpoint: str = json.loads(self._process.stdout.readline())["endpoint"]

    def config(self, setting: str = "", **more: Any) -> dict[str, Any]:
        """A client's properties."""
        account = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
        return {"endpoint": self.endpoint + setting, **account, **more}

    def client(self, setting: str = "", **more: Any) -> Client:
        return Client(self.config(setting, **more))

    def async_client(self, setting: str = "", **more: Any) -> AsyncClient:
        return AsyncClient(self.config(setting, **more))

    def seen(self, run: str) -> list[dict[str, Any]]:
        """The requests of a run: operations and parameters."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.endpoint}/seen/{run}", timeout=30) as answer:
            seen: list[dict[str, Any]] = json.load(answer)
        return seen

    def wait_for(self, run: str, limit: float = 30) -> None:
        """Waits until it has seen a request of a run."""
        deadline = time.monotonic() + limit
        while not self.seen(run):
            assert time.monotonic() < deadline, f"no request of {run}"
            time.sleep(0.02)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=30)


def calls(client: Operations[A, P]) -> dict[str, Callable[[], A]]:
    """A call of each operation, with every parameter that it takes."""
    topic, publish, subscription = client.topic, client.publish, client.subscription
    message, consumer, empower = client.message, client.consumer, client.empower
    trend, mqtt, instance = client.trend, client.mqtt, client.instance
    span = {"begin_time": THEN, "end_time": THEN + 1}
    return {
        "region/list": lambda: client.region.list(),
        "topic/create": lambda: topic.create("T", instance_id="inst"),
        "topic/delete": lambda: topic.delete("T"),
        "topic/get": lambda: topic.get("T"),
        "topic/listNames": lambda: topic.list_names(),
        "topic/listInPage": lambda: topic.list_in_page(
            topic="T", current_page=2, page_size=7, instance_id="inst"
        ),
        "topic/status": lambda: topic.status("T"),
        "publish/create": lambda: publish.create("PID_a", topic="T"),
        "publish/delete": lambda: publish.delete("T", producer_id="PID_a"),
        "publish/get": lambda: publish.get("PID_a", topic="T"),
        "publish/list": lambda: publish.list(producer_id="PID_a", topic="T", instance_id="inst"),
        "subscription/create": lambda: subscription.create("CID_a", topic="T"),
        "subscription/delete": lambda: subscription.delete("CID_a", topic="T"),
        "subscription/get": lambda: subscription.get("CID_a", topic="T"),
        "subscription/list": lambda: subscription.list(
            consumer_id="CID_a", topic="T", instance_id="inst"
        ),
        "message/getById": lambda: message.get_by_id(ID, topic="T"),
        "message/getByKey": lambda: message.get_by_key("T", key="键 +/=&%"),
        "message/getByTopic": lambda: message.get_by_topic("T"),
        "message/trace": lambda: message.trace(ID, topic="T"),
        "consumer/accumulate": lambda: consumer.accumulate("CID_a", detail=True),
        "consumer/status": lambda: consumer.status("CID_a", detail=True, need_jstack=False),
        "consumer/getConnection": lambda: consumer.get_connection("CID_a"),
        "consumer/progress": lambda: consumer.progress("CID_a", topic="T"),
        "consumer/resetoffset": lambda: consumer.reset_offset(
            "CID_a", topic="T", kind=1, reset_timestamp=THEN
        ),
        "empower/create": lambda: empower.create(1234567890123456789, topic="T", relation=2),
        "empower/createBySub": lambda: empower.create_by_sub("子 账号", topic="T", relation=6),
        "empower/delete": lambda: empower.delete(7, topic="T"),
        "empower/list": lambda: empower.list(7, topic="T"),
        "trend/topicInputTps": lambda: trend.topic_input_tps("T", **span, period=5, kind=0),
        "trend/groupOutputTps": lambda: trend.group_output_tps("T", **span, period=10, kind=1),
        "mqtt/listGroupId": lambda: mqtt.list_group_id(),
        "mqtt/getDeviceRunningInfo": lambda: mqtt.get_device_running_info("GID_m@@@设备"),
        "mqtt/getClientSetByGroupId": lambda: mqtt.get_client_set_by_group_id("GID_m"),
        "mqtt/getClientSetByTopic": lambda: mqtt.get_client_set_by_topic("T", second_topic="/a/b"),
        "mqtt/getMqttConnectionSum": lambda: mqtt.get_mqtt_connection_sum(
            "T", group_id="GID_m", **span
        ),
        "mqtt/getMqttMsgTransTask": lambda: mqtt.get_mqtt_msg_trans_task(
            "T",
            topic="T",
            **span,
            query_type="PUB",
            console_type="TPS",
            second_topic="a",
            qos=1,
            msg_type="p2p",
        ),
        "vpcTunnel/tunnelSwitch": lambda: instance.tunnel_switch(
            "singleTunnel",
            instance_id="inst",
            slb_url="http://slb/?a=1&b=%20",
            force=True,
            v_switch_id="vsw-1",
        ),
        "instance/list": lambda: instance.list(),
        "instance/listIds": lambda: instance.list_ids(),
    }
