//! Running this crate's own listeners: a task per message, so many at once as configured.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::delivery::Delivery;
use super::ready::ReadyQueue;
use super::subscription::Listener;
use crate::spans;

/// Hands messages to their listeners until the queue is closed: to each call up to `batch` of them.
pub(super) async fn run(ready: Arc<ReadyQueue>, at_once: usize, batch: usize, tasks: TaskTracker) {
    let permits = Arc::new(Semaphore::new(at_once));
    loop {
        let Ok(first) = Arc::clone(&permits).acquire_owned().await else {
            return;
        };
        let room = batch * (1 + permits.available_permits());
        let mut deliveries = ready.take(room).await;
        if deliveries.is_empty() {
            return;
        }
        let mut first = Some(first);
        while !deliveries.is_empty() {
            let call: Vec<_> = deliveries.drain(..batch.min(deliveries.len())).collect();
            // There are as many as were taken: only this task acquires.
            let permit = first
                .take()
                .or_else(|| Arc::clone(&permits).try_acquire_owned().ok());
            tasks.spawn(consume(call, permit));
        }
    }
}

/// A panic unwinds through here and drops the deliveries, which has their messages come again.
async fn consume(deliveries: Vec<Delivery>, permit: Option<OwnedSemaphorePermit>) {
    let messages = || deliveries.iter().map(|delivery| delivery.message().clone());
    let action = match deliveries.first().and_then(Delivery::listener) {
        Some(Listener::Many(listener)) => {
            let span =
                spans::process_batch(deliveries[0].topic(), deliveries.iter().map(Delivery::span));
            let call = span.in_scope(|| listener(messages().collect()));
            Some(call.instrument(span).await)
        }
        Some(Listener::One(listener)) => match deliveries.first() {
            Some(delivery) => {
                let span = delivery.span();
                let call = span.in_scope(|| listener(delivery.message().clone()));
                Some(call.instrument(span.clone()).await)
            }
            None => None,
        },
        None => None,
    };
    if let Some(action) = action {
        Delivery::complete_all(&deliveries, action);
    }
    drop(permit);
}
