//! CONSUMER_SEND_MSG_BACK: a message comes again later, or is dead (Java's
//! `AbstractSendMessageProcessor.consumerSendMsgBack`).

use onsmq_proto::codec::{Command, ResponseCode};
use onsmq_proto::message::StoredMessage;
use onsmq_proto::message::properties::name;
use onsmq_proto::names;

use super::Broker;
use super::properties::edit;
use super::put::Draft;
use super::send::max_reconsume_times;
use crate::answer::{Answered, Refusal, success};
use crate::store::NewMessage;

/// The level of a first retry: 10 s. Each further one is a level higher.
const FIRST_RETRY_LEVEL: i32 = 3;

impl Broker {
    pub(super) fn send_back(&self, request: &Command) -> Answered {
        let fields = &request.fields;
        let group = fields.required("group")?;
        let offset = fields.parse_required("offset")?;
        let level: i32 = fields.parse_required("delayLevel")?;
        let max = max_reconsume_times(request, fields.parse("maxReconsumeTimes")?);
        self.groups.make_known(group)?;
        let retry_topic = self.group_topic(&names::retry_topic(group))?;
        let message = self.log.find(offset).ok_or_else(|| {
            let text = format!("look message by offset failed, {offset}");
            Refusal::new(ResponseCode::SYSTEM_ERROR, text)
        })?;
        let times = message.reconsume_times();
        let (topic, level) = if times >= max || level < 0 {
            (self.group_topic(&names::dlq_topic(group))?, 0)
        } else if level == 0 {
            (retry_topic, FIRST_RETRY_LEVEL.saturating_add(times))
        } else {
            (retry_topic, level)
        };
        self.put(&mut Draft {
            topic,
            queue_id: 0,
            properties: properties(&message, level),
            message: NewMessage {
                reconsume_times: times.saturating_add(1),
                prepared_transaction_offset: 0,
                ..NewMessage::again(&message, "")
            },
        })?;
        Ok(success().into())
    }
}

/// Where a message came from first stays with it, however often it comes again.
fn properties(message: &StoredMessage, level: i32) -> String {
    let id = message.offset_message_id();
    let level = level.to_string();
    let origin_topic = message.property(name::RETRY_TOPIC);
    let origin_id = message.property(name::ORIGIN_MESSAGE_ID);
    let changes = [
        (
            name::RETRY_TOPIC,
            Some(origin_topic.unwrap_or(message.topic())),
        ),
        (
            name::ORIGIN_MESSAGE_ID,
            Some(origin_id.unwrap_or(id.as_str())),
        ),
        (name::WAIT, Some("false")),
        (name::DELAY, Some(level.as_str())),
    ];
    edit(message.raw_properties(), &changes)
}
