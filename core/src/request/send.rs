//! SEND_MESSAGE_V2: a message to a queue; SEND_BATCH_MESSAGE: several (`wire.md`, section 7).

use bytes::Bytes;
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};
use onsmq_proto::message::id::OffsetMessageId;
use onsmq_proto::names::DEFAULT_TOPIC;

use super::malformed;
use crate::{Error, Result};

/// How many queues a topic gets that the broker makes on its first message: Java's.
const DEFAULT_TOPIC_QUEUE_NUMS: i32 = 4;

pub(crate) struct Send<'a> {
    pub(crate) group: &'a str,
    pub(crate) topic: &'a str,
    pub(crate) queue_id: i32,
    pub(crate) sys_flag: i32,
    pub(crate) born_timestamp: i64,
    pub(crate) properties: &'a str,
    pub(crate) reconsume_times: i32,
    pub(crate) max_reconsume_times: Option<i32>,
    pub(crate) body: Bytes,
}

impl Send<'_> {
    pub(crate) fn command(self) -> Command {
        self.command_of(RequestCode::SEND_MESSAGE_V2)
    }

    /// The same for a body that holds several messages.
    pub(crate) fn batch_command(self) -> Command {
        self.command_of(RequestCode::SEND_BATCH_MESSAGE)
    }

    fn command_of(self, code: RequestCode) -> Command {
        let mut fields = ExtFields::with_text_capacity(17, 192 + self.properties.len());
        fields
            .push("a", self.group)
            .push("b", self.topic)
            .push("c", DEFAULT_TOPIC)
            .push("d", DEFAULT_TOPIC_QUEUE_NUMS)
            .push("e", self.queue_id)
            .push("f", self.sys_flag)
            .push("g", self.born_timestamp)
            .push("h", 0)
            // None is the same as empty ones, and lets the header be a binary one.
            .push_some("i", Some(self.properties).filter(|it| !it.is_empty()))
            .push("j", self.reconsume_times)
            .push("k", false)
            .push_some("l", self.max_reconsume_times)
            .push("m", code == RequestCode::SEND_BATCH_MESSAGE);
        Command::request(code, fields, self.body)
    }
}

/// Where a message is stored.
pub(crate) struct Sent {
    pub(crate) queue_id: i32,
    pub(crate) queue_offset: i64,
    pub(crate) commit_log_offset: i64,
    pub(crate) transaction_id: Option<String>,
    /// On disk and on slaves, as the broker is configured to wait for.
    pub(crate) is_safe: bool,
    /// All of the answer's fields: message trace has use for more of them.
    pub(crate) fields: ExtFields,
}

pub(crate) fn answer(answer: Command) -> Result<Sent> {
    match answer.response_code() {
        // The last three: stored, but not yet on disk or on a slave. Java's client answers those
        // as results too.
        ResponseCode::SUCCESS
        | ResponseCode::FLUSH_DISK_TIMEOUT
        | ResponseCode::SLAVE_NOT_AVAILABLE
        | ResponseCode::FLUSH_SLAVE_TIMEOUT => {
            let is_safe = answer.response_code() == ResponseCode::SUCCESS;
            let parse = || {
                Ok(Sent {
                    queue_id: answer.fields.parse_required("queueId")?,
                    queue_offset: answer.fields.parse_required("queueOffset")?,
                    // Only the outcome of a transaction needs it.
                    commit_log_offset: answer
                        .fields
                        .get("msgId")
                        .and_then(|id| id.parse::<OffsetMessageId>().ok())
                        .map_or(-1, |id| id.commit_log_offset),
                    transaction_id: answer.fields.get("transactionId").map(str::to_owned),
                    is_safe,
                    fields: answer.fields,
                })
            };
            parse().map_err(|error| malformed("a send", error))
        }
        code => Err(Error::refused("the message", code, answer.remark)),
    }
}
