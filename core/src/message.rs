//! Messages as users see them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use compact_str::CompactString;
pub use onsmq_proto::message::id::UniqueId as MessageId;

/// A message to be sent.
///
/// Nothing is checked before it is sent: then what cannot travel is an
/// [`IllegalMessage`](crate::ErrorKind::IllegalMessage) error that says what to change.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Message {
    pub(crate) topic: CompactString,
    pub(crate) body: Bytes,
    pub(crate) tag: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) sharding_key: Option<String>,
    pub(crate) start_deliver_time: Option<i64>,
    pub(crate) properties: Vec<(String, String)>,
}

impl Message {
    /// A message for a topic (1 to 255 characters of `a-z A-Z 0-9 - _`) with a body of 1 byte to
    /// 4 MiB.
    #[must_use]
    pub fn new(topic: impl AsRef<str>, body: impl Into<Bytes>) -> Self {
        Self {
            topic: CompactString::new(topic),
            body: body.into(),
            ..Self::default()
        }
    }

    /// Sets the tag, which subscriptions choose by.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.set_tag(tag);
        self
    }

    /// Sets the key, which the message can be looked up by; several between blanks.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.set_key(key);
        self
    }

    /// Sets the sharding key, which an [`OrderProducer`](crate::OrderProducer) does by itself.
    #[must_use]
    pub fn sharding_key(mut self, key: impl Into<String>) -> Self {
        self.set_sharding_key(key);
        self
    }

    /// Sets the sharding key in place; an empty one is none.
    pub fn set_sharding_key(&mut self, key: impl Into<String>) {
        self.sharding_key = Some(key.into()).filter(|key| !key.is_empty());
    }

    /// Sets when the message is delivered, in ms since 1970: at most 40 days ahead; a time that has
    /// passed means now.
    #[must_use]
    pub const fn start_deliver_time(mut self, time: i64) -> Self {
        self.set_start_deliver_time(Some(time));
        self
    }

    /// Sets when the message is delivered in place.
    pub const fn set_start_deliver_time(&mut self, time: Option<i64>) {
        self.start_deliver_time = time;
    }

    /// Sets a user property. Neither name nor value may be empty, hold U+0001 or U+0002, or be a
    /// name that RocketMQ keeps for itself. The last value of a name counts.
    #[must_use]
    pub fn property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set_property(name, value);
        self
    }

    /// Sets a user property in place.
    pub fn set_property(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.properties.retain(|(it, _)| *it != name);
        self.properties.push((name, value.into()));
    }

    /// Sets the tag in place; an empty one is none.
    pub fn set_tag(&mut self, tag: impl Into<String>) {
        self.tag = Some(tag.into()).filter(|tag| !tag.is_empty());
    }

    /// Sets the key in place; an empty one is none.
    pub fn set_key(&mut self, key: impl Into<String>) {
        self.key = Some(key.into()).filter(|key| !key.is_empty());
    }

    /// The topic.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The tag that was set.
    #[must_use]
    pub fn get_tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The key that was set.
    #[must_use]
    pub fn get_key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The sharding key that was set.
    #[must_use]
    pub fn get_sharding_key(&self) -> Option<&str> {
        self.sharding_key.as_deref()
    }

    /// When the message is delivered, where that was set.
    #[must_use]
    pub const fn get_start_deliver_time(&self) -> Option<i64> {
        self.start_deliver_time
    }

    /// The value of a user property that was set.
    #[must_use]
    pub fn get_property(&self, name: &str) -> Option<&str> {
        self.user_properties()
            .find(|(it, _)| *it == name)
            .map(|(_, value)| value)
    }

    /// The user properties that were set, in their order.
    pub fn user_properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.properties
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Given: where it has to be kept, it is.
impl From<Message> for Cow<'_, Message> {
    fn from(message: Message) -> Self {
        Cow::Owned(message)
    }
}

/// Lent: where it has to be kept, it is cloned.
impl<'m> From<&'m Message> for Cow<'m, Message> {
    fn from(message: &'m Message) -> Self {
        Cow::Borrowed(message)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("topic", &self.topic)
            .field("body_len", &self.body.len())
            .field("tag", &self.tag)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// What `send` answers: the message is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendResult {
    /// The message's id: 32 upper-case hexadecimal digits, the form that Java's client makes.
    pub message_id: MessageId,
    /// The topic.
    pub topic: Arc<str>,
    /// The broker that stored it.
    pub broker_name: Arc<str>,
    /// The queue that holds it.
    pub queue_id: i32,
    /// Its place in the queue.
    pub queue_offset: i64,
}

impl fmt::Display for SendResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SendResult[topic={}, messageId={}, queue={}#{}, offset={}]",
            self.topic, self.message_id, self.broker_name, self.queue_id, self.queue_offset
        )
    }
}

/// What a listener says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// It is done with.
    CommitMessage,
    /// It is to come again later.
    ReconsumeLater,
}

impl Action {
    /// Both, by the vendor's names.
    pub const VALUES: [(&'static str, Self); 2] = [
        ("CommitMessage", Self::CommitMessage),
        ("ReconsumeLater", Self::ReconsumeLater),
    ];
}
