//! Messages that were received, as users see them.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use onsmq_proto::message::{StoredMessage, properties, properties::name};

/// A message that was received: a view of the frame that carried it. Cloning copies no bytes.
///
/// It shares what one pull brought with the others of it: so it is small, and is cloned and moved
/// on its way to a listener at the price of a counter.
#[derive(Clone)]
pub struct MessageExt {
    brought: Arc<Brought>,
    at: u32,
    /// Deliveries by this client alone, which the broker has not counted.
    local_reconsume_times: i32,
}

/// The messages that one pull brought.
pub(crate) struct Brought {
    pub(crate) messages: Vec<StoredMessage>,
    /// The topic that they were sent to, as the application writes it.
    pub(crate) topic: Arc<str>,
    pub(crate) broker_name: Arc<str>,
}

impl Brought {
    /// Each of them.
    pub(crate) fn each(self) -> impl ExactSizeIterator<Item = MessageExt> {
        let brought = Arc::new(self);
        (0..brought.messages.len()).map(move |at| MessageExt {
            brought: Arc::clone(&brought),
            at: u32::try_from(at).unwrap_or_default(),
            local_reconsume_times: 0,
        })
    }
}

impl MessageExt {
    /// A message that came alone.
    pub(crate) fn alone(stored: StoredMessage, topic: Arc<str>, broker_name: Arc<str>) -> Self {
        let messages = vec![stored];
        Self {
            brought: Arc::new(Brought {
                messages,
                topic,
                broker_name,
            }),
            at: 0,
            local_reconsume_times: 0,
        }
    }

    pub(crate) fn stored(&self) -> &StoredMessage {
        &self.brought.messages[self.at as usize]
    }

    /// It is delivered so many times more without the broker's knowing.
    pub(crate) const fn delivered_again(&mut self, times: i32) {
        self.local_reconsume_times += times;
    }

    /// The topic that it was sent to, also when it comes again through the group's retry topic.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.brought.topic
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.stored().body()
    }

    /// The body, sharing the memory of the frame that carried it.
    #[must_use]
    pub fn body_bytes(&self) -> Bytes {
        self.stored().body_bytes()
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.stored().property(name::TAGS)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.stored().property(name::KEYS)
    }

    /// The sharding key of an ordered message.
    #[must_use]
    pub fn sharding_key(&self) -> Option<&str> {
        self.stored().property(name::SHARDING_KEY)
    }

    /// When it was to be delivered, in ms since 1970.
    #[must_use]
    pub fn start_deliver_time(&self) -> Option<i64> {
        self.stored()
            .property(name::START_DELIVER_TIME)?
            .parse()
            .ok()
    }

    /// The user properties, in their order.
    pub fn user_properties(&self) -> impl Iterator<Item = (&str, &str)> {
        properties::user_entries(self.stored().raw_properties())
    }

    /// All properties, the system's among them, as they are stored.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        properties::entries(self.stored().raw_properties())
    }

    /// A property, of the user or of the system.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        self.stored().property(name)
    }

    /// The id: the one that `send` answered.
    #[must_use]
    pub fn message_id(&self) -> String {
        self.stored().message_id()
    }

    /// How often it was delivered before.
    #[must_use]
    pub fn reconsume_times(&self) -> i32 {
        self.stored().reconsume_times() + self.local_reconsume_times
    }

    /// When it was made, in ms since 1970.
    #[must_use]
    pub fn born_timestamp(&self) -> i64 {
        self.stored().born_timestamp()
    }

    /// Where it was made, as the broker saw it.
    #[must_use]
    pub fn born_host(&self) -> SocketAddr {
        self.stored().born_host()
    }

    /// When the broker stored it, in ms since 1970.
    #[must_use]
    pub fn store_timestamp(&self) -> i64 {
        self.stored().store_timestamp()
    }

    /// The broker that holds it.
    #[must_use]
    pub fn broker_name(&self) -> &str {
        &self.brought.broker_name
    }

    /// The queue that holds it.
    #[must_use]
    pub fn queue_id(&self) -> i32 {
        self.stored().queue_id()
    }

    /// Its place in the queue.
    #[must_use]
    pub fn queue_offset(&self) -> i64 {
        self.stored().queue_offset()
    }
}

impl fmt::Debug for MessageExt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageExt")
            .field("topic", &self.topic())
            .field("message_id", &self.message_id())
            .field("body_len", &self.body().len())
            .field("tag", &self.tag())
            .field("key", &self.key())
            .field("reconsume_times", &self.reconsume_times())
            .finish_non_exhaustive()
    }
}
