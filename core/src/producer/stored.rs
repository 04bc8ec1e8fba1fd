//! Messages that a broker has stored.

use std::sync::Arc;

use onsmq_proto::codec::ExtFields;
use onsmq_proto::machine::MessageQueue;

use crate::{MessageId, SendResult};

/// A message that a broker has stored, and where.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) result: SendResult,
    pub(super) answer: Arc<Answer>,
    /// Which of those that were stored together it is.
    pub(super) place: usize,
}

/// What a broker said of the messages that it stored with one request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) address: String,
    pub(super) commit_log_offset: i64,
    pub(super) transaction_id: Option<String>,
    /// On disk and on slaves, as the broker is configured to wait for.
    pub(super) is_safe: bool,
    pub(super) fields: ExtFields,
    /// Whether message trace has a record for each of them.
    pub(super) is_recorded: bool,
}

impl Stored {
    /// The id that the broker gave the message: its place in the log.
    pub(super) fn offset_message_id(&self) -> &str {
        let ids = self.answer.fields.get("msgId").unwrap_or_default();
        ids.split(',').nth(self.place).unwrap_or_default()
    }
}

/// Where a request's first message is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) queue_id: i32,
    pub(super) queue_offset: i64,
}

impl Place {
    /// Where the message is stored that is so many places behind the first.
    pub(super) fn at(self, queue: &MessageQueue, behind: u32, answer: &Arc<Answer>) -> At {
        At {
            broker_name: Arc::clone(&queue.broker_name),
            queue_id: self.queue_id,
            queue_offset: self.queue_offset + i64::from(behind),
            answer: Arc::clone(answer),
            place: behind as usize,
        }
    }
}

/// Where a message is stored.
pub(super) struct At {
    broker_name: Arc<str>,
    queue_id: i32,
    queue_offset: i64,
    answer: Arc<Answer>,
    place: usize,
}

impl At {
    pub(super) fn of(self, message_id: MessageId, topic: Arc<str>) -> Stored {
        Stored {
            result: SendResult {
                message_id,
                topic,
                broker_name: self.broker_name,
                queue_id: self.queue_id,
                queue_offset: self.queue_offset,
            },
            answer: self.answer,
            place: self.place,
        }
    }
}
