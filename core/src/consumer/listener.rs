//! Running this crate's own listeners: so many calls at once as configured.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{FutureExt as _, poll_immediate};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::delivery::Delivery;
use super::ready::ReadyQueue;
use super::subscription::Listener;
use crate::{Action, spans};

/// A call that is over by then was quick.
const QUICK: Duration = Duration::from_micros(50);
/// Messages that one task gives to a quick listener, one after another.
const IN_TURN: usize = 16;
/// How long messages that are done with wait for others, to be completed together.
const DONE: Duration = Duration::from_micros(200);

/// Listeners and what they may do at once.
struct Calls {
    permits: Arc<Semaphore>,
    tasks: TaskTracker,
    /// The last calls were over at once.
    are_quick: AtomicBool,
}

/// Hands messages to their listeners until the queue is closed: to each call up to `batch` of them.
/// Where their order counts, each waits for nobody but itself.
pub(super) async fn run(
    ready: Arc<ReadyQueue>,
    (at_once, batch): (usize, usize),
    is_ordered: bool,
    tasks: TaskTracker,
) {
    let calls = Arc::new(Calls {
        permits: Arc::new(Semaphore::new(at_once)),
        tasks,
        are_quick: AtomicBool::new(false),
    });
    // Nothing is kept from those at work while no message waits.
    while ready.has_some().await
        && let Some(mut permit) = calls.permit().await
    {
        let in_turn = batch == 1 && !is_ordered && calls.are_quick.load(Ordering::Relaxed);
        let room = match in_turn {
            true => IN_TURN,
            false => batch * (1 + calls.permits.available_permits()),
        };
        let mut deliveries = ready.try_take(room);
        // What waited may have been given up meanwhile.
        let more = deliveries.len().div_ceil(batch).saturating_sub(1);
        if in_turn {
            let turn = Arc::clone(&calls).in_turn(deliveries, permit);
            calls.tasks.spawn(turn);
            continue;
        }
        // As many as were seen, but where a task with several has needed one.
        for _ in 0..more {
            if let Ok(more) = Arc::clone(&calls.permits).try_acquire_owned() {
                permit.merge(more);
            }
        }
        while !deliveries.is_empty() {
            let call: Vec<_> = deliveries.drain(..batch.min(deliveries.len())).collect();
            let turn = Arc::clone(&calls).call(call, permit.split(1));
            calls.tasks.spawn(turn);
        }
    }
}

impl Calls {
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        // It is never closed.
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    /// A task for a call. A panic unwinds through here and drops the deliveries, which has their
    /// messages come again.
    async fn call(
        self: Arc<Self>,
        deliveries: Vec<Delivery>,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let permit = match permit {
            Some(permit) => Some(permit),
            None => self.permit().await,
        };
        let begun = Instant::now();
        if let Some(action) = said_of(&deliveries).await {
            self.took(begun.elapsed());
            Delivery::complete_all(&deliveries, action);
        }
        drop(permit);
    }

    fn took(&self, took: Duration) -> bool {
        let is_quick = took <= QUICK;
        self.are_quick.store(is_quick, Ordering::Relaxed);
        is_quick
    }

    /// Gives messages to a listener that is quick, one after another: a task for each would take
    /// longer than the listener does. Those whose futures are not over at once get one, and those
    /// behind a call that takes its time as well.
    async fn in_turn(self: Arc<Self>, deliveries: Vec<Delivery>, permit: OwnedSemaphorePermit) {
        let mut permit = Some(permit);
        let mut done = Done::default();
        let mut is_quick = true;
        let mut begun = Instant::now();
        for delivery in deliveries {
            if !is_quick {
                let call = Arc::clone(&self).call(vec![delivery], permit.take());
                self.tasks.spawn(call);
                continue;
            }
            if permit.is_none() {
                done.complete();
                permit = self.permit().await;
                begun = Instant::now();
            }
            let mut call = Box::pin(processed(delivery));
            match poll_immediate(&mut call).await {
                Some(Some((delivery, action))) => done.add(delivery, action, begun),
                // It has panicked.
                Some(None) => {}
                None => {
                    // Those behind it may have to wait for a permit: no more are taken on.
                    self.are_quick.store(false, Ordering::Relaxed);
                    let (this, permit) = (Arc::clone(&self), permit.take());
                    self.tasks.spawn(async move {
                        if let Some((delivery, action)) = call.await {
                            this.took(begun.elapsed());
                            delivery.complete(action);
                        }
                        drop(permit);
                    });
                    continue;
                }
            }
            let now = Instant::now();
            is_quick = self.took(now.saturating_duration_since(begun));
            begun = now;
            if done.since.is_some_and(|since| now - since > DONE) {
                done.complete();
            }
        }
        done.complete();
    }
}

/// Messages that are done with in a row, to be completed together.
#[derive(Default)]
struct Done {
    deliveries: Vec<Delivery>,
    action: Option<Action>,
    /// When the first of them was.
    since: Option<Instant>,
}

impl Done {
    fn add(&mut self, delivery: Delivery, action: Action, begun: Instant) {
        if self.action != Some(action) {
            self.complete();
        }
        self.action = Some(action);
        self.since.get_or_insert(begun);
        self.deliveries.push(delivery);
    }

    fn complete(&mut self) {
        if let Some(action) = self.action.take() {
            Delivery::complete_all(&self.deliveries, action);
            self.deliveries.clear();
            self.since = None;
        }
    }
}

/// What their listener says of messages of one subscription.
async fn said_of(deliveries: &[Delivery]) -> Option<Action> {
    let first = deliveries.first()?;
    let (call, span) = match first.listener()? {
        Listener::One(listener) => {
            let span = first.span().clone();
            let call = span.in_scope(|| listener(first.message().clone()));
            (call, span)
        }
        Listener::Many(listener) => {
            let messages = deliveries.iter().map(|it| it.message().clone());
            let span = spans::process_batch(first.topic(), deliveries.iter().map(Delivery::span));
            let call = span.in_scope(|| listener(messages.collect()));
            (call, span)
        }
    };
    Some(call.instrument(span).await)
}

/// What their listener says of one, with it. None where the listener has panicked: the message comes
/// again.
async fn processed(delivery: Delivery) -> Option<(Delivery, Action)> {
    let said = AssertUnwindSafe(said_of(std::slice::from_ref(&delivery))).catch_unwind();
    let action = said.await.ok().flatten()?;
    Some((delivery, action))
}
