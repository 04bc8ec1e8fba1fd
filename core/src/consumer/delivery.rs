//! A message in the hands of the application.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onsmq_proto::machine::Slot;
use tokio::time::Instant;
use tracing::Span;

use super::assignment::AssignedQueue;
use super::direct::Direct;
use super::subscription::{Listener, Subscription};
use crate::{Action, MessageExt};
use crate::{spans, trace};

/// A message and its completion. It is completed once, from any thread; one that is dropped
/// uncompleted is [`Action::ReconsumeLater`].
pub struct Delivery {
    message: MessageExt,
    origin: Origin,
    completed: AtomicBool,
    /// The span of its processing, until it is completed.
    span: Span,
    trace: Option<Box<trace::Consuming>>,
}

/// How a message came, and so who is told what becomes of it.
enum Origin {
    /// It was pulled, and has a place in the window of its queue.
    Pulled { with: Arc<Handed>, slot: Slot },
    /// A broker had it consumed at once.
    Direct(Direct, Arc<Subscription>),
}

/// What messages have in common that were handed over at once.
pub(super) struct Handed {
    pub(super) queue: Arc<AssignedQueue>,
    pub(super) subscription: Arc<Subscription>,
    pub(super) since: Instant,
}

impl Delivery {
    pub(super) fn new(message: MessageExt, slot: Slot, with: &Arc<Handed>) -> Self {
        let group = &with.queue.group;
        group.outstanding.begin();
        let (instance, name) = (&group.instance, &group.config.group);
        Self {
            span: spans::process(&message, name, &instance.propagator),
            trace: trace::Consuming::begin(instance, name, &message),
            message,
            origin: Origin::Pulled {
                with: Arc::clone(with),
                slot,
            },
            completed: AtomicBool::new(false),
        }
    }

    /// A message that an operator has consumed is not part of what is traced, as in Java.
    pub(super) fn direct(
        message: MessageExt,
        subscription: Arc<Subscription>,
        direct: Direct,
    ) -> Self {
        Self {
            message,
            origin: Origin::Direct(direct, subscription),
            completed: AtomicBool::new(false),
            span: Span::none(),
            trace: None,
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
        &self.subscription().topic
    }

    fn subscription(&self) -> &Arc<Subscription> {
        match &self.origin {
            Origin::Pulled { with, .. } => &with.subscription,
            Origin::Direct(_, subscription) => subscription,
        }
    }

    /// The span of the message's processing, for those who receive by themselves and run what
    /// follows in it. It ends with the delivery.
    #[must_use]
    pub const fn span(&self) -> &Span {
        &self.span
    }

    pub(super) fn listener(&self) -> Option<Listener> {
        self.subscription().listener.clone()
    }

    /// Says what becomes of the message. False, and nothing happens, where it was said before.
    ///
    /// What is said later than `ConsumeTimeout` after the message was handed over has no effect
    /// either: the message was sent back then, and comes again.
    pub fn complete(&self, action: Action) -> bool {
        if self.completed.swap(true, Ordering::AcqRel) {
            return false;
        }
        spans::processed(&self.span, action);
        match &self.origin {
            Origin::Pulled { with, slot } => {
                let queue = &with.queue;
                let succeeded = action == Action::CommitMessage;
                queue.statistics.consumed(with.since, succeeded);
                let group = &queue.group;
                if let Some(trace) = &self.trace {
                    trace.end(&group.instance, &group.config.group, &self.message, action);
                }
                group.completed(queue, *slot, &self.message, action);
            }
            Origin::Direct(direct, _) => direct.complete(action),
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
