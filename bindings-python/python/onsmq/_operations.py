"""The operations of the Open API. Written by scripts/operations.py: change it there."""

from __future__ import annotations

import enum
from typing import Generic, Literal

from ._openapi import A, Caller, P, Section


class OpenApiCode(str, enum.Enum):
    """Why the console refused, by the guide. A console may have others."""

    ONS_SYSTEM_ERROR = "ONS_SYSTEM_ERROR"
    """Server-side fault: contact support."""
    ONS_SERVICE_UNSUPPORTED = "ONS_SERVICE_UNSUPPORTED"
    """The call is not supported in this region: ask support whether it is enabled."""
    ONS_INVOKE_ERROR = "ONS_INVOKE_ERROR"
    """The Open API call failed: contact support."""
    BIZ_FIELD_CHECK_INVALID = "BIZ_FIELD_CHECK_INVALID"
    """A parameter failed its check: check the parameters."""
    BIZ_TOPIC_NOT_FOUND = "BIZ_TOPIC_NOT_FOUND"
    """No such topic: check the name, and that it was created."""
    BIZ_SUBSCRIPTION_NOT_FOUND = "BIZ_SUBSCRIPTION_NOT_FOUND"
    """No such CID: check that the CID was created."""
    BIZ_PUBLISHER_EXISTED = "BIZ_PUBLISHER_EXISTED"
    """The PID exists: use another PID."""
    BIZ_SUBSCRIPTION_EXISTED = "BIZ_SUBSCRIPTION_EXISTED"
    """The CID exists: use another CID."""
    BIZ_CONSUMER_NOT_ONLINE = "BIZ_CONSUMER_NOT_ONLINE"
    """No client of the CID is online: start the consumer, then retry."""
    BIZ_NO_MESSAGE = "BIZ_NO_MESSAGE"
    """No message matches: check the query and its range."""
    BIZ_REGION_NOT_FOUND = "BIZ_REGION_NOT_FOUND"
    """No such region: check the region id."""
    BIZ_TOPIC_EXISTED = "BIZ_TOPIC_EXISTED"
    """The topic exists: use another name."""
    BIZ_PRODUCER_ID_BELONG_TO_OTHER_USER = "BIZ_PRODUCER_ID_BELONG_TO_OTHER_USER"
    """The PID belongs to another user: use another PID."""
    BIZ_CONSUMER_ID_BELONG_TO_OTHER_USER = "BIZ_CONSUMER_ID_BELONG_TO_OTHER_USER"
    """The CID belongs to another user: use another CID."""
    BIZ_PUBLISH_INFO_NOT_FOUND = "BIZ_PUBLISH_INFO_NOT_FOUND"
    """No such PID: check that the PID exists."""
    EMPOWER_EXIST_ERROR = "EMPOWER_EXIST_ERROR"
    """The grant exists: query first."""
    EMPOWER_OWNER_CHECK_ERROR = "EMPOWER_OWNER_CHECK_ERROR"
    """The caller does not own the topic: check the owner."""


class Region(Section[A, P]):
    """The section region of the guide."""

    def list(self) -> A:
        """List the region ids; the ids it returns are used as _regionId in every other call."""
        return self._caller.call("region/list", {})


class Topic(Section[A, P]):
    """The section topic of the guide."""

    def create(self, topic: str, *, instance_id: str) -> A:
        """Create a topic in the target region.

        Topic names are global: a second create fails (BIZ_TOPIC_EXISTED).

        - topic: topic to create
        - instance_id: instance (cluster) that the topic is created in
        """
        return self._caller.call("topic/create", {"topic": topic, "instanceId": instance_id})

    def delete(self, topic: str) -> A:
        """Delete a topic, and with it every publish and subscribe relation on it.

        Slow on the server; do not re-create at once.

        - topic: topic to delete
        """
        return self._caller.call("topic/delete", {"topic": topic})

    def get(self, topic: str) -> A:
        """Metadata of one topic: owner, status and the like.

        - topic: topic to look up
        """
        return self._caller.call("topic/get", {"topic": topic})

    def list_names(self) -> A:
        """Names of all topics of the account."""
        return self._caller.call("topic/listNames", {})

    def list_in_page(
        self,
        *,
        topic: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        instance_id: str | None = None,
    ) -> A:
        """Topics of the account, page by page.

        - topic: only this topic
        - current_page: page to return
        - page_size: topics on a page
        - instance_id: only topics of this instance
        """
        return self._caller.call(
            "topic/listInPage",
            {
                "topic": topic,
                "currentPage": current_page,
                "pageSize": page_size,
                "instanceId": instance_id,
            },
        )

    def pages(
        self,
        *,
        topic: str | None = None,
        current_page: int | None = None,
        page_size: int | None = None,
        instance_id: str | None = None,
    ) -> P:
        """Topics of the account, page by page.

        An iterator of the pages, each asked for when it is due.

        - topic: only this topic
        - current_page: page to return
        - page_size: topics on a page
        - instance_id: only topics of this instance
        """
        return self._caller.pages(
            "topic/listInPage",
            {
                "topic": topic,
                "currentPage": current_page,
                "pageSize": page_size,
                "instanceId": instance_id,
            },
        )

    def status(self, topic: str) -> A:
        """Queues of a topic and the number of messages in each.

        - topic: topic to look up
        """
        return self._caller.call("topic/status", {"topic": topic})


class Publish(Section[A, P]):
    """The section publish of the guide."""

    def create(self, producer_id: str, *, topic: str) -> A:
        """Register a producer id (PID) for a topic.

        One PID a topic is enough; applications may share it.

        - producer_id: PID to register (this operation alone spells it with a capital P)
        - topic: topic published to; must exist
        """
        return self._caller.call("publish/create", {"ProducerId": producer_id, "topic": topic})

    def delete(self, topic: str, *, producer_id: str | None = None) -> A:
        """Remove a publish relation; it must exist.

        - topic: topic of the relation
        - producer_id: PID to remove
        """
        return self._caller.call("publish/delete", {"topic": topic, "producerId": producer_id})

    def get(self, producer_id: str, *, topic: str) -> A:
        """One publish relation.

        - producer_id: PID
        - topic: topic of the relation
        """
        return self._caller.call("publish/get", {"producerId": producer_id, "topic": topic})

    def list(
        self,
        *,
        producer_id: str | None = None,
        topic: str | None = None,
        instance_id: str | None = None,
    ) -> A:
        """Publish relations.

        - producer_id: PID
        - topic: topic
        - instance_id: only this instance
        """
        return self._caller.call(
            "publish/list", {"producerId": producer_id, "topic": topic, "instanceId": instance_id}
        )


class Subscription(Section[A, P]):
    """The section subscription of the guide."""

    def create(self, consumer_id: str, *, topic: str) -> A:
        """Register a consumer id (CID) for a topic.

        - consumer_id: CID to register
        - topic: topic subscribed to
        """
        return self._caller.call("subscription/create", {"consumerId": consumer_id, "topic": topic})

    def delete(self, consumer_id: str, *, topic: str) -> A:
        """Remove a subscription.

        - consumer_id: CID to remove
        - topic: topic of the subscription
        """
        return self._caller.call("subscription/delete", {"consumerId": consumer_id, "topic": topic})

    def get(self, consumer_id: str, *, topic: str) -> A:
        """One subscription.

        - consumer_id: CID
        - topic: topic
        """
        return self._caller.call("subscription/get", {"consumerId": consumer_id, "topic": topic})

    def list(
        self,
        *,
        consumer_id: str | None = None,
        topic: str | None = None,
        instance_id: str | None = None,
    ) -> A:
        """Subscriptions.

        - consumer_id: CID
        - topic: topic
        - instance_id: only this instance
        """
        return self._caller.call(
            "subscription/list",
            {"consumerId": consumer_id, "topic": topic, "instanceId": instance_id},
        )


class Message(Section[A, P]):
    """The section message of the guide."""

    def get_by_id(self, msg_id: str, *, topic: str) -> A:
        """Metadata of a stored message, by message id.

        - msg_id: message id
        - topic: topic of the message
        """
        return self._caller.call("message/getById", {"msgId": msg_id, "topic": topic})

    def get_by_key(self, topic: str, *, key: str) -> A:
        """Metadata of stored messages, by message key.

        - topic: topic
        - key: message key
        """
        return self._caller.call("message/getByKey", {"topic": topic, "key": key})

    def get_by_topic(self, topic: str) -> A:
        """Metadata of stored messages of a topic.

        Large; the vendor advises against it.

        - topic: topic
        """
        return self._caller.call("message/getByTopic", {"topic": topic})

    def trace(self, msg_id: str, *, topic: str) -> A:
        """Whether a message has been consumed.

        Judged from offsets, so a reset offset changes the answer.

        - msg_id: message id
        - topic: topic
        """
        return self._caller.call("message/trace", {"msgId": msg_id, "topic": topic})


class Consumer(Section[A, P]):
    """The section consumer of the guide."""

    def accumulate(self, consumer_id: str, *, detail: bool | None = None) -> A:
        """Backlog of a consumer group: unconsumed messages and delay.

        - consumer_id: CID
        - detail: also per queue
        """
        return self._caller.call(
            "consumer/accumulate", {"consumerId": consumer_id, "detail": detail}
        )

    def status(
        self, consumer_id: str, *, detail: bool | None = None, need_jstack: bool | None = None
    ) -> A:
        """State of a consumer group: subscription consistency, consume TPS, balance, connections.

        Slow.

        - consumer_id: CID
        - detail: also per queue
        - need_jstack: also the clients' stack dumps
        """
        return self._caller.call(
            "consumer/status",
            {"consumerId": consumer_id, "detail": detail, "needJstack": need_jstack},
        )

    def get_connection(self, consumer_id: str) -> A:
        """Clients of a consumer group that are connected now.

        - consumer_id: CID
        """
        return self._caller.call("consumer/getConnection", {"consumerId": consumer_id})

    def progress(self, consumer_id: str, *, topic: str) -> A:
        """Offsets of a consumer group in each queue of a topic.

        - consumer_id: CID
        - topic: topic
        """
        return self._caller.call("consumer/progress", {"consumerId": consumer_id, "topic": topic})

    def reset_offset(
        self,
        consumer_id: str,
        *,
        topic: str,
        kind: Literal[0, 1],
        reset_timestamp: int | None = None,
    ) -> A:
        """Move a group's offsets: drop the backlog, or go to a time.

        Skipped messages are not delivered.

        - consumer_id: CID
        - topic: topic
        - kind: 0: skip everything stored; 1: move to resetTimestamp
        - reset_timestamp: ms since the epoch; only with type 1
        """
        return self._caller.call(
            "consumer/resetoffset",
            {
                "consumerId": consumer_id,
                "topic": topic,
                "type": kind,
                "resetTimestamp": reset_timestamp,
            },
        )


class Empower(Section[A, P]):
    """The section empower of the guide."""

    def create(self, empower_user: int, *, topic: str, relation: Literal[2, 4, 6]) -> A:
        """Grant another main account rights on a topic.

        Only the owner may.

        - empower_user: user id of the account
        - topic: topic; must belong to the caller
        - relation: 2: publish, 4: subscribe, 6: both
        """
        return self._caller.call(
            "empower/create", {"empowerUser": empower_user, "topic": topic, "relation": relation}
        )

    def create_by_sub(
        self, empower_user: int | str, *, topic: str, relation: Literal[2, 4, 6]
    ) -> A:
        """Grant a sub-account of the owner rights on a topic.

        - empower_user: the sub-account (the document types it Long and calls it a name: accept
          digits or a name)
        - topic: topic; must belong to the caller
        - relation: 2: publish, 4: subscribe, 6: both
        """
        return self._caller.call(
            "empower/createBySub",
            {"empowerUser": empower_user, "topic": topic, "relation": relation},
        )

    def delete(self, empower_user: int, *, topic: str) -> A:
        """Revoke a grant; it must exist.

        - empower_user: user id; a sub-account's id too
        - topic: topic; must belong to the caller
        """
        return self._caller.call("empower/delete", {"empowerUser": empower_user, "topic": topic})

    def list(self, empower_user: int, *, topic: str) -> A:
        """Grants on a topic: to whom, and which.

        - empower_user: user id; a sub-account's id too
        - topic: topic; must belong to the caller
        """
        return self._caller.call("empower/list", {"empowerUser": empower_user, "topic": topic})


class Trend(Section[A, P]):
    """The section trend of the guide."""

    def topic_input_tps(
        self,
        topic: str,
        *,
        begin_time: int,
        end_time: int,
        period: Literal[1, 5, 10],
        kind: Literal[0, 1],
    ) -> A:
        """Messages written to a topic over time.

        - topic: topic
        - begin_time: ms since the epoch
        - end_time: ms since the epoch
        - period: sampling period in minutes
        - kind: 0: totals, 1: TPS
        """
        return self._caller.call(
            "trend/topicInputTps",
            {
                "topic": topic,
                "beginTime": begin_time,
                "endTime": end_time,
                "period": period,
                "type": kind,
            },
        )

    def group_output_tps(
        self,
        topic: str,
        *,
        begin_time: int,
        end_time: int,
        period: Literal[1, 5, 10],
        kind: Literal[0, 1],
    ) -> A:
        """Messages consumed by a group over time.

        The document describes it by consumer group, but its parameter table has topic.

        - topic: topic
        - begin_time: ms since the epoch
        - end_time: ms since the epoch
        - period: sampling period in minutes
        - kind: 0: totals, 1: TPS
        """
        return self._caller.call(
            "trend/groupOutputTps",
            {
                "topic": topic,
                "beginTime": begin_time,
                "endTime": end_time,
                "period": period,
                "type": kind,
            },
        )


class Mqtt(Section[A, P]):
    """The section mqtt of the guide."""

    def list_group_id(self) -> A:
        """MQTT group ids of the account."""
        return self._caller.call("mqtt/listGroupId", {})

    def get_device_running_info(self, client_id: str) -> A:
        """Subscriptions and online state of one MQTT client.

        - client_id: MQTT client id
        """
        return self._caller.call("mqtt/getDeviceRunningInfo", {"clientId": client_id})

    def get_client_set_by_group_id(self, group_id: str) -> A:
        """Number of clients of an MQTT group that are online.

        - group_id: MQTT group id
        """
        return self._caller.call("mqtt/getClientSetByGroupId", {"groupId": group_id})

    def get_client_set_by_topic(self, first_topic: str, *, second_topic: str | None = None) -> A:
        """Number of online clients subscribed to a topic.

        - first_topic: first-level topic
        - second_topic: sub-topic, where there is one
        """
        return self._caller.call(
            "mqtt/getClientSetByTopic", {"firstTopic": first_topic, "secondTopic": second_topic}
        )

    def get_mqtt_connection_sum(
        self, first_topic: str, *, group_id: str, begin_time: int, end_time: int
    ) -> A:
        """History of the number of online clients of a group.

        - first_topic: first-level topic
        - group_id: MQTT group id
        - begin_time: ms; at most one week ago
        - end_time: ms; not after now
        """
        return self._caller.call(
            "mqtt/getMqttConnectionSum",
            {
                "firstTopic": first_topic,
                "groupId": group_id,
                "beginTime": begin_time,
                "endTime": end_time,
            },
        )

    def get_mqtt_msg_trans_task(
        self,
        first_topic: str,
        *,
        topic: str,
        begin_time: int,
        end_time: int,
        query_type: Literal["PUB", "SUB"],
        console_type: Literal["TPS", "SUM"],
        second_topic: str | None = None,
        qos: int | None = None,
        msg_type: Literal["p2p", "sub"] | None = None,
    ) -> A:
        """History of messages sent or received on a topic.

        - first_topic: first-level topic
        - topic: first-level topic (the document lists both)
        - begin_time: ms; at most one week ago
        - end_time: ms; not after now
        - query_type: PUB: sent, SUB: received
        - console_type: TPS: rate, SUM: totals
        - second_topic: sub-topic, where there is one
        - qos: only this QoS
        - msg_type: p2p: point to point, sub: publish/subscribe
        """
        return self._caller.call(
            "mqtt/getMqttMsgTransTask",
            {
                "firstTopic": first_topic,
                "topic": topic,
                "beginTime": begin_time,
                "endTime": end_time,
                "queryType": query_type,
                "consoleType": console_type,
                "secondTopic": second_topic,
                "qos": qos,
                "msgType": msg_type,
            },
        )


class Instance(Section[A, P]):
    """The section instance of the guide."""

    def tunnel_switch(
        self,
        tunnel_type: Literal["anyTunnel", "singleTunnel"],
        *,
        instance_id: str,
        slb_url: str | None = None,
        force: bool | None = None,
        v_switch_id: str | None = None,
    ) -> A:
        """Switch the VPC network type of an instance.

        New virtual IPs for its brokers and name servers. Every client of the instance must then use
        the returned address as NAMESRV_ADDR and restart.

        - tunnel_type: VPC network type
        - instance_id: instance to switch
        - slb_url: load-balancer API
        - force: switch in spite of traffic; without it a broker with InTps + OutTps > 10 stops the
          switch
        - v_switch_id: only with singleTunnel: the VPC instance for the VIP
        """
        return self._caller.call(
            "vpcTunnel/tunnelSwitch",
            {
                "tunnelType": tunnel_type,
                "instanceId": instance_id,
                "slbUrl": slb_url,
                "force": force,
                "vSwitchId": v_switch_id,
            },
        )

    def list(self) -> A:
        """All instances of the environment."""
        return self._caller.call("instance/list", {})

    def list_ids(self) -> A:
        """Ids of all instances."""
        return self._caller.call("instance/listIds", {})


class Operations(Generic[A, P]):
    """All sections of the guide."""

    def __init__(self, caller: Caller[A, P]) -> None:
        self.region = Region(caller)
        self.topic = Topic(caller)
        self.publish = Publish(caller)
        self.subscription = Subscription(caller)
        self.message = Message(caller)
        self.consumer = Consumer(caller)
        self.empower = Empower(caller)
        self.trend = Trend(caller)
        self.mqtt = Mqtt(caller)
        self.instance = Instance(caller)
