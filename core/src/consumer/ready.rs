//! Messages that wait to be handed over.

use std::collections::VecDeque;
use std::sync::Arc;

use onsmq_proto::machine::Slot;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::assignment::AssignedQueue;
use super::delivery::Delivery;
use super::subscription::Subscription;
use crate::MessageExt;

/// Called when messages come to a queue that had none.
pub(super) type OnReady = Arc<dyn Fn() + Send + Sync>;

/// Messages in the order in which they came, for whoever takes them.
#[derive(Default)]
pub(super) struct ReadyQueue {
    state: Mutex<State>,
    ready: Notify,
}

#[derive(Default)]
struct State {
    chunks: VecDeque<Chunk>,
    on_ready: Option<OnReady>,
    closed: bool,
}

/// What one pull brought, as far as it was not taken yet.
pub(super) struct Chunk {
    pub(super) queue: Arc<AssignedQueue>,
    pub(super) subscription: Arc<Subscription>,
    pub(super) messages: VecDeque<(Slot, MessageExt)>,
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // Whoever gives up an ordered queue waits for the message that is out.
        if let Some(order) = self
            .queue
            .order
            .as_ref()
            .filter(|_| !self.messages.is_empty())
        {
            order.not_handed_over();
        }
    }
}

impl ReadyQueue {
    pub(super) fn push(&self, chunk: Chunk) {
        if chunk.messages.is_empty() {
            return;
        }
        let on_ready = {
            let mut state = self.state.lock();
            if state.closed {
                return;
            }
            let was_empty = state.chunks.is_empty();
            state.chunks.push_back(chunk);
            state.on_ready.clone().filter(|_| was_empty)
        };
        self.ready.notify_one();
        if let Some(on_ready) = on_ready {
            on_ready();
        }
    }

    /// Takes up to `max` messages, all of one subscription, without waiting.
    pub(super) fn try_take(&self, max: usize) -> Vec<Delivery> {
        let mut taken = Vec::new();
        let mut state = self.state.lock();
        let mut of: Option<Arc<Subscription>> = None;
        while let Some(chunk) = state.chunks.front_mut() {
            // A queue that was given away is another member's, or soon will be.
            if chunk.queue.stop.is_cancelled() || chunk.messages.is_empty() {
                state.chunks.pop_front();
                continue;
            }
            if taken.len() == max
                || of
                    .as_ref()
                    .is_some_and(|it| !Arc::ptr_eq(it, &chunk.subscription))
            {
                break;
            }
            let take = chunk.messages.len().min(max - taken.len());
            taken.reserve(take);
            for (slot, message) in chunk.messages.drain(..take) {
                taken.push(Delivery::new(
                    message,
                    &chunk.queue,
                    slot,
                    &chunk.subscription,
                ));
            }
            of = Some(Arc::clone(&chunk.subscription));
        }
        if !state.chunks.is_empty() {
            drop(state);
            // For the next taker: the one wake-up of several pushes was this one's.
            self.ready.notify_one();
        }
        taken
    }

    /// Takes up to `max` messages of one subscription; waits for the first. None once closed.
    pub(super) async fn take(&self, max: usize) -> Vec<Delivery> {
        loop {
            let ready = self.ready.notified();
            let taken = self.try_take(max);
            if !taken.is_empty() || max == 0 || self.is_closed() {
                return taken;
            }
            ready.await;
        }
    }

    /// How many messages wait.
    pub(super) fn len(&self) -> usize {
        self.state
            .lock()
            .chunks
            .iter()
            .map(|chunk| chunk.messages.len())
            .sum()
    }

    pub(super) fn set_on_ready(&self, on_ready: Option<OnReady>) {
        let call = {
            let mut state = self.state.lock();
            state.on_ready.clone_from(&on_ready);
            on_ready.filter(|_| !state.chunks.is_empty() || state.closed)
        };
        if let Some(on_ready) = call {
            on_ready();
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// Lets go of what waits: it was not handed over, so it is not committed and comes again.
    pub(super) fn close(&self) {
        let on_ready = {
            let mut state = self.state.lock();
            state.closed = true;
            state.chunks.clear();
            state.on_ready.take()
        };
        self.ready.notify_waiters();
        // Several takers may each wait for a permit of their own.
        self.ready.notify_one();
        if let Some(on_ready) = on_ready {
            on_ready();
        }
    }
}
