//! Messages.

use std::ffi::c_void;

use onsmq_ffi::{
    ons_message_body, ons_message_born_host, ons_message_born_timestamp, ons_message_broker_name,
    ons_message_clone, ons_message_each_property, ons_message_id, ons_message_key, ons_message_new,
    ons_message_property, ons_message_queue_id, ons_message_queue_offset,
    ons_message_reconsume_times, ons_message_set_key, ons_message_set_property,
    ons_message_set_sharding_key, ons_message_set_start_deliver_time, ons_message_set_tag,
    ons_message_sharding_key, ons_message_start_deliver_time, ons_message_store_timestamp,
    ons_message_t, ons_message_tag, ons_message_topic, ons_view_t,
};

use crate::Result;
use crate::abi::{self, check, str_parts};

/// A message that is one's own: to be sent, or a copy of one that was received.
#[derive(Debug)]
pub struct Message(pub(crate) Box<ons_message_t>);

/// A message that belongs to somebody else.
#[derive(Debug, Clone, Copy)]
pub struct MessageView<'a>(pub(crate) &'a ons_message_t);

impl Message {
    /// A message to be sent. The body is copied.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn new(topic: &str, body: &[u8]) -> Result<Self> {
        let (topic, topic_len) = str_parts(topic);
        abi::out(|out| {
            // SAFETY: both point to as many bytes as said.
            unsafe { ons_message_new(topic, topic_len, body.as_ptr(), body.len(), out) }
        })
        .map(Self)
    }

    /// # Errors
    /// [`Error`](crate::Error), for a message that was received.
    pub fn set_tag(&mut self, tag: &str) -> Result<()> {
        let (tag, len) = str_parts(tag);
        // SAFETY: the pointer is to as many bytes as said.
        check(unsafe { ons_message_set_tag(Some(&mut self.0), tag, len) })
    }

    /// # Errors
    /// [`Error`](crate::Error), for a message that was received.
    pub fn set_key(&mut self, key: &str) -> Result<()> {
        let (key, len) = str_parts(key);
        // SAFETY: the pointer is to as many bytes as said.
        check(unsafe { ons_message_set_key(Some(&mut self.0), key, len) })
    }

    /// # Errors
    /// [`Error`](crate::Error), for a message that was received.
    pub fn set_property(&mut self, name: &str, value: &str) -> Result<()> {
        let ((name, name_len), (value, value_len)) = (str_parts(name), str_parts(value));
        check(
            // SAFETY: both point to as many bytes as said.
            unsafe {
                ons_message_set_property(Some(&mut self.0), name, name_len, value, value_len)
            },
        )
    }

    /// # Errors
    /// [`Error`](crate::Error), for a message that was received.
    pub fn set_sharding_key(&mut self, key: &str) -> Result<()> {
        let (key, len) = str_parts(key);
        // SAFETY: the pointer is to as many bytes as said.
        check(unsafe { ons_message_set_sharding_key(Some(&mut self.0), key, len) })
    }

    /// In ms since 1970; 0 for none.
    ///
    /// # Errors
    /// [`Error`](crate::Error), for a message that was received.
    pub fn set_start_deliver_time(&mut self, time: i64) -> Result<()> {
        check(ons_message_set_start_deliver_time(Some(&mut self.0), time))
    }

    /// What it holds.
    #[must_use]
    pub fn view(&self) -> MessageView<'_> {
        MessageView(&self.0)
    }
}

impl<'a> MessageView<'a> {
    /// A copy of one's own, which shares the body.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn to_owned(self) -> Result<Message> {
        abi::out(|out| ons_message_clone(Some(self.0), out)).map(Message)
    }

    /// The topic.
    #[must_use]
    pub fn topic(self) -> &'a str {
        abi::text(ons_message_topic(Some(self.0)), self.0)
    }

    /// The body.
    #[must_use]
    pub fn body(self) -> &'a [u8] {
        abi::bytes(ons_message_body(Some(self.0)), self.0)
    }

    /// The tag.
    #[must_use]
    pub fn tag(self) -> Option<&'a str> {
        abi::some_text(ons_message_tag(Some(self.0)), self.0)
    }

    /// The key.
    #[must_use]
    pub fn key(self) -> Option<&'a str> {
        abi::some_text(ons_message_key(Some(self.0)), self.0)
    }

    /// The sharding key.
    #[must_use]
    pub fn sharding_key(self) -> Option<&'a str> {
        abi::some_text(ons_message_sharding_key(Some(self.0)), self.0)
    }

    /// When it is, or was, to be delivered, in ms since 1970, where that was set.
    #[must_use]
    pub fn start_deliver_time(self) -> Option<i64> {
        Some(ons_message_start_deliver_time(Some(self.0))).filter(|time| *time != 0)
    }

    /// A property: of the user, or of a received message also the system's.
    #[must_use]
    pub fn property(self, name: &str) -> Option<&'a str> {
        let (name, len) = str_parts(name);
        // SAFETY: the pointer is to as many bytes as said.
        abi::some_text(
            unsafe { ons_message_property(Some(self.0), name, len) },
            self.0,
        )
    }

    /// The user properties, in their order.
    #[must_use]
    pub fn properties(self) -> Vec<(&'a str, &'a str)> {
        unsafe extern "C" fn visit(list: *mut c_void, name: ons_view_t, value: ons_view_t) {
            // SAFETY: `properties` gives a list that outlives the call, and nobody else uses it.
            let list = unsafe { &mut *list.cast::<Vec<(ons_view_t, ons_view_t)>>() };
            list.push((name, value));
        }
        let mut views = Vec::<(ons_view_t, ons_view_t)>::new();
        let list: *mut Vec<_> = &raw mut views;
        // SAFETY: the function takes a list of that type.
        unsafe { ons_message_each_property(Some(self.0), Some(visit), list.cast()) };
        let text = |view| abi::text(view, self.0);
        views
            .into_iter()
            .map(|(name, value)| (text(name), text(value)))
            .collect()
    }

    /// The id of a received message.
    #[must_use]
    pub fn message_id(self) -> Option<&'a str> {
        abi::some_text(ons_message_id(Some(self.0)), self.0)
    }

    /// How often a received message was delivered before.
    #[must_use]
    pub fn reconsume_times(self) -> i32 {
        ons_message_reconsume_times(Some(self.0))
    }

    /// When a received message was made, in ms since 1970.
    #[must_use]
    pub fn born_timestamp(self) -> i64 {
        ons_message_born_timestamp(Some(self.0))
    }

    /// Where a received message was made.
    #[must_use]
    pub fn born_host(self) -> Option<&'a str> {
        abi::some_text(ons_message_born_host(Some(self.0)), self.0)
    }

    /// When the broker stored a received message, in ms since 1970.
    #[must_use]
    pub fn store_timestamp(self) -> i64 {
        ons_message_store_timestamp(Some(self.0))
    }

    /// The broker that holds a received message.
    #[must_use]
    pub fn broker_name(self) -> Option<&'a str> {
        abi::some_text(ons_message_broker_name(Some(self.0)), self.0)
    }

    /// The queue that holds a received message.
    #[must_use]
    pub fn queue_id(self) -> i32 {
        ons_message_queue_id(Some(self.0))
    }

    /// A received message's place in its queue.
    #[must_use]
    pub fn queue_offset(self) -> i64 {
        ons_message_queue_offset(Some(self.0))
    }
}
