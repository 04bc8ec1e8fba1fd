//! A message in the hands of the application.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onsmq_proto::machine::Slot;

use super::assignment::AssignedQueue;
use super::subscription::{Listener, Subscription};
use crate::{Action, MessageExt};

/// A message and its completion. It is completed once, from any thread; one that is dropped
/// uncompleted is [`Action::ReconsumeLater`].
pub struct Delivery {
    message: MessageExt,
    queue: Arc<AssignedQueue>,
    slot: Slot,
    subscription: Arc<Subscription>,
    completed: AtomicBool,
}

impl Delivery {
    pub(super) fn new(
        message: MessageExt,
        queue: &Arc<AssignedQueue>,
        slot: Slot,
        subscription: &Arc<Subscription>,
    ) -> Self {
        queue.group.outstanding.begin();
        Self {
            message,
            queue: Arc::clone(queue),
            slot,
            subscription: Arc::clone(subscription),
            completed: AtomicBool::new(false),
        }
    }

    /// The message.
    #[must_use]
    pub const fn message(&self) -> &MessageExt {
        &self.message
    }

    /// The topic of the subscription that it came by.
    #[must_use]
    pub fn topic(&self) -> &Arc<str> {
        &self.subscription.topic
    }

    pub(super) fn listener(&self) -> Option<Listener> {
        self.subscription.listener.clone()
    }

    /// Says what becomes of the message. False, and nothing happens, where it was said before.
    pub fn complete(&self, action: Action) -> bool {
        if self.completed.swap(true, Ordering::AcqRel) {
            return false;
        }
        self.queue
            .group
            .completed(&self.queue, self.slot, &self.message, action);
        true
    }

    /// Whether it was said what becomes of the message.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.completed.load(Ordering::Acquire)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.complete(Action::ReconsumeLater);
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery")
            .field("message", &self.message)
            .field("completed", &self.is_completed())
            .finish_non_exhaustive()
    }
}
