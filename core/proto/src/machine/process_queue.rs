//! The window of one queue at a consumer: what was taken from the broker and is not yet
//! committed (Java's `ProcessQueue`).
//!
//! ```text
//!   offsets  ... 7 | 8   9   10   12 | 13 ...
//!                  | done .  done  . |
//!          commit offset = 9 (first not done)   next offset = 13
//! ```

use std::collections::VecDeque;

/// A message's place in the window. It stays valid while the message is in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u64);

/// The window of one queue.
#[derive(Debug)]
pub struct ProcessQueue {
    /// The place of the first entry.
    first: u64,
    entries: VecDeque<Entry>,
    /// Where the broker goes on: the commit offset of an empty window.
    next_offset: i64,
    bytes: usize,
    undone: usize,
}

#[derive(Debug)]
struct Entry {
    offset: i64,
    size: u32,
    done: bool,
}

impl ProcessQueue {
    /// An empty window of a queue that is consumed from `offset` on.
    #[must_use]
    pub const fn new(offset: i64) -> Self {
        Self {
            first: 0,
            entries: VecDeque::new(),
            next_offset: offset,
            bytes: 0,
            undone: 0,
        }
    }

    /// Takes in a message of `size` bytes at `offset`, which grows from message to message.
    pub fn take(&mut self, offset: i64, size: usize) -> Slot {
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        self.entries.push_back(Entry {
            offset,
            size,
            done: false,
        });
        self.bytes += size as usize;
        self.undone += 1;
        self.next_offset = self.next_offset.max(offset + 1);
        Slot(self.first + self.entries.len() as u64 - 1)
    }

    /// The broker goes on at `offset`: what lies before it and was not taken was filtered out.
    pub fn advance(&mut self, offset: i64) {
        self.next_offset = self.next_offset.max(offset);
    }

    /// A message is done with. False where it was already, or is not in the window any more.
    pub fn complete(&mut self, slot: Slot) -> bool {
        let at = slot
            .0
            .checked_sub(self.first)
            .and_then(|at| usize::try_from(at).ok());
        let Some(entry) = at
            .and_then(|at| self.entries.get_mut(at))
            .filter(|it| !it.done)
        else {
            return false;
        };
        entry.done = true;
        self.undone -= 1;
        self.bytes -= entry.size as usize;
        while self.entries.front().is_some_and(|entry| entry.done) {
            self.entries.pop_front();
            self.first += 1;
        }
        true
    }

    /// The offset to commit: of the first message that is not done, all before it being done.
    #[must_use]
    pub fn commit_offset(&self) -> i64 {
        self.entries
            .front()
            .map_or(self.next_offset, |entry| entry.offset)
    }

    /// Where the next pull begins.
    #[must_use]
    pub const fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// Messages that are taken and not done.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.undone
    }

    /// Whether every message that was taken is done.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.undone == 0
    }

    /// Bytes of the messages that are taken and not done.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The first and last offset in the window, for those who ask what a consumer is doing.
    #[must_use]
    pub fn span(&self) -> Option<(i64, i64)> {
        Some((self.entries.front()?.offset, self.entries.back()?.offset))
    }
}

#[cfg(test)]
mod tests {
    use super::ProcessQueue;

    #[test]
    fn commit_offset_stops_at_the_first_message_that_is_not_done() {
        let mut queue = ProcessQueue::new(7);
        assert_eq!(queue.commit_offset(), 7);
        let slots: Vec<_> = [8, 9, 10, 12].map(|offset| queue.take(offset, 100)).into();
        queue.advance(13);
        assert_eq!((queue.commit_offset(), queue.next_offset()), (8, 13));
        assert!(queue.complete(slots[0]) && queue.complete(slots[2]));
        assert_eq!(
            (queue.commit_offset(), queue.len(), queue.bytes()),
            (9, 2, 200)
        );
        assert!(queue.complete(slots[1]));
        assert_eq!(queue.commit_offset(), 12);
        assert!(queue.complete(slots[3]) && queue.is_empty());
        assert_eq!(queue.commit_offset(), 13);
    }

    #[test]
    fn completing_twice_changes_nothing() {
        let mut queue = ProcessQueue::new(0);
        let (first, second) = (queue.take(0, 1), queue.take(1, 1));
        assert!(queue.complete(second) && !queue.complete(second));
        assert!(queue.complete(first) && !queue.complete(first) && !queue.complete(second));
        assert_eq!(
            (queue.len(), queue.bytes(), queue.commit_offset()),
            (0, 0, 2)
        );
    }

    #[test]
    fn what_was_filtered_out_moves_the_commit_offset_of_an_empty_window() {
        let mut queue = ProcessQueue::new(5);
        queue.advance(40);
        assert_eq!(queue.commit_offset(), 40);
        queue.advance(30);
        assert_eq!(queue.commit_offset(), 40);
    }
}
