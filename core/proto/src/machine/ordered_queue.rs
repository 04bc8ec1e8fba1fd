//! A queue whose messages are consumed in order, one at a time, while its lock at the broker is
//! held.
//!
//! ```text
//!   push --> waiting --next, if locked and idle--> under way --done--> (gone), idle
//!               ^--put back--> (paused, none is under way) --resume--> idle
//! ```

use std::collections::VecDeque;
use std::time::Instant;

/// The messages of one queue in their order. `M` is a message.
#[derive(Debug)]
pub struct OrderedQueue<M> {
    waiting: VecDeque<M>,
    turn: Turn,
    locked_until: Option<Instant>,
}

/// Whether the next message may be handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// As soon as there is one.
    Idle,
    /// Not before the one that is out.
    UnderWay,
    /// Not before the pause after a failure is over.
    Paused,
}

impl<M> Default for OrderedQueue<M> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            turn: Turn::Idle,
            locked_until: None,
        }
    }
}

impl<M> OrderedQueue<M> {
    /// The broker has given the lock, which counts until then.
    pub const fn locked(&mut self, until: Instant) {
        self.locked_until = Some(until);
    }

    /// Whether the lock counts.
    #[must_use]
    pub fn is_locked(&self, now: Instant) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    /// Takes in messages behind those that wait.
    pub fn push(&mut self, messages: impl IntoIterator<Item = M>) {
        self.waiting.extend(messages);
    }

    /// The next message, if none is under way and the lock counts. It is under way then.
    pub fn next(&mut self, now: Instant) -> Option<M> {
        if self.turn != Turn::Idle || !self.is_locked(now) {
            return None;
        }
        let next = self.waiting.pop_front()?;
        self.turn = Turn::UnderWay;
        Some(next)
    }

    /// A message of before is still under way: none is handed over until it is done with.
    pub const fn begin_under_way(&mut self) {
        self.turn = Turn::UnderWay;
    }

    /// The message that is under way is done with.
    pub const fn done(&mut self) {
        self.turn = Turn::Idle;
    }

    /// The message that is under way is to come again, before all others, once the queue is
    /// [resumed](Self::resume): whatever else happens to it does not end the pause.
    pub fn put_back(&mut self, message: M) {
        self.waiting.push_front(message);
        self.turn = Turn::Paused;
    }

    /// The pause is over.
    pub fn resume(&mut self) {
        if self.turn == Turn::Paused {
            self.turn = Turn::Idle;
        }
    }

    /// Whether no message is under way.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        !matches!(self.turn, Turn::UnderWay)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::OrderedQueue;

    #[test]
    fn messages_come_one_at_a_time_and_again_before_the_next() {
        let now = Instant::now();
        let mut queue = OrderedQueue::default();
        queue.push([1, 2, 3]);
        assert_eq!(queue.next(now), None, "not locked");
        queue.locked(now + Duration::from_secs(30));
        assert_eq!((queue.next(now), queue.next(now)), (Some(1), None));
        queue.put_back(1);
        queue.push([4]);
        assert_eq!((queue.next(now), queue.is_idle()), (None, true), "paused");
        queue.resume();
        assert_eq!(queue.next(now), Some(1));
        queue.resume();
        assert_eq!(queue.next(now), None, "one is under way");
        queue.done();
        assert_eq!(queue.next(now), Some(2));
        queue.done();
        assert_eq!(
            queue.next(now + Duration::from_secs(30)),
            None,
            "the lock is over"
        );
        assert!(queue.is_idle());
    }
}
