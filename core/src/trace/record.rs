//! What is recorded, and when.

use std::sync::Arc;

use onsmq_proto::codec::ExtFields;
use onsmq_proto::message::properties::{self, name};
use tokio::time::Instant;

use super::batch::Record;
use super::destination::Destination;
use super::encode::{EndTransaction, Pub, SubAfter, SubBefore, Subject};
use crate::instance::{Instance, now_ms};
use crate::{Action, MessageExt, TransactionStatus};

pub(crate) use super::encode::MessageType;

/// A message that was sent, as far as records tell of it.
pub(crate) struct Sent<'a> {
    pub(crate) group: &'a str,
    pub(crate) topic: &'a str,
    pub(crate) message_id: &'a str,
    pub(crate) properties: &'a str,
    pub(crate) store_host: &'a str,
}

impl Sent<'_> {
    fn subject(&self) -> Subject<'_> {
        Subject {
            group: self.group,
            topic: self.topic,
            message_id: self.message_id,
            tag: properties::get(self.properties, name::TAGS),
            keys: properties::get(self.properties, name::KEYS),
        }
    }
}

/// How a send went.
pub(crate) struct Published<'a> {
    pub(crate) sent: Sent<'a>,
    /// What the broker answered.
    pub(crate) answer: &'a ExtFields,
    /// The id that the broker gave it.
    pub(crate) offset_message_id: &'a dyn Fn() -> &'a str,
    pub(crate) begun: Instant,
    pub(crate) time: i64,
    pub(crate) body_length: usize,
    pub(crate) message_type: MessageType,
    /// Stored, on disk and on slaves as the broker wants it.
    pub(crate) success: bool,
}

/// Whether what a broker has stored is recorded, by what it answered.
pub(crate) fn is_recorded(instance: &Instance, answer: &ExtFields) -> bool {
    let destination = instance.trace.destination(|name| answer.get(name));
    destination.is_some()
}

/// A message was stored.
pub(crate) fn published(instance: &Arc<Instance>, published: &Published<'_>) {
    let answer = published.answer;
    let to = instance.trace.destination(|name| answer.get(name));
    let Some(to) = to else { return };
    let text = Pub {
        time: published.time,
        store_host: published.sent.store_host,
        body_length: published.body_length,
        cost_ms: published.begun.elapsed().as_millis(),
        message_type: published.message_type,
        offset_message_id: (published.offset_message_id)(),
        success: published.success,
    }
    .encode(&to, &published.sent.subject());
    push(instance, &to, text, &published.sent.subject());
}

/// The outcome of a half message, and who asked for it.
pub(crate) struct Ended<'a> {
    pub(crate) half: Sent<'a>,
    /// What the broker answered the half message with. Where it comes from the broker, its own
    /// properties say the same.
    pub(crate) answer: Option<&'a ExtFields>,
    pub(crate) transaction_id: Option<&'a str>,
    pub(crate) status: TransactionStatus,
    pub(crate) from_check: bool,
}

/// A broker was told the outcome of a half message. The vendor's SDK has no such records.
pub(crate) fn ended(instance: &Arc<Instance>, ended: &Ended<'_>) {
    let half = |name: &str| match ended.answer {
        Some(answer) => answer.get(name),
        None => properties::get(ended.half.properties, name),
    };
    let to = instance.trace.destination(half);
    let Some(to) = to.filter(|to| !to.is_vendors) else {
        return;
    };
    let text = EndTransaction {
        time: now_ms(),
        store_host: ended.half.store_host,
        transaction_id: ended.transaction_id,
        status: ended.status,
        from_check: ended.from_check,
    }
    .encode(&to, &ended.half.subject());
    push(instance, &to, text, &ended.half.subject());
}

/// Whether it is recorded what becomes of a message, by what its broker has written into it.
pub(crate) fn is_consuming_recorded(instance: &Instance, message: &MessageExt) -> bool {
    let destination = instance.trace.destination(|name| message.property(name));
    destination.is_some()
}

/// A message in the hands of a listener.
pub(crate) struct Consuming {
    to: Destination,
    request_id: String,
    begun: Instant,
    time: i64,
}

impl Consuming {
    /// A message is handed over. None where that is not recorded.
    pub(crate) fn begin(
        instance: &Arc<Instance>,
        group: &str,
        message: &MessageExt,
    ) -> Option<Box<Self>> {
        let to = instance.trace.destination(|name| message.property(name))?;
        let time = now_ms();
        let request_id = instance.ids.next(time).to_string();
        let message_id = message.message_id();
        let subject = consumed(group, message, &message_id);
        let text = SubBefore {
            time,
            request_id: &request_id,
            retry_times: message.reconsume_times(),
        }
        .encode(&to, &subject);
        push(instance, &to, text, &subject);
        Some(Box::new(Self {
            to,
            request_id,
            begun: Instant::now(),
            time,
        }))
    }

    /// It was said what becomes of the message.
    pub(crate) fn end(
        &self,
        instance: &Arc<Instance>,
        group: &str,
        message: &MessageExt,
        action: Action,
    ) {
        let message_id = message.message_id();
        let subject = consumed(group, message, &message_id);
        let text = SubAfter {
            time: self.time,
            request_id: &self.request_id,
            cost_ms: self.begun.elapsed().as_millis(),
            success: action == Action::CommitMessage,
        }
        .encode(&self.to, &subject);
        push(instance, &self.to, text, &subject);
    }
}

fn consumed<'a>(group: &'a str, message: &'a MessageExt, message_id: &'a str) -> Subject<'a> {
    Subject {
        group,
        topic: message.topic(),
        message_id,
        tag: message.tag(),
        keys: message.key(),
    }
}

fn push(instance: &Arc<Instance>, to: &Destination, text: String, subject: &Subject<'_>) {
    // Records of records would have no end.
    if subject.topic == &*to.topic {
        return;
    }
    let record = Record {
        topic: Arc::clone(&to.topic),
        text,
        message_id: subject.message_id.to_owned(),
        keys: subject.keys.map(str::to_owned),
    };
    instance.trace.push(instance, record);
}
