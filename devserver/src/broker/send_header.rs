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

/// What the fields are called, in the order in which clients write them.
const LONG: [&str; 13] = [
    "producerGroup",
    "topic",
    "defaultTopic",
    "defaultTopicQueueNums",
    "queueId",
    "sysFlag",
    "bornTimestamp",
    "flag",
    "properties",
    "reconsumeTimes",
    "unitMode",
    "maxReconsumeTimes",
    "batch",
];

/// The same of SEND_MESSAGE_V2 and SEND_BATCH_MESSAGE.
const SHORT: [&str; 13] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
];

impl<'a> SendHeader<'a> {
    pub(super) fn parse(request: &'a Command) -> Result<Self, WireError> {
        let names = match request.request_code() {
            RequestCode::SEND_MESSAGE => &LONG,
            _ => &SHORT,
        };
        let [
            producer_group,
            topic,
            default_topic,
            default_topic_queues,
            queue_id,
            sys_flag,
            born_timestamp,
            flag,
            properties,
            reconsume_times,
            // Not used, but sent by all.
            _unit_mode,
            max_reconsume_times,
            is_batch,
        ] = request.fields.select(names);
        // Not used, but must be there.
        producer_group.required()?;
        Ok(Self {
            topic: topic.required()?,
            default_topic: default_topic.required()?,
            default_topic_queues: default_topic_queues.parse_required()?,
            queue_id: queue_id.parse_required()?,
            sys_flag: sys_flag.parse_required()?,
            born_timestamp: born_timestamp.parse_required()?,
            flag: flag.parse_required()?,
            properties: properties.get().unwrap_or_default(),
            reconsume_times: reconsume_times.parse()?.unwrap_or(0),
            max_reconsume_times: max_reconsume_times.parse()?,
            is_batch: is_batch.parse()?.unwrap_or(false),
        })
    }
}
