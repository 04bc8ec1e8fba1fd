//! `ons_message_t`: messages to be sent, and messages that were received. How they are made.

use std::borrow::Cow;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use bytes::Bytes;
use onsmq::{Error, ErrorKind, Message, MessageExt, Result};

use crate::boundary::{arg, bytes, guard, guard_or, put, text};
use crate::callback::{Userdata, ons_destroy_fn};
use crate::error::ons_error_t;

/// A message. One that is to be sent may be changed, by one thread at a time; one that was
/// received may only be read, by any. Views of its parts live as long as it does, and until the
/// next change.
#[derive(Debug, Clone)]
pub struct ons_message_t(pub(crate) Kind);

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Outgoing(Message),
    Received(Received),
}

/// A message that was received, and the texts of it that have to be made.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) message: MessageExt,
    message_id: OnceLock<String>,
    born_host: OnceLock<String>,
}

impl Received {
    pub(crate) fn message_id(&self) -> &str {
        self.message_id.get_or_init(|| self.message.message_id())
    }

    pub(crate) fn born_host(&self) -> &str {
        self.born_host
            .get_or_init(|| self.message.born_host().to_string())
    }
}

impl From<MessageExt> for ons_message_t {
    fn from(message: MessageExt) -> Self {
        let (message_id, born_host) = (OnceLock::new(), OnceLock::new());
        Self(Kind::Received(Received {
            message,
            message_id,
            born_host,
        }))
    }
}

impl ons_message_t {
    /// The message to be sent. One that was received is sent on as a new one.
    pub(crate) fn to_send(&self) -> Cow<'_, Message> {
        match &self.0 {
            Kind::Outgoing(message) => Cow::Borrowed(message),
            Kind::Received(received) => Cow::Owned(resent(&received.message)),
        }
    }

    /// For callers in Rust: the message that was received.
    #[must_use]
    pub const fn received(&self) -> Option<&MessageExt> {
        match &self.0 {
            Kind::Outgoing(_) => None,
            Kind::Received(received) => Some(&received.message),
        }
    }

    fn outgoing(&mut self) -> Result<&mut Message> {
        match &mut self.0 {
            Kind::Outgoing(message) => Ok(message),
            Kind::Received(_) => Err(Error::new(
                ErrorKind::InvalidState,
                "a message that was received cannot be changed: make a new one",
            )),
        }
    }

    pub(crate) fn part<'a>(
        &'a self,
        outgoing: impl FnOnce(&'a Message) -> Option<&'a str>,
        received: impl FnOnce(&'a MessageExt) -> Option<&'a str>,
    ) -> Option<&'a str> {
        match &self.0 {
            Kind::Outgoing(message) => outgoing(message),
            Kind::Received(message) => received(&message.message),
        }
    }

    pub(crate) fn user_properties(&self) -> Box<dyn Iterator<Item = (&str, &str)> + '_> {
        match &self.0 {
            Kind::Outgoing(message) => Box::new(message.user_properties()),
            Kind::Received(received) => Box::new(received.message.user_properties()),
        }
    }
}

fn resent(message: &MessageExt) -> Message {
    let mut resent = Message::new(message.topic(), message.body_bytes());
    if let Some(tag) = message.tag() {
        resent = resent.tag(tag);
    }
    if let Some(key) = message.key() {
        resent = resent.key(key);
    }
    if let Some(sharding_key) = message.sharding_key() {
        resent = resent.sharding_key(sharding_key);
    }
    for (name, value) in message.user_properties() {
        resent.set_property(name, value);
    }
    resent
}

/// Makes a message to be sent. Topic and body are copied. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT. Whether the message can be sent is checked when it is.
///
/// # Safety
/// `topic` and `body` point to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_message_new(
    topic: *const c_char,
    topic_len: usize,
    body: *const u8,
    body_len: usize,
    out: Option<&mut MaybeUninit<Box<ons_message_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let out = arg(out, "out")?;
        // SAFETY: as this function requires.
        let (topic, body) = unsafe {
            (
                text(topic, topic_len, "topic")?,
                bytes(body, body_len, "body")?,
            )
        };
        let message = Message::new(topic, Bytes::copy_from_slice(body));
        put(out, Box::new(ons_message_t(Kind::Outgoing(message))));
        Ok(())
    })
}

/// Makes a message to be sent out of a body that is not copied: the library reads it until it
/// calls `release` with `userdata`, once, on any thread, when neither the message nor a send needs
/// it any more; also where this function fails. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT.
///
/// # Safety
/// `topic` points to as many bytes as said; `body` does, unchanged, until `release` is called.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_message_new_borrowed(
    topic: *const c_char,
    topic_len: usize,
    body: *const u8,
    body_len: usize,
    release: ons_destroy_fn,
    userdata: *mut c_void,
    out: Option<&mut MaybeUninit<Box<ons_message_t>>>,
) -> Option<Box<ons_error_t>> {
    let owner = Userdata::new(userdata, release);
    guard(|| {
        let out = arg(out, "out")?;
        // SAFETY: as this function requires; the body's life ends with `owner`.
        let (topic, body) = unsafe {
            (
                text(topic, topic_len, "topic")?,
                bytes(body, body_len, "body")?,
            )
        };
        let body = Bytes::from_owner(Lent {
            body,
            _owner: owner,
        });
        put(
            out,
            Box::new(ons_message_t(Kind::Outgoing(Message::new(topic, body)))),
        );
        Ok(())
    })
}

/// Bytes of a caller's, for as long as the owner is held.
struct Lent {
    body: &'static [u8],
    _owner: Userdata,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.body
    }
}

/// Makes a copy that is the caller's own, of a message to be sent or of a received one, for use
/// after its delivery is freed. The body is shared, not copied. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_clone(
    message: Option<&ons_message_t>,
    out: Option<&mut MaybeUninit<Box<ons_message_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let (message, out) = (arg(message, "message")?, arg(out, "out")?);
        put(out, Box::new(message.clone()));
        Ok(())
    })
}

/// Sets the tag, which subscriptions choose by; empty for none. Copied. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT, ONS_CODE_INVALID_STATE for a message that was received.
///
/// # Safety
/// `tag` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_message_set_tag(
    message: Option<&mut ons_message_t>,
    tag: *const c_char,
    tag_len: usize,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let message = arg(message, "message")?.outgoing()?;
        // SAFETY: as this function requires.
        message.set_tag(unsafe { text(tag, tag_len, "tag") }?);
        Ok(())
    })
}

/// Sets the key, which the message can be looked up by; several between blanks, empty for none.
/// Copied. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT, ONS_CODE_INVALID_STATE for a message that was received.
///
/// # Safety
/// `key` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_message_set_key(
    message: Option<&mut ons_message_t>,
    key: *const c_char,
    key_len: usize,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let message = arg(message, "message")?.outgoing()?;
        // SAFETY: as this function requires.
        message.set_key(unsafe { text(key, key_len, "key") }?);
        Ok(())
    })
}

/// Sets the sharding key: messages of one key go to one queue when an order producer sends them,
/// and are consumed in their order. Empty for none. Copied. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT, ONS_CODE_INVALID_STATE for a message that was received.
///
/// # Safety
/// `sharding_key` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_message_set_sharding_key(
    message: Option<&mut ons_message_t>,
    sharding_key: *const c_char,
    sharding_key_len: usize,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let message = arg(message, "message")?.outgoing()?;
        // SAFETY: as this function requires.
        message.set_sharding_key(unsafe { text(sharding_key, sharding_key_len, "sharding_key") }?);
        Ok(())
    })
}

/// Sets when the message is to be delivered, in ms since 1970: at most 40 days ahead, which is
/// checked when it is sent; a time that has passed means now, 0 at once. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT, ONS_CODE_INVALID_STATE for a message that was received.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_set_start_deliver_time(
    message: Option<&mut ons_message_t>,
    start_deliver_time: i64,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let message = arg(message, "message")?.outgoing()?;
        message.set_start_deliver_time(Some(start_deliver_time).filter(|time| *time != 0));
        Ok(())
    })
}

/// Sets a user property; the last value of a name counts. Copied. Neither may be empty, hold
/// U+0001 or U+0002, or be a name that RocketMQ keeps for itself, which is checked when the
/// message is sent. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT, ONS_CODE_INVALID_STATE for a message that was received.
///
/// # Safety
/// `name` and `value` point to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_message_set_property(
    message: Option<&mut ons_message_t>,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let message = arg(message, "message")?.outgoing()?;
        // SAFETY: as this function requires.
        let (name, value) = unsafe {
            (
                text(name, name_len, "name")?,
                text(value, value_len, "value")?,
            )
        };
        message.set_property(name, value);
        Ok(())
    })
}

/// Frees a message that the caller made or cloned. NULL: nothing happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_free(message: Option<Box<ons_message_t>>) {
    guard_or((), || drop(message));
}
