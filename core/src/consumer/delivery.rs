//! A message in the hands of the application.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onsmq_proto::machine::Slot;
use smallvec::SmallVec;
use tokio::time::Instant;
use tracing::Span;

use super::assignment::AssignedQueue;
use super::direct::Direct;
use super::subscription::{Listener, Subscription};
use crate::{Action, MessageExt};
use crate::{spans, trace};

/// Messages of a call, as a rule.
const MANY: usize = 64;

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
    /// Whether message trace may have records of them. It has where their broker says so, which as a
    /// rule has written the same into all: the first and the last one are asked.
    pub(super) is_traced: bool,
}

/// Messages that are done with and were handed over at once, to be let go of together.
#[derive(Default)]
struct Committed<'a> {
    with: Option<&'a Arc<Handed>>,
    slots: SmallVec<[Slot; MANY]>,
}

impl<'a> Committed<'a> {
    fn add(&mut self, with: &'a Arc<Handed>, slot: Slot, now: Instant) {
        if self.with.is_some_and(|it| !Arc::ptr_eq(it, with)) {
            self.finish(now);
        }
        self.with = Some(with);
        self.slots.push(slot);
    }

    fn finish(&mut self, now: Instant) {
        let Some(with) = self.with.take() else { return };
        let queue = &with.queue;
        let took = now.saturating_duration_since(with.since);
        queue.statistics.consumed(took, self.slots.len(), true);
        queue.group.done_with(queue, &self.slots);
        self.slots.clear();
    }
}

impl Delivery {
    pub(super) fn new(message: MessageExt, slot: Slot, with: &Arc<Handed>) -> Self {
        let group = &with.queue.group;
        let (instance, name) = (&group.instance, &group.config.group);
        let trace = with
            .is_traced
            .then(|| trace::Consuming::begin(instance, name, &message));
        Self {
            span: spans::process(&message, name, &instance.propagator),
            trace: trace.flatten(),
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
        Self::complete_all([self], action) == 1
    }

    /// Says what becomes of many messages, as [`complete`](Self::complete) does of one: what many
    /// have in common is done once for all of them. How many it was not said of before.
    pub fn complete_all<'a>(
        deliveries: impl IntoIterator<Item = &'a Self>,
        action: Action,
    ) -> usize {
        let now = Instant::now();
        let mut committed = Committed::default();
        let mut count = 0;
        for delivery in deliveries {
            if delivery.completed.swap(true, Ordering::AcqRel) {
                continue;
            }
            count += 1;
            spans::processed(&delivery.span, action);
            match &delivery.origin {
                Origin::Pulled { with, slot } => {
                    delivery.end_trace(with, action);
                    match action {
                        Action::CommitMessage if with.queue.order.is_none() => {
                            committed.add(with, *slot, now);
                        }
                        _ => delivery.end(with, *slot, action, now),
                    }
                }
                Origin::Direct(direct, _) => direct.complete(action),
            }
        }
        committed.finish(now);
        count
    }

    fn end(&self, with: &Handed, slot: Slot, action: Action, now: Instant) {
        let queue = &with.queue;
        let succeeded = action == Action::CommitMessage;
        let took = now.saturating_duration_since(with.since);
        queue.statistics.consumed(took, 1, succeeded);
        queue.group.completed(queue, slot, &self.message, action);
    }

    fn end_trace(&self, with: &Handed, action: Action) {
        if let Some(trace) = &self.trace {
            let group = &with.queue.group;
            trace.end(&group.instance, &group.config.group, &self.message, action);
        }
    }

    /// Whether it was said what becomes of the message.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.completed.load(Ordering::Acquire)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        // Whoever had it consumed directly is told that nothing was said. And most were completed
        // before: that is not to cost a look at the clock.
        if matches!(self.origin, Origin::Pulled { .. }) && !self.is_completed() {
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
