//! A broker's log as clients know it: addresses by which single messages are found again.

use std::net::SocketAddr;
use std::sync::Arc;

use onsmq_proto::message::StoredMessage;
use onsmq_proto::message::id::OffsetMessageId;
use parking_lot::Mutex;

use super::segments::Place;
use super::{Queue, Topic};
use crate::journal::Journal;

/// The address space of a broker's messages.
///
/// There is no log in memory: each queue has its own pieces. A piece gets a range of addresses
/// when it is made, which costs nothing per message, and an address tells the piece that it lies
/// in. Offsets are unique and grow within a queue, as a real broker's do; between queues they
/// do not tell the order.
#[derive(Debug)]
pub(crate) struct Log {
    host: SocketAddr,
    journal: Journal,
    pieces: Mutex<Pieces>,
}

#[derive(Debug, Default)]
struct Pieces {
    next: i64,
    /// In the order of their bases.
    all: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    base: i64,
    queue: Arc<Queue>,
    segment: u32,
}

impl Log {
    /// `host` is the broker's own address, which its message ids name.
    pub(crate) fn new(host: SocketAddr, journal: Journal) -> Self {
        Self {
            host,
            journal,
            pieces: Mutex::default(),
        }
    }

    pub(crate) const fn host(&self) -> SocketAddr {
        self.host
    }

    /// Where messages are kept.
    pub(super) const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The id of the message at an address.
    pub(crate) const fn message_id(&self, commit_log_offset: i64) -> OffsetMessageId {
        OffsetMessageId {
            host: self.host,
            commit_log_offset,
        }
    }

    /// Takes a range of addresses for a queue's next piece.
    pub(super) fn reserve(&self, queue: &Arc<Queue>, segment: u32, capacity: usize) -> i64 {
        let mut pieces = self.pieces.lock();
        let base = pieces.next;
        pieces.next += i64::try_from(capacity).unwrap_or(i64::MAX);
        pieces.all.push(Piece {
            base,
            queue: Arc::clone(queue),
            segment,
        });
        base
    }

    /// Takes up a record that was kept: its piece, where it is the first one there.
    pub(super) fn restore(&self, queue: &Arc<Queue>, place: Place, message: &StoredMessage) {
        let mut pieces = self.pieces.lock();
        let base = message.commit_log_offset();
        let length = i64::try_from(message.record().len()).unwrap_or(i64::MAX);
        pieces.next = pieces.next.max(base.saturating_add(length));
        if place.start == 0 {
            pieces.all.push(Piece {
                base,
                queue: Arc::clone(queue),
                segment: place.segment,
            });
        }
    }

    /// All that was kept is here again; the log ended at `end`, or further.
    pub(crate) fn restored(&self, end: i64) {
        let mut pieces = self.pieces.lock();
        pieces.next = pieces.next.max(end);
        pieces.all.sort_unstable_by_key(|piece| piece.base);
    }

    /// The message at an address, if one begins there.
    pub(crate) fn find(&self, commit_log_offset: i64) -> Option<StoredMessage> {
        let (queue, segment, start) = {
            let pieces = self.pieces.lock();
            let after = pieces
                .all
                .partition_point(|piece| piece.base <= commit_log_offset);
            let piece = pieces.all.get(after.checked_sub(1)?)?;
            let start = usize::try_from(commit_log_offset - piece.base).ok()?;
            (Arc::clone(&piece.queue), piece.segment, start)
        };
        queue
            .message_at(segment, start)
            .filter(|message| message.commit_log_offset() == commit_log_offset)
    }

    /// Lets go of a topic's queues: their messages are not found any more.
    pub(crate) fn forget(&self, topic: &Topic) {
        let mut pieces = self.pieces.lock();
        pieces.all.retain(|piece| {
            !topic
                .queues()
                .iter()
                .any(|it| Arc::ptr_eq(it, &piece.queue))
        });
    }

    /// The end of the address space.
    pub(crate) fn end(&self) -> i64 {
        self.pieces.lock().next
    }
}
