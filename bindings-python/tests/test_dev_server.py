"""What a user's tests do with the dev server."""

from __future__ import annotations

import pytest

import onsmq
from onsmq.testing import Count, DevServer

pytest_plugins = ["pytester"]


def send(server: DevServer, topic: str, **properties: object) -> onsmq.SendResult:
    config = {"namesrv_addr": server.namesrv_addr, "send_msg_timeout_millis": 5000, **properties}
    with onsmq.Producer(config) as producer:
        return producer.send(onsmq.Message(topic, b"x"))


def test_a_fault_is_seen_counted_and_removed(onsmq_dev_server: DevServer) -> None:
    server = onsmq_dev_server
    answer = {"answer": {"code": "NO_PERMISSION", "remark": "on purpose"}}
    number = server.add_fault(answer, code="SEND", topic="t", count=1)
    with pytest.raises(onsmq.OnsClientError) as raised:
        send(server, "t")
    assert raised.value.remark == "on purpose"
    assert [fault["applied"] for fault in server.faults()] == [1]
    send(server, "t")
    assert server.received(code="SEND", topic="t") == 2
    assert server.counters(topic="t", code="SEND_MESSAGE_V2") == [
        Count("broker-a", 310, "SEND_MESSAGE_V2", "t", 2)
    ]
    assert server.remove_fault(number)
    assert not server.remove_fault(number)
    server.reset_counters()
    assert server.received() == 0
    with pytest.raises(onsmq.OnsClientError, match="explode"):
        server.add_fault("explode")


@pytest.mark.onsmq_dev_server(brokers=2)
def test_a_broker_is_killed_and_comes_back(onsmq_dev_server: DevServer) -> None:
    server = onsmq_dev_server
    server.create_topic("t")
    server.kill_broker("broker-a")
    assert [broker.running for broker in server.brokers()] == [False, True]
    assert send(server, "t").broker_name == "broker-b"
    server.restart_broker("broker-a", keep_data=False)
    assert [broker.running for broker in server.brokers()] == [True, True]
    server.expire_locks()


def test_accounts_are_checked() -> None:
    account = {"access_key": "AK", "secret_key": "SK", "topic_perms": {"t": "DENY"}}
    with DevServer(accounts=[account]) as server:
        send(server, "other", access_key="AK", secret_key="SK")
        for topic, secret in [("t", "SK"), ("other", "wrong")]:
            with pytest.raises(onsmq.OnsClientError) as raised:
                send(server, topic, access_key="AK", secret_key=secret)
            assert raised.value.code is onsmq.ErrorCode.NO_PERMISSION


def test_the_fixture_comes_with_the_package(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.onsmq_dev_server(brokers=2)
        def test_it(onsmq_dev_server):
            assert len(onsmq_dev_server.brokers()) == 2
        """
    )
    pytester.runpytest_subprocess("--strict-markers").assert_outcomes(passed=1)
