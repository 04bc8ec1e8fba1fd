//! `ons_send_result_t`.

use std::sync::OnceLock;

use onsmq::SendResult;

use crate::boundary::{guard_or, ons_view_t};

/// A message is stored. Owned by whoever it was given to.
#[derive(Debug)]
pub struct ons_send_result_t {
    result: SendResult,
    text: OnceLock<String>,
}

impl From<SendResult> for ons_send_result_t {
    fn from(result: SendResult) -> Self {
        Self {
            result,
            text: OnceLock::new(),
        }
    }
}

impl ons_send_result_t {
    /// For callers in Rust: the result itself.
    #[must_use]
    pub fn into_inner(self) -> SendResult {
        self.result
    }
}

/// The message's id: 32 hexadecimal digits. Lives as long as the result.
#[unsafe(no_mangle)]
pub extern "C" fn ons_send_result_message_id(result: Option<&ons_send_result_t>) -> ons_view_t {
    ons_view_t::text(result.map(|it| it.result.message_id.as_str()))
}

/// The topic. Lives as long as the result.
#[unsafe(no_mangle)]
pub extern "C" fn ons_send_result_topic(result: Option<&ons_send_result_t>) -> ons_view_t {
    ons_view_t::text(result.map(|it| &*it.result.topic))
}

/// The broker that stored it. Lives as long as the result.
#[unsafe(no_mangle)]
pub extern "C" fn ons_send_result_broker_name(result: Option<&ons_send_result_t>) -> ons_view_t {
    ons_view_t::text(result.map(|it| &*it.result.broker_name))
}

/// The queue that holds it; -1 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ons_send_result_queue_id(result: Option<&ons_send_result_t>) -> i32 {
    result.map_or(-1, |it| it.result.queue_id)
}

/// Its place in the queue; -1 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ons_send_result_queue_offset(result: Option<&ons_send_result_t>) -> i64 {
    result.map_or(-1, |it| it.result.queue_offset)
}

/// All of it on a line, for people. Lives as long as the result.
#[unsafe(no_mangle)]
pub extern "C" fn ons_send_result_text(result: Option<&ons_send_result_t>) -> ons_view_t {
    ons_view_t::text(result.map(|it| it.text.get_or_init(|| it.result.to_string()).as_str()))
}

/// Frees a result. NULL: nothing happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_send_result_free(result: Option<Box<ons_send_result_t>>) {
    guard_or((), || drop(result));
}
