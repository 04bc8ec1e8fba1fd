//! What an `ons_message_t` holds.

use std::ffi::{c_char, c_void};

use onsmq::{Message, MessageExt};

use crate::boundary::{guard_or, ons_view_t, text};
use crate::message::{Kind, Received, ons_message_t};

/// The topic that it is sent to; of a message that comes again, the one that it was sent to first.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_topic(message: Option<&ons_message_t>) -> ons_view_t {
    ons_view_t::text(message.and_then(|it| it.part(|m| Some(m.topic()), |m| Some(m.topic()))))
}

/// The body.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_body(message: Option<&ons_message_t>) -> ons_view_t {
    ons_view_t::bytes(match message.map(|message| &message.0) {
        None => &[],
        Some(Kind::Outgoing(message)) => message.body(),
        Some(Kind::Received(received)) => received.message.body(),
    })
}

/// The tag, or nothing.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_tag(message: Option<&ons_message_t>) -> ons_view_t {
    ons_view_t::text(message.and_then(|it| it.part(Message::get_tag, MessageExt::tag)))
}

/// The key, or nothing.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_key(message: Option<&ons_message_t>) -> ons_view_t {
    ons_view_t::text(message.and_then(|it| it.part(Message::get_key, MessageExt::key)))
}

/// The sharding key, or nothing.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_sharding_key(message: Option<&ons_message_t>) -> ons_view_t {
    ons_view_t::text(
        message.and_then(|it| it.part(Message::get_sharding_key, MessageExt::sharding_key)),
    )
}

/// When the message is, or was, to be delivered, in ms since 1970; 0 where that was not set.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_start_deliver_time(message: Option<&ons_message_t>) -> i64 {
    let time = message.and_then(|message| match &message.0 {
        Kind::Outgoing(message) => message.get_start_deliver_time(),
        Kind::Received(received) => received.message.start_deliver_time(),
    });
    time.unwrap_or(0)
}

/// The value of a user property; of a received message also of a system property. Nothing where
/// there is none, or `name` is not UTF-8.
///
/// # Safety
/// `name` points to as many bytes as said.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_message_property(
    message: Option<&ons_message_t>,
    name: *const c_char,
    name_len: usize,
) -> ons_view_t {
    // SAFETY: as this function requires.
    let name = unsafe { text(name, name_len, "name") }.unwrap_or_default();
    ons_view_t::text(message.and_then(|it| it.part(|m| m.get_property(name), |m| m.property(name))))
}

/// Called with each of some properties.
pub type ons_property_fn =
    Option<unsafe extern "C" fn(userdata: *mut c_void, name: ons_view_t, value: ons_view_t)>;

/// Calls `visit` with each user property, in their order, on this thread, before it returns.
///
/// # Safety
/// `visit` can be called with `userdata`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_message_each_property(
    message: Option<&ons_message_t>,
    visit: ons_property_fn,
    userdata: *mut c_void,
) {
    guard_or((), || {
        let (Some(message), Some(visit)) = (message, visit) else {
            return;
        };
        for (name, value) in message.user_properties() {
            let (name, value) = (ons_view_t::text(Some(name)), ons_view_t::text(Some(value)));
            // SAFETY: the caller gave the function and its userdata for each other.
            unsafe { visit(userdata, name, value) };
        }
    });
}

fn received(message: Option<&ons_message_t>) -> Option<&Received> {
    match &message?.0 {
        Kind::Outgoing(_) => None,
        Kind::Received(received) => Some(received),
    }
}

fn ext(message: Option<&ons_message_t>) -> Option<&MessageExt> {
    received(message).map(|received| &received.message)
}

/// The id of a received message: the one that its sender was answered.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_id(message: Option<&ons_message_t>) -> ons_view_t {
    ons_view_t::text(received(message).map(Received::message_id))
}

/// How often a received message was delivered before; 0 for one to be sent.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_reconsume_times(message: Option<&ons_message_t>) -> i32 {
    ext(message).map_or(0, MessageExt::reconsume_times)
}

/// When a received message was made, in ms since 1970; 0 for one to be sent.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_born_timestamp(message: Option<&ons_message_t>) -> i64 {
    ext(message).map_or(0, MessageExt::born_timestamp)
}

/// Where a received message was made, as `address:port`.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_born_host(message: Option<&ons_message_t>) -> ons_view_t {
    ons_view_t::text(received(message).map(Received::born_host))
}

/// When the broker stored a received message, in ms since 1970; 0 for one to be sent.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_store_timestamp(message: Option<&ons_message_t>) -> i64 {
    ext(message).map_or(0, MessageExt::store_timestamp)
}

/// The broker that holds a received message.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_broker_name(message: Option<&ons_message_t>) -> ons_view_t {
    ons_view_t::text(ext(message).map(MessageExt::broker_name))
}

/// The queue that holds a received message; -1 for one to be sent.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_queue_id(message: Option<&ons_message_t>) -> i32 {
    ext(message).map_or(-1, MessageExt::queue_id)
}

/// A received message's place in its queue; -1 for one to be sent.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_queue_offset(message: Option<&ons_message_t>) -> i64 {
    ext(message).map_or(-1, MessageExt::queue_offset)
}
