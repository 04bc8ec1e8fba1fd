//! The bound on what a consumer holds, over all of its queues.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// How many messages and bytes are held, and how many may be. Pulls wait while either limit is
/// reached; those that were under way then may still bring their messages.
pub(super) struct Cache {
    messages: AtomicUsize,
    bytes: AtomicUsize,
    max_messages: usize,
    max_bytes: usize,
    room: Notify,
}

impl Cache {
    pub(super) fn new(max_messages: usize, max_bytes: usize) -> Self {
        Self {
            messages: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            max_messages,
            max_bytes,
            room: Notify::new(),
        }
    }

    pub(super) fn add(&self, messages: usize, bytes: usize) {
        self.messages.fetch_add(messages, Ordering::AcqRel);
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
    }

    pub(super) fn release(&self, messages: usize, bytes: usize) {
        let had_messages = self.messages.fetch_sub(messages, Ordering::AcqRel);
        let had_bytes = self.bytes.fetch_sub(bytes, Ordering::AcqRel);
        let was_full = had_messages >= self.max_messages || had_bytes >= self.max_bytes;
        if was_full && self.has_room() {
            self.room.notify_waiters();
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.messages.load(Ordering::Acquire) < self.max_messages
            && self.bytes.load(Ordering::Acquire) < self.max_bytes
    }

    /// The bound on what cannot be committed of a single queue: twice what may be held in all, as
    /// in Java.
    pub(super) const fn max_uncommitted(&self) -> usize {
        self.max_messages * 2
    }

    /// What is one queue's of so many. It is never less than one message.
    pub(super) fn share(&self, queues: usize) -> Share {
        let queues = queues.max(1);
        Share {
            messages: self.max_messages / queues,
            bytes: self.max_bytes / queues,
        }
    }

    pub(super) async fn wait_for_room(&self) {
        loop {
            let room = self.room.notified();
            if self.has_room() {
                return;
            }
            room.await;
        }
    }
}

/// The part of one queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    messages: usize,
    bytes: usize,
}

impl Share {
    /// Whether a queue that holds this may take more.
    pub(super) const fn has_room(self, messages: usize, bytes: usize) -> bool {
        messages == 0 || (messages < self.messages && bytes < self.bytes)
    }
}
