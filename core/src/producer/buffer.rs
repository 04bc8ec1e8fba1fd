//! The room for messages that a producer holds until brokers have stored them.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::config::{BufferLimits, WhenFull};
use crate::{Error, ErrorKind, Result};

/// Counts bytes, and a message as the bytes that its share of the room has: so one count bounds
/// both.
pub(super) struct Buffer {
    room: Arc<Semaphore>,
    limits: BufferLimits,
    /// What a message takes at least.
    share: usize,
    /// All of it: what a message takes at most.
    all: usize,
}

/// Room for a message that is about to be in flight. It costs less than a [`Room`], which it
/// becomes, or a part of.
pub(super) struct Share<'a> {
    permit: SemaphorePermit<'a>,
    of: &'a Arc<Semaphore>,
}

/// The room that messages in flight take up, until this is dropped.
pub(super) struct Room {
    of: Arc<Semaphore>,
    size: usize,
}

impl Share<'_> {
    pub(super) fn size(&self) -> usize {
        self.permit.num_permits()
    }

    pub(super) fn own(self) -> Room {
        let size = self.size();
        self.permit.forget();
        Room {
            of: Arc::clone(self.of),
            size,
        }
    }
}

impl Room {
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// Room for one more.
    pub(super) fn add(&mut self, share: Share<'_>) {
        self.size += share.size();
        share.permit.forget();
    }

    /// Room of the same producer.
    pub(super) fn merge(&mut self, mut other: Self) {
        self.size += std::mem::take(&mut other.size);
    }

    /// A part of it, of this size at most.
    pub(super) fn split(&mut self, size: usize) -> Self {
        let size = size.min(self.size);
        self.size -= size;
        Self {
            of: Arc::clone(&self.of),
            size,
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.size > 0 {
            self.of.add_permits(self.size);
        }
    }
}

impl Buffer {
    pub(super) fn new(limits: BufferLimits) -> Self {
        // No message is smaller than a byte.
        let count = limits.count.clamp(1, limits.bytes.max(1));
        let share = limits.bytes / count;
        let all = share * count;
        Self {
            room: Arc::new(Semaphore::new(all)),
            limits,
            share,
            all,
        }
    }

    fn size(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.clamp(self.share, self.all)).unwrap_or(u32::MAX)
    }

    /// Whether there is room for a message now.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.room.available_permits() >= bytes.clamp(self.share, self.all)
    }

    /// Room for a message, if there is some.
    pub(super) fn try_take(&self, bytes: usize) -> Option<Share<'_>> {
        let permit = self.room.try_acquire_many(self.size(bytes)).ok()?;
        Some(self.share(permit))
    }

    const fn share<'a>(&'a self, permit: SemaphorePermit<'a>) -> Share<'a> {
        Share {
            permit,
            of: &self.room,
        }
    }

    /// Room for a message.
    ///
    /// # Errors
    /// [`ErrorKind::FlowControl`] where there is none, at once or when the time is over.
    pub(super) async fn take(&self, bytes: usize, deadline: Instant) -> Result<Room> {
        if let Some(room) = self.try_take(bytes) {
            return Ok(room.own());
        }
        if self.limits.when_full == WhenFull::Fail {
            return Err(self.full("now"));
        }
        let permit = self.room.acquire_many(self.size(bytes));
        match tokio::time::timeout_at(deadline, permit).await {
            Ok(Ok(permit)) => Ok(self.share(permit).own()),
            // It is never closed.
            Ok(Err(_)) | Err(_) => Err(self.full("in time")),
        }
    }

    fn full(&self, when: &str) -> Error {
        let BufferLimits { count, bytes, .. } = self.limits;
        Error::new(
            ErrorKind::FlowControl,
            format!(
                "the producer holds as much as it may ({count} messages or {bytes} bytes, \
                 SendBufferMaxMessages and SendBufferMaxBytes), and no room came {when}: send \
                 more slowly, or raise them"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Buffer, BufferLimits, WhenFull};

    fn buffer(count: usize, bytes: usize) -> Buffer {
        Buffer::new(BufferLimits {
            count,
            bytes,
            when_full: WhenFull::Fail,
        })
    }

    #[test]
    fn messages_are_bounded_by_count_and_by_bytes() {
        let by_count = buffer(3, 1000);
        let rooms: Vec<_> = (0..4).filter_map(|_| by_count.try_take(1)).collect();
        assert_eq!(rooms.len(), 3);
        drop(rooms);
        let by_bytes = buffer(1000, 1000);
        let first = by_bytes.try_take(600);
        assert!(first.is_some() && by_bytes.try_take(600).is_none());
        drop(first);
        assert!(by_bytes.try_take(600).is_some());
        // What is larger than all of it has it alone.
        let all = by_bytes.try_take(5000);
        assert!(all.is_some() && by_bytes.try_take(1).is_none());
    }

    #[test]
    fn the_room_of_many_is_let_go_of_at_once_or_in_parts() {
        let buffer = buffer(10, 1000);
        let taken = || 1000 - buffer.room.available_permits();
        let mut room = buffer.try_take(300).expect("there is room").own();
        room.add(buffer.try_take(200).expect("there is room"));
        room.merge(buffer.try_take(1).expect("there is room").own());
        assert_eq!((room.size(), taken()), (600, 600));
        let part = room.split(250);
        drop(room);
        assert_eq!(taken(), 250);
        drop(part);
        assert_eq!(taken(), 0);
    }
}
