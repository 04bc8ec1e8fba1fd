//! What RocketMQ's admin tool asks of a broker: GET_TOPIC_STATS_INFO, GET_TOPIC_CONFIG, GET_CONSUME_STATS,
//! GET_CONSUMER_CONNECTION_LIST, QUERY_TOPIC_CONSUME_BY_WHO, GET_BROKER_RUNTIME_INFO and
//! INVOKE_BROKER_TO_RESET_OFFSET (Java's `AdminBrokerProcessor`).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use onsmq_proto::body::{QueueRef, ResetOffsets};
use onsmq_proto::codec::{Command, RequestCode, ResponseCode};
use onsmq_proto::names;
use serde_json::{Map, Value, json};

use super::{Broker, Member};
use crate::answer::{Answered, Outcome, Refusal, success};
use crate::clock;

pub(super) const GET_BROKER_RUNTIME_INFO: RequestCode = RequestCode(28);
pub(super) const GET_TOPIC_STATS_INFO: RequestCode = RequestCode(202);
pub(super) const GET_CONSUMER_CONNECTION_LIST: RequestCode = RequestCode(203);
pub(super) const GET_CONSUME_STATS: RequestCode = RequestCode(208);
pub(super) const INVOKE_BROKER_TO_RESET_OFFSET: RequestCode = RequestCode(222);
pub(super) const QUERY_TOPIC_CONSUME_BY_WHO: RequestCode = RequestCode(300);

pub(super) const GET_TOPIC_CONFIG: RequestCode = RequestCode(351);

/// What Java calls a group that nobody is connected for (`CONSUMER_NOT_ONLINE`).
const CONSUMER_NOT_ONLINE: ResponseCode = ResponseCode(206);

/// What `clusterList` and `brokerStatus` read, and what is nothing here.
const IDLE: [&str; 20] = [
    "sendThreadPoolQueueSize",
    "pullThreadPoolQueueSize",
    "sendThreadPoolQueueHeadWaitTimeMills",
    "pullThreadPoolQueueHeadWaitTimeMills",
    "pageCacheLockTimeMills",
    "commitLogDiskRatio",
    "timerReadBehind",
    "timerOffsetBehind",
    "timerCongestNum",
    "timerEnqueueTps",
    "timerDequeueTps",
    "putTps",
    "getTransferedTps",
    "getTransferredTps",
    "msgPutTotalYesterdayMorning",
    "msgPutTotalTodayMorning",
    "msgPutTotalTodayNow",
    "msgGetTotalYesterdayMorning",
    "msgGetTotalTodayMorning",
    "msgGetTotalTodayNow",
];

impl Broker {
    pub(super) fn runtime_info(&self) -> Answered {
        let mut table: Map<_, _> = IDLE
            .iter()
            .map(|name| ((*name).to_owned(), json!("0")))
            .collect();
        for (name, value) in [
            ("brokerVersionDesc", "onsmq-devserver"),
            ("brokerActive", "true"),
            ("putTps", "0.0 0.0 0.0"),
            ("getTransferedTps", "0.0 0.0 0.0"),
            ("getTransferredTps", "0.0 0.0 0.0"),
        ] {
            table.insert(name.to_owned(), json!(value));
        }
        let now = clock::now_ms().to_string();
        table.insert("earliestMessageTimeStamp".to_owned(), json!(now));
        Ok(with_body(json!({ "table": table }).to_string()))
    }

    pub(super) fn topic_stats(&self, request: &Command) -> Answered {
        let name = request.fields.required("topic")?;
        let topic = self
            .topics
            .get(name)
            .ok_or_else(|| super::topics::no_such_topic(name, ""))?;
        let rows = topic.queues().iter().map(|queue| {
            let max = queue.max_offset();
            let last = queue.message(max - 1).map_or(0, |it| it.store_timestamp());
            let row = json!({"minOffset": 0, "maxOffset": max, "lastUpdateTimestamp": last});
            (self.queue_name(name, queue.id()), row)
        });
        let table = by_queue(rows);
        Ok(with_body(format!("{{\"offsetTable\":{table}}}")))
    }

    pub(super) fn topic_config(&self, request: &Command) -> Answered {
        let name = request.fields.required("topic")?;
        let topic = self
            .topics
            .get(name)
            .ok_or_else(|| super::topics::no_such_topic(name, ""))?;
        let config = json!({
            "topicName": name,
            "readQueueNums": topic.config.read_queues,
            "writeQueueNums": topic.config.write_queues,
            "perm": topic.config.perm,
            "topicFilterType": "SINGLE_TAG",
            "topicSysFlag": topic.config.sys_flag,
            "order": topic.config.order,
            "attributes": {},
        });
        Ok(with_body(config.to_string()))
    }

    pub(super) fn consume_stats(&self, request: &Command) -> Answered {
        let group = request.fields.required("consumerGroup")?;
        let asked = request.fields.get("topic").filter(|it| !it.is_empty());
        let mut topics = match asked {
            Some(topic) => BTreeSet::from([topic.to_owned()]),
            None => self.topics_of_group(group),
        };
        if asked.is_none() {
            topics.insert(names::retry_topic(group));
        }
        let rows = topics.iter().flat_map(|topic| {
            self.progress(group, topic).into_iter().map(move |it| {
                let row = json!({
                    "brokerOffset": it.max_offset,
                    "consumerOffset": it.consumer_offset,
                    "pullOffset": it.consumer_offset,
                    "lastTimestamp": it.consumed_timestamp,
                });
                (self.queue_name(topic, it.queue_id), row)
            })
        });
        let table = by_queue(rows);
        let tps: f64 = topics.iter().map(|it| self.consume_tps(group, it)).sum();
        let body = format!("{{\"consumeTps\":{tps:.2},\"offsetTable\":{table}}}");
        Ok(with_body(body))
    }

    pub(super) fn consumer_connections(&self, request: &Command) -> Answered {
        let group = request.fields.required("consumerGroup")?;
        let view = self.consumer_group(group).ok_or_else(|| {
            let text = format!("the consumer group[{group}] not online");
            Refusal::new(CONSUMER_NOT_ONLINE, text)
        })?;
        let subscriptions: Map<_, _> = view
            .subscriptions
            .iter()
            .map(|it| (it.topic.clone(), json!(**it)))
            .collect();
        let body = json!({
            "connectionSet": view.members.iter().map(connection).collect::<Vec<_>>(),
            "subscriptionTable": subscriptions,
            "consumeType": view.consume_type,
            "messageModel": view.message_model,
            "consumeFromWhere": view.from_where,
        });
        Ok(with_body(body.to_string()))
    }

    pub(super) fn groups_by_topic(&self, request: &Command) -> Answered {
        let groups = self.groups_of_topic(request.fields.required("topic")?);
        Ok(with_body(json!({ "groupList": groups }).to_string()))
    }

    pub(super) fn reset_by_operator(&self, request: &Command) -> Answered {
        let fields = &request.fields;
        let (group, topic) = (fields.required("group")?, fields.required("topic")?);
        let time: i64 = fields.parse_required("timestamp")?;
        let offsets = self.reset_offsets(group, topic, Some(time).filter(|it| *it >= 0))?;
        let queue = |queue_id| QueueRef {
            topic: topic.to_owned(),
            broker_name: self.name.clone(),
            queue_id,
        };
        let reset = ResetOffsets {
            offsets: offsets.iter().map(|(id, it)| (queue(*id), *it)).collect(),
        };
        let mut answer = success();
        answer.body = reset.encode()?.into();
        Ok(answer.into())
    }

    fn queue_name(&self, topic: &str, queue_id: i32) -> Value {
        json!({"brokerName": self.name, "queueId": queue_id, "topic": topic})
    }
}

fn connection(member: &Member) -> Value {
    let introduced = member.peer.introduced();
    json!({
        "clientId": member.client_id,
        "clientAddr": member.peer.address.to_string(),
        "language": introduced.map(|(language, _)| language.name()),
        "version": introduced.map(|(_, version)| version),
    })
}

/// fastjson's form of a map whose keys are objects, which Java's tools read and no other JSON is.
fn by_queue(rows: impl Iterator<Item = (Value, Value)>) -> String {
    let mut text = String::from("{");
    for (queue, row) in rows {
        let comma = if text.len() > 1 { "," } else { "" };
        // Writing to a string does not fail.
        let _ = write!(text, "{comma}{queue}:{row}");
    }
    text.push('}');
    text
}

fn with_body(text: String) -> Outcome {
    let mut answer = success();
    answer.body = text.into();
    answer.into()
}
