//! Single messages: VIEW_MESSAGE_BY_ID and QUERY_MESSAGE.

use std::ops::ControlFlow;

use bytes::BytesMut;
use onsmq_proto::codec::{Command, ResponseCode};
use onsmq_proto::message::properties::name;
use onsmq_proto::message::{StoredMessage, StoredMessages};

use super::Broker;
use crate::answer::{Answered, Refusal, success};
use crate::clock;
use crate::store::{Ask, Filter, Queue};

/// How many messages a query by unique key may give (`defaultQueryMaxNum`).
const BY_UNIQUE_KEY: usize = 32;
/// How many bytes a query looks at before it lets others at the queue.
const STEP: usize = 256 * 1024;
/// An answer of more bytes would be of no use.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// What is looked for.
struct Wanted<'a> {
    key: &'a str,
    begin: i64,
    end: i64,
    max: usize,
}

impl Broker {
    pub(super) fn view_message(&self, request: &Command) -> Answered {
        let offset = request.fields.parse_required("offset")?;
        let message = self.log.find(offset).ok_or_else(|| {
            let text = format!("can not find message by the offset, {offset}");
            Refusal::new(ResponseCode::SYSTEM_ERROR, text)
        })?;
        let mut answer = success();
        answer.body = message.record().clone();
        Ok(answer.into())
    }

    /// There is no index of keys: the topic's messages are looked through.
    pub(super) fn query_message(&self, request: &Command) -> Answered {
        let fields = &request.fields;
        let is_unique = fields.get("_UNIQUE_KEY_QUERY") == Some("true");
        let max: i32 = fields.parse_required("maxNum")?;
        let wanted = Wanted {
            key: fields.required("key")?,
            begin: fields.parse_required("beginTimestamp")?,
            end: fields.parse_required("endTimestamp")?,
            max: match is_unique {
                true => BY_UNIQUE_KEY,
                false => usize::try_from(max).unwrap_or(0),
            },
        };
        let mut found = BytesMut::new();
        let mut count = 0;
        let topic = self.topics.get(fields.required("topic")?);
        for queue in topic.iter().flat_map(|topic| topic.queues()) {
            each_message(queue, |message| {
                if count >= wanted.max || found.len() >= MAX_ANSWER {
                    return ControlFlow::Break(());
                }
                if wanted.is(&message) {
                    count += 1;
                    found.extend_from_slice(message.record());
                }
                ControlFlow::Continue(())
            });
        }
        let mut fields = onsmq_proto::codec::ExtFields::new();
        fields
            .push("indexLastUpdatePhyoffset", self.log.end())
            .push("indexLastUpdateTimestamp", clock::now_ms());
        if found.is_empty() {
            let text = "can not find message, maybe time range not correct";
            return Err(Refusal::new(ResponseCode::QUERY_NOT_FOUND, text).with_fields(fields));
        }
        let mut answer = success();
        answer.fields = fields;
        answer.body = found.freeze();
        Ok(answer.into())
    }
}

/// Looks at a queue's messages, from the first one on, until it is enough.
pub(super) fn each_message(queue: &Queue, mut look: impl FnMut(StoredMessage) -> ControlFlow<()>) {
    let mut offset = 0;
    while offset < queue.max_offset() {
        let read = queue.read(&Ask {
            offset,
            max_messages: usize::MAX,
            max_bytes: STEP,
            filter: &Filter::All,
        });
        offset = read.next_offset;
        for message in StoredMessages::new(read.records).flatten() {
            if look(message).is_break() {
                return;
            }
        }
    }
}

/// Whether a message is found by this key: its unique id, or one of those that its sender gave it.
pub(super) fn has_key(message: &StoredMessage, key: &str) -> bool {
    let keys = message.property(name::KEYS).unwrap_or_default();
    message.property(name::UNIQ_KEY) == Some(key) || keys.split(' ').any(|it| it == key)
}

impl Wanted<'_> {
    fn is(&self, message: &StoredMessage) -> bool {
        has_key(message, self.key) && (self.begin..=self.end).contains(&message.store_timestamp())
    }
}
