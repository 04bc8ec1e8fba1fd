//! A queue that this member of the group consumes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use onsmq_proto::machine::{MessageQueue, ProcessQueue, Slot};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::activity::{Activity, Doing};
use super::cache::Share;
use super::group::Group;
use super::queue_order::Order;
use super::statistics::TopicStatistics;
use crate::MessageExt;
use crate::instance::now_ms;

/// A queue, from when it was given to this member until it is taken away.
pub(super) struct AssignedQueue {
    pub(super) queue: MessageQueue,
    pub(super) group: Arc<Group>,
    /// Ends the pulling.
    pub(super) stop: CancellationToken,
    /// Where messages are consumed in order.
    pub(super) order: Option<Order>,
    /// Held by the commit that is under way: an older offset must not overtake a newer one, nor
    /// one of before the queue was moved.
    pub(super) committing: Arc<tokio::sync::Mutex<()>>,
    pub(super) statistics: Arc<TopicStatistics>,
    /// What the pulling is at.
    pub(super) activity: Activity,
    /// When a message was last done with, in ms.
    pub(super) last_consumed: AtomicI64,
    /// Taken away: nothing of it is handed over or committed any more.
    dropped: AtomicBool,
    /// Gone on with at another place.
    superseded: AtomicBool,
    state: Mutex<State>,
    /// Less is held than was.
    room: Notify,
}

#[derive(Default)]
struct State {
    /// None until it is known where to begin.
    window: Option<ProcessQueue<MessageExt>>,
    /// The offset that the broker has stored for the group.
    committed: Option<i64>,
    /// The pulling waits until less is held.
    waits_for_room: bool,
}

impl State {
    fn has_room(&self, bounds: &Bounds) -> bool {
        let Some(window) = &self.window else {
            return true;
        };
        let share = bounds.share.as_ref();
        window.uncommitted() < bounds.uncommitted
            && share.is_none_or(|it| it.has_room(window.len(), window.bytes()))
    }
}

/// What one queue may hold.
struct Bounds {
    uncommitted: usize,
    /// Where it is consumed in order.
    share: Option<Share>,
}

impl AssignedQueue {
    pub(super) fn new(queue: MessageQueue, group: Arc<Group>) -> Arc<Self> {
        Self::with(queue, group, Arc::default())
    }

    /// The same queue at another place. From now on nothing more is committed of this one, and
    /// nothing of the other before what is under way has been answered.
    pub(super) fn successor(&self) -> Arc<Self> {
        self.supersede();
        let (queue, group) = (self.queue.clone(), Arc::clone(&self.group));
        Self::with(queue, group, Arc::clone(&self.committing))
    }

    /// Nothing more is committed of it.
    pub(super) fn supersede(&self) {
        self.superseded.store(true, Ordering::Release);
    }

    fn with(
        queue: MessageQueue,
        group: Arc<Group>,
        committing: Arc<tokio::sync::Mutex<()>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            stop: group.stopping.child_token(),
            order: group.config.ordered.then(Order::default),
            committing,
            statistics: group.statistics.of(&queue.topic),
            activity: Activity::new(Doing::Beginning),
            last_consumed: AtomicI64::new(now_ms()),
            queue,
            group,
            dropped: AtomicBool::new(false),
            superseded: AtomicBool::new(false),
            state: Mutex::default(),
            room: Notify::new(),
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
        messages: impl ExactSizeIterator<Item = MessageExt>,
        next: i64,
    ) -> Vec<(Slot, MessageExt)> {
        let mut state = self.state.lock();
        let mut taken = Vec::with_capacity(messages.len());
        if let Some(window) = state.window.as_mut().filter(|_| !self.is_dropped()) {
            let mut bytes = 0;
            for message in messages {
                let size = message.stored().held_bytes();
                bytes += size;
                taken.push((window.take(message.queue_offset(), size), message));
            }
            window.advance(next);
            self.group.cache.add(taken.len(), bytes);
        }
        taken
    }

    /// Somebody consumes messages from now on.
    pub(super) fn hand_over<'a>(
        &self,
        messages: impl Iterator<Item = (Slot, &'a MessageExt)>,
        now: Instant,
    ) {
        // What is consumed in order waits for as long as it takes, as in Java.
        if self.order.is_some() {
            return;
        }
        let mut state = self.state.lock();
        let Some(window) = &mut state.window else {
            return;
        };
        for (slot, message) in messages {
            window.hand_over(slot, now.into_std(), message.clone());
        }
    }

    /// What was handed over longer ago than `timeout`: its completion comes too late.
    pub(super) fn expire(&self, now: Instant, timeout: Duration) -> Vec<(Slot, MessageExt)> {
        let Some(before) = now.into_std().checked_sub(timeout) else {
            return Vec::new();
        };
        let mut state = self.state.lock();
        let window = state.window.as_mut().filter(|_| !self.is_dropped());
        window.map_or_else(Vec::new, |window| window.expire(before))
    }

    /// A message is to be sent back. False where that is done already, or under way.
    pub(super) fn begin_return(&self, slot: Slot) -> bool {
        let mut state = self.state.lock();
        let window = state.window.as_mut().filter(|_| !self.is_dropped());
        window.is_some_and(|window| window.begin_return(slot))
    }

    /// A message was not sent back: it waits to be handed over again.
    pub(super) fn put_back(&self, slot: Slot) {
        if let Some(window) = &mut self.state.lock().window {
            window.put_back(slot);
        }
    }

    /// Messages are done with.
    pub(super) fn complete(&self, slots: &[Slot]) {
        let mut state = self.state.lock();
        // What the cache held of a dropped queue was let go of when it was dropped.
        if self.is_dropped() {
            return;
        }
        let Some(window) = &mut state.window else {
            return;
        };
        let before = window.bytes();
        let done = slots.iter().filter(|slot| window.complete(**slot)).count();
        let bytes = before - window.bytes();
        self.last_consumed.store(now_ms(), Ordering::Relaxed);
        if done > 0 {
            let is_waited_for = std::mem::take(&mut state.waits_for_room);
            drop(state);
            if is_waited_for {
                self.room.notify_waiters();
            }
            self.group.cache.release(done, bytes);
        }
    }

    /// One message that is not done must not have the window grow without end, nor have all be
    /// consumed again should this member die (Java's `consumeConcurrentlyMaxSpan`). And a queue
    /// that is consumed in order and is suspended must not take the room of all others.
    fn bounds(&self) -> Bounds {
        let group = &self.group;
        let share = || group.cache.share(group.assigned.lock().len());
        Bounds {
            uncommitted: group.cache.max_uncommitted(),
            share: self.order.is_some().then(share),
        }
    }

    /// Waits until this queue may hold more.
    pub(super) async fn wait_for_room(&self) {
        loop {
            let room = self.room.notified();
            if self.has_room() {
                return;
            }
            self.activity.set(Doing::WaitingForRoom);
            room.await;
        }
    }

    fn has_room(&self) -> bool {
        let bounds = self.bounds();
        let mut state = self.state.lock();
        state.waits_for_room = !state.has_room(&bounds);
        !state.waits_for_room
    }

    /// The offset to commit, if the broker does not have it.
    pub(super) fn uncommitted(&self) -> Option<i64> {
        let state = self.state.lock();
        let offset = state.window.as_ref()?.commit_offset();
        (state.committed != Some(offset)).then_some(offset)
    }

    /// Looks into the window, if it is known where to begin.
    pub(super) fn window<T>(&self, look: impl FnOnce(&ProcessQueue<MessageExt>) -> T) -> Option<T> {
        self.state.lock().window.as_ref().map(look)
    }

    pub(super) fn is_superseded(&self) -> bool {
        self.superseded.load(Ordering::Acquire)
    }

    /// Whether the broker has stored an offset, or one behind it.
    pub(super) fn has_committed(&self, offset: i64) -> bool {
        let committed = self.state.lock().committed;
        committed.is_some_and(|committed| committed >= offset)
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
