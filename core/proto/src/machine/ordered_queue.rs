//! A queue whose messages are consumed in order, one at a time, while its lock at the broker is
//! held.
//!
//! ```text
//!   push --> waiting --next, if locked and idle--> under way --done--> (gone), idle
//!               ^------------------put back------------/
//! ```

use std::collections::VecDeque;
use std::time::Instant;

/// The messages of one queue in their order. `M` is a message.
#[derive(Debug)]
pub struct OrderedQueue<M> {
    waiting: VecDeque<M>,
    under_way: bool,
    locked_until: Option<Instant>,
}

impl<M> Default for OrderedQueue<M> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            under_way: false,
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
        if self.under_way || !self.is_locked(now) {
            return None;
        }
        let next = self.waiting.pop_front()?;
        self.under_way = true;
        Some(next)
    }

    /// A message of before is still under way: none is handed over until it is done with.
    pub const fn begin_under_way(&mut self) {
        self.under_way = true;
    }

    /// The message that is under way is done with.
    pub const fn done(&mut self) {
        self.under_way = false;
    }

    /// The message that is under way is to come again, before all others.
    pub fn put_back(&mut self, message: M) {
        self.waiting.push_front(message);
        self.under_way = false;
    }

    /// Whether no message is under way.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        !self.under_way
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
        assert_eq!(queue.next(now), Some(1));
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
