//! A message as it goes out.

use bytes::Bytes;
use onsmq_proto::message::batch::ENTRY_OVERHEAD;
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::message::rules::{self, Illegal};
use onsmq_proto::message::sys_flag;
use tracing::Span;

use super::leaving::Draft;
use super::stored::Stored;
use super::topic::Topic;
use crate::instance::{Instance, now_ms};
use crate::trace;
use crate::{Error, Message, MessageId, Result};

/// A message that was checked and written for the wire, all but its queue. In a batch it is without
/// its [`Content`].
pub(crate) struct Outgoing {
    pub(super) topic: Topic,
    pub(crate) message_id: MessageId,
    pub(crate) properties: String,
    pub(super) body: Bytes,
    pub(super) born_timestamp: i64,
    pub(super) sys_flag: i32,
    sharding_key: Option<String>,
    is_ordered: bool,
    pub(crate) start_deliver_time: Option<i64>,
}

/// What a message takes into its entry of a batch. It is only lent: most messages enter a batch at
/// once, where it is copied to.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    pub(super) body: &'a Bytes,
    pub(super) properties: &'a str,
}

impl Content<'_> {
    /// The bytes that it takes in a batch.
    pub(super) const fn bytes(self) -> usize {
        ENTRY_OVERHEAD + self.body.len() + self.properties.len()
    }
}

impl Outgoing {
    /// A message that was checked. What it holds is still to come, with [`hold`](Self::hold).
    pub(super) fn new(draft: &Draft, topic: Topic, message: &Message) -> Self {
        Self {
            sharding_key: message.sharding_key.clone(),
            start_deliver_time: message.start_deliver_time,
            ..Self::shared(draft, topic)
        }
    }

    /// The same for one that [may share](may_share) a batch.
    pub(super) const fn shared(draft: &Draft, topic: Topic) -> Self {
        Self {
            topic,
            message_id: draft.message_id,
            properties: String::new(),
            body: Bytes::new(),
            born_timestamp: draft.born_timestamp,
            sys_flag: 0,
            sharding_key: None,
            is_ordered: false,
            start_deliver_time: None,
        }
    }

    /// A message of this client's own, whose topic is in no namespace.
    ///
    /// # Errors
    /// As [`write`].
    pub(super) fn of_system(message: &Message, instance: &Instance) -> Result<Self> {
        let mut properties = String::new();
        let (message_id, born_timestamp) =
            write(message, instance, rules::MAX_BODY, None, &mut properties)?;
        let draft = Draft {
            message_id,
            born_timestamp,
            begun: None,
            span: Span::none(),
        };
        let mut outgoing = Self::new(&draft, Topic::new(&message.topic, None), message);
        outgoing.hold(message.body.clone(), properties);
        Ok(outgoing)
    }

    /// Has it be whole.
    pub(super) fn hold(&mut self, body: Bytes, properties: String) {
        (self.body, self.properties) = (body, properties);
    }

    /// It goes to the queue of its sharding key, and nowhere else.
    pub(super) const fn bind_to_its_queue(&mut self) {
        self.is_ordered = true;
    }

    /// What the queue is computed from; none where any will do.
    pub(crate) fn order_key(&self) -> Option<&str> {
        self.sharding_key.as_deref().filter(|_| self.is_ordered)
    }

    /// Makes it a half message. `immunity` is how long the broker is not to ask for its outcome,
    /// in seconds.
    ///
    /// # Errors
    /// [`ErrorKind::IllegalMessage`](crate::ErrorKind::IllegalMessage) for a timed message, which
    /// brokers do not take as a half one.
    pub(super) fn make_half(&mut self, group: &str, immunity: u32) -> Result<()> {
        if self.start_deliver_time.is_some() {
            return Err(Error::illegal_message(
                "a transactional message cannot have a start-deliver time: leave it out",
            )
            .with_topic(self.topic.plain()));
        }
        self.sys_flag |= sys_flag::TRANSACTION_PREPARED;
        properties::push(&mut self.properties, name::TRANSACTION_PREPARED, "true");
        properties::push(&mut self.properties, name::PRODUCER_GROUP, group);
        let immunity = immunity.to_string();
        // The vendor's brokers read the first, Apache's the second.
        properties::push(&mut self.properties, name::CHECK_IMMUNITY_TIME, &immunity);
        properties::push(
            &mut self.properties,
            name::APACHE_CHECK_IMMUNITY_TIME,
            &immunity,
        );
        Ok(())
    }

    /// An error that is this message's.
    pub(super) fn told_of(&self, error: Error) -> Error {
        error
            .with_topic(self.topic.plain())
            .with_message_id(&self.message_id)
    }

    /// Whether it may leave together with others: what a batch says counts for all in it.
    pub(super) const fn may_share(&self) -> bool {
        !self.is_ordered && self.start_deliver_time.is_none() && self.sys_flag == 0
    }

    /// Whether it is the first half of a transaction.
    pub(crate) const fn is_half(&self) -> bool {
        self.sys_flag & sys_flag::TRANSACTION_PREPARED != 0
    }

    /// What it holds.
    pub(super) fn content(&self) -> Content<'_> {
        Content {
            body: &self.body,
            properties: &self.properties,
        }
    }

    /// What kind of message it is to spans.
    pub(super) fn kind(&self) -> &'static str {
        match self.start_deliver_time {
            _ if self.is_half() => "transaction",
            _ if self.order_key().is_some() => "fifo",
            Some(_) => "delay",
            None => SHARED_KIND,
        }
    }

    /// What message trace tells of it.
    pub(super) fn for_trace<'a>(&'a self, group: &'a str, stored: &'a Stored) -> trace::Sent<'a> {
        trace::Sent {
            group,
            topic: &stored.result.topic,
            message_id: &stored.result.message_id,
            properties: &self.properties,
            store_host: &stored.answer.address,
        }
    }

    /// What kind of message it is to message trace.
    pub(super) const fn message_type(&self) -> trace::MessageType {
        match self.start_deliver_time {
            _ if self.is_half() => trace::MessageType::Half,
            Some(_) => trace::MessageType::Delayed,
            None => trace::MessageType::Normal,
        }
    }
}

/// What kind of message to spans those are that [may share](may_share) a batch.
pub(super) const SHARED_KIND: &str = "normal";

/// Whether a message that was not changed may leave together with others: see
/// [`Outgoing::may_share`].
pub(super) const fn may_share(message: &Message) -> bool {
    message.start_deliver_time.is_none()
}

/// Checks a message, and gives it its id and its time, in ms since 1970. Its properties are written
/// into `properties`.
///
/// # Errors
/// [`ErrorKind::IllegalMessage`](crate::ErrorKind::IllegalMessage).
pub(super) fn write(
    message: &Message,
    instance: &Instance,
    max_body: usize,
    namespace: Option<&str>,
    properties: &mut String,
) -> Result<(MessageId, i64)> {
    let born_timestamp = now_ms();
    let message_id = instance.ids.next(born_timestamp);
    encode(message, &message_id, namespace, max_body, properties)
        .map_err(|fault| Error::illegal_message(fault.to_string()).with_topic(&message.topic))?;
    Ok((message_id, born_timestamp))
}

fn encode(
    message: &Message,
    message_id: &str,
    namespace: Option<&str>,
    max_body: usize,
    text: &mut String,
) -> Result<(), Illegal> {
    rules::topic(&message.topic)?;
    rules::body(message.body.len(), max_body)?;
    properties::push(text, name::UNIQ_KEY, message_id);
    for (name, value, what) in [
        (name::TAGS, &message.tag, "the tag"),
        (name::KEYS, &message.key, "the key"),
        (
            name::SHARDING_KEY,
            &message.sharding_key,
            "the sharding key",
        ),
    ] {
        if let Some(value) = value {
            rules::no_separator(&what, value)?;
            properties::push(text, name, value);
        }
    }
    if let Some(namespace) = namespace {
        properties::push(text, name::INSTANCE_ID, namespace);
    }
    if let Some(time) = message.start_deliver_time {
        rules::start_deliver_time(time, now_ms())?;
        properties::push(text, name::START_DELIVER_TIME, &time.to_string());
    }
    for (name, value) in &message.properties {
        rules::user_property(name, value)?;
        properties::push(text, name, value);
    }
    rules::properties_len(text.len())
}
