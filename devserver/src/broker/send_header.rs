//! The fields of a sent message, by their long names and by one letter each.

use onsmq_proto::WireError;
use onsmq_proto::codec::{Command, RequestCode};

/// What SEND_MESSAGE, SEND_MESSAGE_V2 and SEND_BATCH_MESSAGE say of what they carry.
#[derive(Debug)]
pub(super) struct SendHeader<'a> {
    pub(super) topic: &'a str,
    pub(super) default_topic: &'a str,
    pub(super) default_topic_queues: i32,
    pub(super) queue_id: i32,
    pub(super) sys_flag: i32,
    pub(super) born_timestamp: i64,
    pub(super) flag: i32,
    pub(super) properties: &'a str,
    pub(super) reconsume_times: i32,
    pub(super) max_reconsume_times: Option<i32>,
    pub(super) is_batch: bool,
}

/// What the fields are called.
struct Names {
    producer_group: &'static str,
    topic: &'static str,
    default_topic: &'static str,
    default_topic_queues: &'static str,
    queue_id: &'static str,
    sys_flag: &'static str,
    born_timestamp: &'static str,
    flag: &'static str,
    properties: &'static str,
    reconsume_times: &'static str,
    max_reconsume_times: &'static str,
    is_batch: &'static str,
}

const LONG: Names = Names {
    producer_group: "producerGroup",
    topic: "topic",
    default_topic: "defaultTopic",
    default_topic_queues: "defaultTopicQueueNums",
    queue_id: "queueId",
    sys_flag: "sysFlag",
    born_timestamp: "bornTimestamp",
    flag: "flag",
    properties: "properties",
    reconsume_times: "reconsumeTimes",
    max_reconsume_times: "maxReconsumeTimes",
    is_batch: "batch",
};

const SHORT: Names = Names {
    producer_group: "a",
    topic: "b",
    default_topic: "c",
    default_topic_queues: "d",
    queue_id: "e",
    sys_flag: "f",
    born_timestamp: "g",
    flag: "h",
    properties: "i",
    reconsume_times: "j",
    max_reconsume_times: "l",
    is_batch: "m",
};

impl<'a> SendHeader<'a> {
    pub(super) fn parse(request: &'a Command) -> Result<Self, WireError> {
        let names = match request.request_code() {
            RequestCode::SEND_MESSAGE => &LONG,
            _ => &SHORT,
        };
        // The order in which clients write them, and so this one.
        let mut fields = request.fields.in_order();
        // Not used, but must be there.
        fields.required(names.producer_group)?;
        Ok(Self {
            topic: fields.required(names.topic)?,
            default_topic: fields.required(names.default_topic)?,
            default_topic_queues: fields.parse_required(names.default_topic_queues)?,
            queue_id: fields.parse_required(names.queue_id)?,
            sys_flag: fields.parse_required(names.sys_flag)?,
            born_timestamp: fields.parse_required(names.born_timestamp)?,
            flag: fields.parse_required(names.flag)?,
            properties: fields.get(names.properties).unwrap_or_default(),
            reconsume_times: fields.parse(names.reconsume_times)?.unwrap_or(0),
            max_reconsume_times: fields.parse(names.max_reconsume_times)?,
            is_batch: fields.parse(names.is_batch)?.unwrap_or(false),
        })
    }
}
