//! `ons_delivery_t`.

use std::sync::Arc;

use onsmq::{Action, Delivery, Error, ErrorKind};

use crate::boundary::{arg, guard, guard_or};
use crate::error::ons_error_t;
use crate::listener_pool::Batch;
use crate::message::ons_message_t;

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
#[allow(non_camel_case_types, reason = "names of C")]
pub enum ons_action_t {
    /// It is done with.
    ONS_ACTION_COMMIT_MESSAGE = 0,
    /// It is to come again later.
    ONS_ACTION_RECONSUME_LATER = 1,
}

/// A message in the hands of the application, and its completion. Owned by whoever it was given
/// to; freeing one that is not completed has the message come again later.
#[derive(Debug)]
pub struct ons_delivery_t {
    delivery: Delivery,
    message: ons_message_t,
    /// Where it came by a listener's call: what counts the calls that are not over.
    batch: Option<Arc<Batch>>,
}

impl ons_delivery_t {
    pub(crate) fn new(delivery: Delivery, batch: Option<Arc<Batch>>) -> Box<Self> {
        let message = delivery.message().clone().into();
        Box::new(Self {
            delivery,
            message,
            batch,
        })
    }

    /// For callers in Rust: the topic of the subscription that it came by.
    #[must_use]
    pub fn topic(&self) -> &Arc<str> {
        self.delivery.topic()
    }

    fn complete(&self, action: Action) -> bool {
        let first = self.delivery.complete(action);
        if first && let Some(batch) = &self.batch {
            batch.completed();
        }
        first
    }
}

impl Drop for ons_delivery_t {
    fn drop(&mut self) {
        self.complete(Action::ReconsumeLater);
    }
}

/// The message of a delivery. It belongs to the delivery and lives as long.
#[unsafe(no_mangle)]
pub extern "C" fn ons_delivery_message(
    delivery: Option<&ons_delivery_t>,
) -> Option<&ons_message_t> {
    delivery.map(|delivery| &delivery.message)
}

/// Says what becomes of the message: one of ons_action_t. To be called once, in the callback that
/// brought the delivery or later, on any thread. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_STATE where it was completed before, which changes nothing;
/// ONS_CODE_INVALID_ARGUMENT for a number that is no action.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_delivery_complete(
    delivery: Option<&ons_delivery_t>,
    action: u32,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let delivery = arg(delivery, "delivery")?;
        let action = match action {
            0 => Action::CommitMessage,
            1 => Action::ReconsumeLater,
            other => {
                return Err(Error::new(
                    ErrorKind::InvalidArgument,
                    format!(
                        "argument `action` is {other}: 0 (commit) or 1 (reconsume later) is allowed"
                    ),
                ));
            }
        };
        match delivery.complete(action) {
            true => Ok(()),
            false => Err(Error::new(
                ErrorKind::InvalidState,
                "this delivery was completed before: the first time counts",
            )),
        }
    })
}

/// Frees a delivery. Where it was not completed, its message comes again later. NULL: nothing
/// happens. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_delivery_free(delivery: Option<Box<ons_delivery_t>>) {
    guard_or((), || drop(delivery));
}
