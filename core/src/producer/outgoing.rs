//! A message as it goes out.

use bytes::Bytes;
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::message::rules::{self, Illegal};

use crate::instance::{Instance, now_ms};
use crate::{Error, Message, Result};

/// A message that was checked and written for the wire, all but its queue.
pub(super) struct Outgoing {
    /// The topic as the application names it.
    pub(super) topic: String,
    /// As it travels.
    pub(super) wire_topic: String,
    pub(super) message_id: String,
    pub(super) properties: String,
    pub(super) body: Bytes,
    pub(super) born_timestamp: i64,
}

impl Outgoing {
    /// Checks a message, and gives it its id.
    ///
    /// # Errors
    /// [`ErrorKind::IllegalMessage`](crate::ErrorKind::IllegalMessage).
    pub(super) fn new(message: Message, instance: &Instance, max_body: usize) -> Result<Self> {
        let born_timestamp = now_ms();
        let message_id = instance.ids.next(born_timestamp);
        let properties = encode(
            &message,
            message_id.as_str(),
            instance.namespace.as_deref(),
            max_body,
        )
        .map_err(|fault| Error::illegal_message(fault.to_string()).with_topic(&message.topic))?;
        Ok(Self {
            wire_topic: instance.wrap(&message.topic),
            topic: message.topic,
            message_id: message_id.to_string(),
            properties,
            body: message.body,
            born_timestamp,
        })
    }
}

fn encode(
    message: &Message,
    message_id: &str,
    namespace: Option<&str>,
    max_body: usize,
) -> Result<String, Illegal> {
    rules::topic(&message.topic)?;
    rules::body(message.body.len(), max_body)?;
    let mut text = String::with_capacity(128);
    properties::push(&mut text, name::UNIQ_KEY, message_id);
    for (name, value, what) in [
        (name::TAGS, &message.tag, "the tag"),
        (name::KEYS, &message.key, "the key"),
    ] {
        if let Some(value) = value {
            rules::no_separator(&what, value)?;
            properties::push(&mut text, name, value);
        }
    }
    if let Some(namespace) = namespace {
        properties::push(&mut text, name::INSTANCE_ID, namespace);
    }
    for (name, value) in &message.properties {
        rules::user_property(name, value)?;
        properties::push(&mut text, name, value);
    }
    rules::properties_len(text.len())?;
    Ok(text)
}
