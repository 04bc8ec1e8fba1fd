//! The window of one queue at a consumer: what was taken from the broker and is not yet
//! committed (Java's `ProcessQueue`).
//!
//! ```text
//!   offsets  ... 7 | 8   9   10   12 | 13 ...
//!                  | done .  done  . |
//!          commit offset = 9 (first not done)   next offset = 13
//! ```

use std::collections::VecDeque;
use std::time::Instant;

/// A message's place in the window. It stays valid while the message is in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u64);

/// The window of one queue. `H` is what is held of a message while somebody consumes it: enough to
/// have it come again.
#[derive(Debug)]
pub struct ProcessQueue<H = ()> {
    /// The place of the first entry.
    first: u64,
    entries: VecDeque<Entry<H>>,
    /// Where the broker goes on: the commit offset of an empty window.
    next_offset: i64,
    bytes: usize,
    undone: usize,
}

#[derive(Debug)]
struct Entry<H> {
    offset: i64,
    size: u32,
    state: State<H>,
}

/// ```text
///   waiting --hand_over--> handed over --expire, begin_return--> returning --complete--> done
///      ^                                                             |
///      +--------------------------- put_back ------------------------+
/// ```
#[derive(Debug)]
enum State<H> {
    Waiting,
    HandedOver {
        since: Instant,
        held: H,
    },
    /// The broker is being told to bring it again.
    Returning,
    Done,
}

impl<H> ProcessQueue<H> {
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
            state: State::Waiting,
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

    /// The entry of a message that is not done.
    fn entry(&mut self, slot: Slot) -> Option<&mut Entry<H>> {
        let at = usize::try_from(slot.0.checked_sub(self.first)?).ok()?;
        let entry = self.entries.get_mut(at)?;
        (!matches!(entry.state, State::Done)).then_some(entry)
    }

    /// Somebody consumes a message from now on.
    pub fn hand_over(&mut self, slot: Slot, now: Instant, held: H) {
        if let Some(entry) = self.entry(slot) {
            entry.state = State::HandedOver { since: now, held };
        }
    }

    /// The messages that were handed over before a time: they are being returned from now on.
    pub fn expire(&mut self, before: Instant) -> Vec<(Slot, H)> {
        let mut expired = Vec::new();
        for (at, entry) in self.entries.iter_mut().enumerate() {
            let State::HandedOver { since, .. } = entry.state else {
                continue;
            };
            if since > before {
                continue;
            }
            if let State::HandedOver { held, .. } =
                std::mem::replace(&mut entry.state, State::Returning)
            {
                expired.push((Slot(self.first + at as u64), held));
            }
        }
        expired
    }

    /// A message is to be returned. False where that is under way already, or it is done.
    pub fn begin_return(&mut self, slot: Slot) -> bool {
        match self.entry(slot) {
            Some(entry) if !matches!(entry.state, State::Returning) => {
                entry.state = State::Returning;
                true
            }
            _ => false,
        }
    }

    /// A message that could not be returned is to be handed over again.
    pub fn put_back(&mut self, slot: Slot) {
        if let Some(entry) = self.entry(slot) {
            entry.state = State::Waiting;
        }
    }

    /// A message is done with. False where it was already, or is not in the window any more.
    pub fn complete(&mut self, slot: Slot) -> bool {
        let Some(entry) = self.entry(slot) else {
            return false;
        };
        entry.state = State::Done;
        let size = entry.size as usize;
        self.undone -= 1;
        self.bytes -= size;
        while let Some(entry) = self.entries.front()
            && matches!(entry.state, State::Done)
        {
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

    /// Messages that cannot be committed yet: those that are not done, and those that are done
    /// behind the first of these.
    #[must_use]
    pub fn uncommitted(&self) -> usize {
        self.entries.len()
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
    use std::time::{Duration, Instant};

    use super::ProcessQueue;

    #[test]
    fn commit_offset_stops_at_the_first_message_that_is_not_done() {
        let mut queue = ProcessQueue::<()>::new(7);
        assert_eq!(queue.commit_offset(), 7);
        let slots: Vec<_> = [8, 9, 10, 12].map(|offset| queue.take(offset, 100)).into();
        queue.advance(13);
        assert_eq!((queue.commit_offset(), queue.next_offset()), (8, 13));
        assert!(queue.complete(slots[0]) && queue.complete(slots[2]));
        assert_eq!(
            (queue.commit_offset(), queue.len(), queue.bytes()),
            (9, 2, 200)
        );
        assert_eq!(queue.uncommitted(), 3);
        assert!(queue.complete(slots[1]));
        assert_eq!(queue.commit_offset(), 12);
        assert!(queue.complete(slots[3]) && queue.is_empty());
        assert_eq!(queue.commit_offset(), 13);
    }

    #[test]
    fn completing_twice_changes_nothing() {
        let mut queue = ProcessQueue::<()>::new(0);
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
        let mut queue = ProcessQueue::<()>::new(5);
        queue.advance(40);
        assert_eq!(queue.commit_offset(), 40);
        queue.advance(30);
        assert_eq!(queue.commit_offset(), 40);
    }

    #[test]
    fn what_was_handed_over_too_long_ago_is_returned_once() {
        let now = Instant::now();
        let later = now + Duration::from_secs(60);
        let mut queue = ProcessQueue::new(0);
        let slots: Vec<_> = (0..3).map(|offset| queue.take(offset, 1)).collect();
        queue.hand_over(slots[0], now, "first");
        queue.hand_over(slots[1], later, "second");
        assert_eq!(queue.expire(now), [(slots[0], "first")]);
        assert!(queue.expire(now).is_empty() && !queue.begin_return(slots[0]));
        assert!(queue.complete(slots[0]) && !queue.begin_return(slots[0]));
        assert_eq!(queue.commit_offset(), 1);
        assert!(queue.begin_return(slots[1]) && queue.expire(later).is_empty());
        queue.put_back(slots[1]);
        assert!(queue.begin_return(slots[1]), "it was handed over again");
    }
}
