//! A queue that this member of the group consumes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onsmq_proto::machine::{MessageQueue, ProcessQueue, Slot};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::group::Group;
use super::queue_order::Order;
use crate::MessageExt;

/// A queue, from when it was given to this member until it is taken away.
pub(super) struct AssignedQueue {
    pub(super) queue: MessageQueue,
    pub(super) group: Arc<Group>,
    /// Ends the pulling.
    pub(super) stop: CancellationToken,
    /// Where messages are consumed in order.
    pub(super) order: Option<Order>,
    /// Taken away: nothing of it is handed over or committed any more.
    dropped: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// None until it is known where to begin.
    window: Option<ProcessQueue>,
    /// The offset that the broker has stored for the group.
    committed: Option<i64>,
}

impl AssignedQueue {
    pub(super) fn new(queue: MessageQueue, group: Arc<Group>) -> Arc<Self> {
        let stop = group.stopping.child_token();
        let order = group.config.ordered.then(Order::default);
        Arc::new(Self {
            queue,
            group,
            stop,
            order,
            dropped: AtomicBool::new(false),
            state: Mutex::default(),
        })
    }

    /// It is known where to begin, and whether the broker has that stored.
    pub(super) fn begin(&self, offset: i64, is_stored: bool) {
        let mut state = self.state.lock();
        state.window = Some(ProcessQueue::new(offset));
        state.committed = is_stored.then_some(offset);
    }

    /// Where the next pull begins.
    pub(super) fn next_offset(&self) -> Option<i64> {
        Some(self.state.lock().window.as_ref()?.next_offset())
    }

    /// Takes in what a pull brought; the broker goes on at `next`.
    pub(super) fn take_in(
        &self,
        messages: Vec<MessageExt>,
        next: i64,
    ) -> impl Iterator<Item = (Slot, MessageExt)> {
        let mut state = self.state.lock();
        let mut taken = Vec::with_capacity(messages.len());
        if let Some(window) = state.window.as_mut().filter(|_| !self.is_dropped()) {
            let mut bytes = 0;
            for message in messages {
                let size = message.stored.held_bytes();
                bytes += size;
                taken.push((window.take(message.queue_offset(), size), message));
            }
            window.advance(next);
            self.group.cache.add(taken.len(), bytes);
        }
        taken.into_iter()
    }

    /// A message is done with.
    pub(super) fn complete(&self, slot: Slot) {
        let mut state = self.state.lock();
        // What the cache held of a dropped queue was let go of when it was dropped.
        if self.is_dropped() {
            return;
        }
        let Some(window) = &mut state.window else {
            return;
        };
        let before = window.bytes();
        if window.complete(slot) {
            let bytes = before - window.bytes();
            drop(state);
            self.group.cache.release(1, bytes);
        }
    }

    /// The offset to commit, if the broker does not have it.
    pub(super) fn uncommitted(&self) -> Option<i64> {
        let state = self.state.lock();
        let offset = state.window.as_ref()?.commit_offset();
        (state.committed != Some(offset)).then_some(offset)
    }

    /// The broker has stored an offset.
    pub(super) fn committed(&self, offset: i64) {
        self.state.lock().committed = Some(offset);
    }

    /// Takes the queue away. Answers the offset to commit, once.
    pub(super) fn drop_queue(&self) -> Option<i64> {
        self.stop.cancel();
        let state = self.state.lock();
        if self.dropped.swap(true, Ordering::AcqRel) {
            return None;
        }
        let window = state.window.as_ref()?;
        self.group.cache.release(window.len(), window.bytes());
        let offset = window.commit_offset();
        (state.committed != Some(offset)).then_some(offset)
    }

    pub(super) fn is_dropped(&self) -> bool {
        self.dropped.load(Ordering::Acquire)
    }
}
