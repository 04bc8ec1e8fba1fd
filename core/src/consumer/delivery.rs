//! A message in the hands of the application.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onsmq_proto::machine::Slot;
use tokio::time::Instant;

use super::assignment::AssignedQueue;
use super::direct::Direct;
use super::subscription::{Listener, Subscription};
use crate::{Action, MessageExt};

/// A message and its completion. It is completed once, from any thread; one that is dropped
/// uncompleted is [`Action::ReconsumeLater`].
pub struct Delivery {
    message: MessageExt,
    origin: Origin,
    subscription: Arc<Subscription>,
    completed: AtomicBool,
}

/// How a message came, and so who is told what becomes of it.
enum Origin {
    /// It was pulled, and has a place in the window of its queue.
    Pulled {
        queue: Arc<AssignedQueue>,
        slot: Slot,
        since: Instant,
    },
    /// A broker had it consumed at once.
    Direct(Direct),
}

impl Delivery {
    pub(super) fn new(
        message: MessageExt,
        queue: &Arc<AssignedQueue>,
        slot: Slot,
        subscription: &Arc<Subscription>,
        since: Instant,
    ) -> Self {
        queue.group.outstanding.begin();
        Self {
            message,
            origin: Origin::Pulled {
                queue: Arc::clone(queue),
                slot,
                since,
            },
            subscription: Arc::clone(subscription),
            completed: AtomicBool::new(false),
        }
    }

    pub(super) const fn direct(
        message: MessageExt,
        subscription: Arc<Subscription>,
        direct: Direct,
    ) -> Self {
        Self {
            message,
            origin: Origin::Direct(direct),
            subscription,
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
    ///
    /// What is said later than `ConsumeTimeout` after the message was handed over has no effect
    /// either: the message was sent back then, and comes again.
    pub fn complete(&self, action: Action) -> bool {
        if self.completed.swap(true, Ordering::AcqRel) {
            return false;
        }
        match &self.origin {
            Origin::Pulled { queue, slot, since } => {
                let succeeded = action == Action::CommitMessage;
                queue.statistics.consumed(*since, succeeded);
                queue.group.completed(queue, *slot, &self.message, action);
            }
            Origin::Direct(direct) => direct.complete(action),
        }
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
        // Whoever had it consumed directly is told that nothing was said.
        if matches!(self.origin, Origin::Pulled { .. }) {
            self.complete(Action::ReconsumeLater);
        }
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
