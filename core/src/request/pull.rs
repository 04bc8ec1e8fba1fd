//! PULL_MESSAGE: messages of a queue, now or as soon as some come (`wire.md`, section 8).

use std::time::Duration;

use bytes::Bytes;
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};
use onsmq_proto::machine::MessageQueue;
use onsmq_proto::subscription::SubscriptionData;

use super::malformed;
use crate::{Error, Result};

/// How long a broker may hold a pull that finds nothing: Java's.
pub(crate) const SUSPEND: Duration = Duration::from_secs(15);
/// Brokers look at the pulls that they hold every 5 s, and an answer has its way to go.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// The broker may hold the request. The two other bits that Java's clients use are not needed:
/// offsets are committed by requests of their own, and subscriptions come by heartbeat.
const MAY_SUSPEND: i32 = 2;
/// What 5.x gives in one answer.
const MAX_BYTES: i32 = 4 << 20;

pub(crate) struct Pull<'a> {
    pub(crate) group: &'a str,
    pub(crate) queue: &'a MessageQueue,
    pub(crate) offset: i64,
    pub(crate) max_messages: i32,
    pub(crate) subscription: &'a SubscriptionData,
}

impl Pull<'_> {
    pub(crate) fn command(&self) -> Command {
        let mut fields = ExtFields::with_capacity(16);
        fields
            .push("consumerGroup", self.group)
            .push("topic", &*self.queue.topic)
            .push("queueId", self.queue.queue_id)
            .push("queueOffset", self.offset)
            .push("maxMsgNums", self.max_messages)
            .push("sysFlag", MAY_SUSPEND)
            .push("commitOffset", 0)
            .push("suspendTimeoutMillis", SUSPEND.as_millis())
            .push("subscription", self.subscription.sub_string.as_str())
            .push("subVersion", self.subscription.sub_version)
            .push("expressionType", self.subscription.expression_type.as_str())
            .push("maxMsgBytes", MAX_BYTES);
        Command::request(RequestCode::PULL_MESSAGE, fields, Bytes::new())
    }
}

/// What a pull brought.
pub(crate) enum Pulled {
    /// Messages, and where the next pull begins.
    Found {
        messages: Bytes,
        next: i64,
        suggested_broker: i64,
    },
    /// None, or none that is wanted; where the next pull begins.
    Nothing { next: i64 },
    /// The offset is out of the queue's range, or was reset: where to go on.
    Moved { next: i64 },
    /// The broker does not know this group or subscription, or not in its newest form.
    SubscriptionUnknown,
}

pub(crate) fn answer(answer: Command) -> Result<Pulled> {
    const WHAT: &str = "a pull";
    let next = |answer: &Command| {
        answer
            .fields
            .parse_required("nextBeginOffset")
            .map_err(|error| malformed(WHAT, error))
    };
    match answer.response_code() {
        ResponseCode::SUCCESS => Ok(Pulled::Found {
            next: next(&answer)?,
            suggested_broker: answer
                .fields
                .parse("suggestWhichBrokerId")
                .ok()
                .flatten()
                .unwrap_or(0),
            messages: answer.body,
        }),
        ResponseCode::PULL_NOT_FOUND | ResponseCode::PULL_RETRY_IMMEDIATELY => {
            Ok(Pulled::Nothing {
                next: next(&answer)?,
            })
        }
        ResponseCode::PULL_OFFSET_MOVED => Ok(Pulled::Moved {
            next: next(&answer)?,
        }),
        ResponseCode::SUBSCRIPTION_NOT_EXIST | ResponseCode::SUBSCRIPTION_NOT_LATEST => {
            Ok(Pulled::SubscriptionUnknown)
        }
        code => Err(Error::refused(WHAT, code, answer.remark)),
    }
}
