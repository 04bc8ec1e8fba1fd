//! A message in the hands of the application.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onsmq_proto::machine::Slot;
use tracing::Span;

use super::assignment::AssignedQueue;
use super::subscription::{Listener, Subscription};
use crate::{Action, MessageExt};
use crate::{spans, trace};

/// A message and its completion. It is completed once, from any thread; one that is dropped
/// uncompleted is [`Action::ReconsumeLater`].
pub struct Delivery {
    message: MessageExt,
    queue: Arc<AssignedQueue>,
    slot: Slot,
    subscription: Arc<Subscription>,
    completed: AtomicBool,
    /// The span of its processing, until it is completed.
    span: Span,
    trace: Option<Box<trace::Consuming>>,
}

impl Delivery {
    pub(super) fn new(
        message: MessageExt,
        queue: &Arc<AssignedQueue>,
        slot: Slot,
        subscription: &Arc<Subscription>,
    ) -> Self {
        let group = &queue.group;
        group.outstanding.begin();
        let (instance, name) = (&group.instance, &group.config.group);
        Self {
            span: spans::process(&message, name, &instance.propagator),
            trace: trace::Consuming::begin(instance, name, &message),
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

    /// The span of the message's processing, for those who receive by themselves and run what
    /// follows in it. It ends with the delivery.
    #[must_use]
    pub const fn span(&self) -> &Span {
        &self.span
    }

    pub(super) fn listener(&self) -> Option<Listener> {
        self.subscription.listener.clone()
    }

    /// Says what becomes of the message. False, and nothing happens, where it was said before.
    pub fn complete(&self, action: Action) -> bool {
        if self.completed.swap(true, Ordering::AcqRel) {
            return false;
        }
        spans::processed(&self.span, action);
        let group = &self.queue.group;
        if let Some(trace) = &self.trace {
            trace.end(&group.instance, &group.config.group, &self.message, action);
        }
        group.completed(&self.queue, self.slot, &self.message, action);
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
