"""A server for tests and first steps: no Java, no ports to choose, nothing on disk.

With pytest there is a fixture, `onsmq_dev_server`, which comes with the package.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from . import _onsmq
from ._log import follow_level
from ._properties import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from typing_extensions import Self

Code = Union[int, str]
"""RocketMQ's number or name of a request, or "SEND" for all by which messages are sent."""


@dataclass(frozen=True)
class Count:
    """How many requests of a kind a server received."""

    broker: str
    code: int
    name: str | None
    topic: str | None
    count: int


class Broker(NamedTuple):
    """A broker of a dev server, and how many connections it accepted since counters were reset."""

    name: str
    address: str
    running: bool
    connections: int


class DevServer:
    """A name server and brokers in this process and in memory. It listens when it is made.

        with onsmq.testing.DevServer() as server:
            producer = onsmq.Producer(namesrv_addr=server.namesrv_addr)

    Failed messages come again after `retry_delay` seconds; without it, on the brokers' schedule of
    10 s, 30 s, 1 min and so on. Half messages are asked about after `check_back_delay` seconds
    instead of 6, locks of queues run out after `lock_life` seconds instead of 60, and time passes
    `speed` times as fast for messages that wait. With `accounts`, mappings like

        {"access_key": "AK", "secret_key": "SK", "topic_perms": {"orders": "SUB"}}

    requests must be signed, and are refused as brokers with access control refuse them. With `tls`
    it speaks TLS as well, with a certificate that `ca_file` vouches for.
    """

    def __init__(
        self,
        brokers: int = 1,
        queues: int = 8,
        retry_delay: float | None = None,
        *,
        auto_create_topics: bool = True,
        check_back_delay: float | None = None,
        lock_life: float | None = None,
        speed: float | None = None,
        accounts: Iterable[Mapping[str, object]] | None = None,
        tls: bool = False,
    ) -> None:
        options = {
            "brokers": brokers,
            "queues": queues,
            "auto_create_topics": auto_create_topics,
            "retry_delay_millis": _millis(retry_delay),
            "check_back_delay_millis": _millis(check_back_delay),
            "lock_life_millis": _millis(lock_life),
            "speed": speed,
            "tls": tls,
            "accounts": None if accounts is None else json.dumps([dict(it) for it in accounts]),
        }
        follow_level()
        self._native = _onsmq.DevServer(as_text(options, {}))

    @property
    def namesrv_addr(self) -> str:
        """What producers and consumers take as `namesrv_addr`."""
        return self._native.namesrv_addr

    @property
    def console_url(self) -> str | None:
        """The console: what `onsmq.openapi.Client` takes as `endpoint`, and a page for browsers.

        Its account is one of the server's, or `dev` with the secret `dev-secret` where it has none.
        `None` for a server without a console.
        """
        return self._native.console_url or None

    @property
    def ca_file(self) -> str | None:
        """The certificate that clients have to trust, where the server was made with `tls`."""
        file: str | None = self.control("info")["ca_file"]
        return file

    def create_topic(self, topic: str, queues: int = 8) -> None:
        """Make a topic with so many queues at each broker."""
        self._native.create_topic(topic, queues)

    def add_fault(
        self,
        fault: str | Mapping[str, object],
        *,
        broker: str | None = None,
        code: Code | None = None,
        topic: str | None = None,
        count: int | None = None,
        skip: int = 0,
    ) -> int:
        """Have requests go wrong from now on, and give the number that this is removed by.

        `fault` is "drop_answer", "drop_request", "disconnect", "cut_frame", "stop_reading",
        "garbage", "refuse_connection", {"delay": {"millis": 300}} or
        {"answer": {"code": "SYSTEM_BUSY", "remark": "full"}}. What is None matches all; `skip`
        requests are spared first, and `count` go wrong.
        """
        rule = {**_filter(broker, code, topic), "skip": skip, "count": count, "fault": fault}
        number: int = self.control({"add_fault": rule})["id"]
        return number

    def remove_fault(self, number: int) -> bool:
        """Remove a fault; whether there was one."""
        removed: bool = self.control({"remove_fault": {"id": number}})["removed"]
        return removed

    def clear_faults(self) -> None:
        """Remove all faults."""
        self.control("clear_faults")

    def faults(self) -> list[dict[str, Any]]:
        """Give the rules, each with its `id` and how often it has `applied`."""
        rules: list[dict[str, Any]] = self.control("faults")
        return rules

    def received(
        self, *, broker: str | None = None, code: Code | None = None, topic: str | None = None
    ) -> int:
        """Count the requests that were received, those that were made to fail as well."""
        count: int = self.control({"received": _filter(broker, code, topic)})["count"]
        return count

    def counters(
        self, *, broker: str | None = None, code: Code | None = None, topic: str | None = None
    ) -> list[Count]:
        """Tell what was received, by server, code and topic."""
        counts = self.control({"counters": _filter(broker, code, topic)})
        return [Count(**count) for count in counts]

    def reset_counters(self) -> None:
        """Count from zero again."""
        self.control("reset_counters")

    def brokers(self) -> list[Broker]:
        """List the brokers, dead ones as well."""
        return [Broker(**broker) for broker in self.control("info")["brokers"]]

    def kill_broker(self, broker: str) -> None:
        """Close a broker's port and connections, and have the name server forget it."""
        self.control({"kill_broker": {"broker": broker}})

    def restart_broker(self, broker: str, *, keep_data: bool = True) -> None:
        """Start a broker again on its old port, with its messages or without."""
        self.control({"restart_broker": {"broker": broker, "keep_data": keep_data}})

    def expire_locks(self, group: str | None = None) -> None:
        """Have the locks of ordered consumers run out: of one group, or of all."""
        self.control({"expire_locks": {"group": group}})

    def control(self, command: str | Mapping[str, object]) -> Any:
        """Do what `docs/dev-server.md` lists as a command, and give its answer."""
        return json.loads(self._native.control(json.dumps(command)))

    def stop(self) -> None:
        """Close its ports, and forget all messages. A second call does nothing."""
        self._native.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def _millis(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _filter(broker: str | None, code: Code | None, topic: str | None) -> dict[str, object]:
    return {"broker": broker, "code": code, "topic": topic}
