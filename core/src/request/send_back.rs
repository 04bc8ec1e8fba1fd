//! CONSUMER_SEND_MSG_BACK: a message is to come again later (`wire.md`, section 10).

use bytes::Bytes;
use onsmq_proto::codec::{Command, ExtFields, RequestCode};

use super::success;
use crate::{MessageExt, Result};

/// When it comes again.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Delay {
    /// The broker chooses: 10 s, 30 s, 1 m and so on, by how often the message came.
    BrokerChooses = 0,
    /// The listener took too long: the level that Java asks for then, 10 s.
    Late = 3,
}

pub(crate) fn command(
    group: &str,
    origin_topic: &str,
    message: &MessageExt,
    delay: Delay,
    max_reconsume_times: i32,
) -> Command {
    let mut fields = ExtFields::with_capacity(11);
    fields
        .push("offset", message.stored().commit_log_offset())
        .push("group", group)
        .push("delayLevel", delay as i32)
        .push("originMsgId", message.message_id())
        .push("originTopic", origin_topic)
        .push("unitMode", false)
        .push("maxReconsumeTimes", max_reconsume_times);
    Command::request(RequestCode::CONSUMER_SEND_MSG_BACK, fields, Bytes::new())
}

pub(crate) fn answer(answer: Command) -> Result<()> {
    success("sending a message back", answer).map(drop)
}
