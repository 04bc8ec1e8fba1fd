//! Messages that wait to be handed over.

use std::collections::VecDeque;
use std::sync::Arc;

use onsmq_proto::machine::Slot;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::assignment::AssignedQueue;
use super::delivery::{Delivery, Handed};
use super::direct::Direct;
use super::subscription::Subscription;
use crate::{MessageExt, trace};

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
    /// Those that brokers want consumed at once.
    direct: VecDeque<DirectMessage>,
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

/// A message that a broker has consumed.
pub(super) struct DirectMessage {
    pub(super) message: MessageExt,
    pub(super) subscription: Arc<Subscription>,
    pub(super) direct: Direct,
}

impl State {
    fn is_empty(&self) -> bool {
        self.chunks.is_empty() && self.direct.is_empty()
    }
}

impl State {
    fn take_direct(&mut self) -> Option<Vec<Delivery>> {
        let DirectMessage {
            message,
            subscription,
            direct,
        } = self.direct.pop_front()?;
        Some(vec![Delivery::direct(message, subscription, direct)])
    }

    fn take(&mut self, max: usize) -> Vec<Delivery> {
        let now = Instant::now();
        let mut taken = Vec::new();
        let mut of: Option<Arc<Subscription>> = None;
        while let Some(chunk) = self.chunks.front_mut() {
            // A queue that was given away is another member's, or soon will be.
            if chunk.queue.stop.is_cancelled() || chunk.messages.is_empty() {
                self.chunks.pop_front();
                continue;
            }
            let is_other = |it: &Arc<Subscription>| !Arc::ptr_eq(it, &chunk.subscription);
            if taken.len() == max || of.as_ref().is_some_and(is_other) {
                break;
            }
            let take = chunk.messages.len().min(max - taken.len());
            chunk.hand_over(take, now, &mut taken);
            of = Some(Arc::clone(&chunk.subscription));
        }
        taken
    }
}

impl Chunk {
    fn hand_over(&mut self, count: usize, now: Instant, to: &mut Vec<Delivery>) {
        let (queue, subscription) = (&self.queue, &self.subscription);
        let group = &queue.group;
        let handed = self.messages.iter().take(count);
        queue.hand_over(handed.map(|(slot, message)| (*slot, message)), now);
        group.outstanding.begin(count);
        let with = Arc::new(Handed {
            queue: Arc::clone(queue),
            subscription: Arc::clone(subscription),
            since: now,
            is_traced: [0, count.saturating_sub(1)].iter().any(|at| {
                let message = self.messages.get(*at).map(|(_, message)| message);
                message.is_some_and(|it| trace::is_consuming_recorded(&group.instance, it))
            }),
        });
        let handed = self.messages.drain(..count);
        to.extend(handed.map(|(slot, message)| Delivery::new(message, slot, &with)));
    }
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
        if !chunk.messages.is_empty() {
            self.push_with(|state| state.chunks.push_back(chunk));
        }
    }

    /// A message that is handed over before all others, by itself.
    pub(super) fn push_direct(&self, message: DirectMessage) {
        self.push_with(|state| state.direct.push_back(message));
    }

    fn push_with(&self, push: impl FnOnce(&mut State)) {
        let on_ready = {
            let mut state = self.state.lock();
            if state.closed {
                return;
            }
            let was_empty = state.is_empty();
            push(&mut state);
            state.on_ready.clone().filter(|_| was_empty)
        };
        self.ready.notify_one();
        if let Some(on_ready) = on_ready {
            on_ready();
        }
    }

    /// Lets go of what waits of queues that were given away.
    pub(super) fn forget_stopped(&self) {
        let mut state = self.state.lock();
        state.chunks.retain(|it| !it.queue.stop.is_cancelled());
    }

    /// Takes up to `max` messages, all of one subscription, without waiting.
    pub(super) fn try_take(&self, max: usize) -> Vec<Delivery> {
        let mut state = self.state.lock();
        let taken = match max {
            0 => Vec::new(),
            _ => state.take_direct().unwrap_or_else(|| state.take(max)),
        };
        if !state.is_empty() {
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

    /// Waits until messages wait. False once closed.
    pub(super) async fn has_some(&self) -> bool {
        loop {
            let ready = self.ready.notified();
            let (is_empty, closed) = {
                let state = self.state.lock();
                (state.is_empty(), state.closed)
            };
            if closed || !is_empty {
                return !closed;
            }
            ready.await;
        }
    }

    /// How many messages wait.
    pub(super) fn len(&self) -> usize {
        let state = self.state.lock();
        let pulled = state.chunks.iter().map(|chunk| chunk.messages.len());
        pulled.sum::<usize>() + state.direct.len()
    }

    pub(super) fn set_on_ready(&self, on_ready: Option<OnReady>) {
        let call = {
            let mut state = self.state.lock();
            state.on_ready.clone_from(&on_ready);
            on_ready.filter(|_| !state.is_empty() || state.closed)
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
            state.direct.clear();
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
