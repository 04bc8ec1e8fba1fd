//! Offsets: what a group has consumed, and what a queue holds.

use bytes::Bytes;
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};
use onsmq_proto::machine::MessageQueue;

use super::{malformed, success};
use crate::Result;

/// QUERY_CONSUMER_OFFSET: what the group has consumed of a queue. Brokers answer 0 for a group that
/// has no offset where the queue's first message is still at hand; those of 5.x do not where that
/// is not wanted: `exact`.
pub(crate) fn query(group: &str, queue: &MessageQueue, exact: bool) -> Command {
    let mut fields = ExtFields::new();
    fields
        .push("consumerGroup", group)
        .push("topic", &*queue.topic)
        .push("queueId", queue.queue_id);
    if exact {
        fields.push("setZeroIfNotFound", false);
    }
    Command::request(RequestCode::QUERY_CONSUMER_OFFSET, fields, Bytes::new())
}

/// The offset; `None` where none is stored.
pub(crate) fn queried(answer: Command) -> Result<Option<i64>> {
    match answer.response_code() {
        ResponseCode::QUERY_NOT_FOUND => Ok(None),
        _ => offset("a group's offset", answer).map(Some),
    }
}

/// UPDATE_CONSUMER_OFFSET: the group has consumed the queue up to an offset.
pub(crate) fn update(group: &str, queue: &MessageQueue, offset: i64) -> Command {
    let mut fields = ExtFields::new();
    fields
        .push("consumerGroup", group)
        .push("topic", &*queue.topic)
        .push("queueId", queue.queue_id)
        .push("commitOffset", offset);
    Command::request(RequestCode::UPDATE_CONSUMER_OFFSET, fields, Bytes::new())
}

pub(crate) fn updated(answer: Command) -> Result<()> {
    success("storing a group's offset", answer).map(drop)
}

/// GET_MAX_OFFSET: one past the last message of a queue.
pub(crate) fn max(queue: &MessageQueue) -> Command {
    let mut fields = ExtFields::new();
    fields
        .push("topic", &*queue.topic)
        .push("queueId", queue.queue_id);
    Command::request(RequestCode::GET_MAX_OFFSET, fields, Bytes::new())
}

/// SEARCH_OFFSET_BY_TIMESTAMP: the first message of a queue that was stored at a time or later.
/// Where there is none, the end of the queue, or on 4.x the last message.
pub(crate) fn at_time(queue: &MessageQueue, timestamp: i64) -> Command {
    let mut fields = ExtFields::new();
    fields
        .push("topic", &*queue.topic)
        .push("queueId", queue.queue_id)
        .push("timestamp", timestamp);
    Command::request(
        RequestCode::SEARCH_OFFSET_BY_TIMESTAMP,
        fields,
        Bytes::new(),
    )
}

pub(crate) fn found(answer: Command) -> Result<i64> {
    offset("a place in a queue", answer)
}

fn offset(what: &str, answer: Command) -> Result<i64> {
    success(what, answer)?
        .fields
        .parse_required("offset")
        .map_err(|error| malformed(what, error))
}
