//! Running this crate's own listeners: a task per message, so many at once as configured.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use super::delivery::Delivery;
use super::ready::ReadyQueue;

/// Hands messages to their listeners until the queue is closed.
pub(super) async fn run(ready: Arc<ReadyQueue>, at_once: usize, tasks: TaskTracker) {
    let permits = Arc::new(Semaphore::new(at_once));
    loop {
        let Ok(first) = Arc::clone(&permits).acquire_owned().await else {
            return;
        };
        let deliveries = ready.take(1 + permits.available_permits()).await;
        if deliveries.is_empty() {
            return;
        }
        let mut first = Some(first);
        for delivery in deliveries {
            // There are as many as were taken: only this task acquires.
            let permit = first
                .take()
                .or_else(|| Arc::clone(&permits).try_acquire_owned().ok());
            tasks.spawn(consume(delivery, permit));
        }
    }
}

/// A panic unwinds through here and drops the delivery, which has the message come again.
async fn consume(delivery: Delivery, permit: Option<OwnedSemaphorePermit>) {
    if let Some(listener) = delivery.listener() {
        let action = listener(delivery.message().clone()).await;
        delivery.complete(action);
    }
    drop(permit);
}
