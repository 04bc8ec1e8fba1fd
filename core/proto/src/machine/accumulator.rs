//! The sends of one topic that wait to leave together.
//!
//! ```text
//!   a queue is free ---take_up---> under way ---let_go---> free
//!   all are busy    ---push------> waiting ---next, when a queue becomes free---> under way
//! ```
//!
//! What is sent while a queue is free leaves at once and alone, so that gathering delays nobody;
//! what comes while all are busy leaves together with the next one that becomes free. At most one
//! request is under way to a queue, which is what keeps its messages in the order of their sends.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::MessageQueue;
use crate::WireError;
use crate::message::batch::{self, ENTRY_OVERHEAD};

/// Requests of one topic that are under way to a broker at once, at most. More would make the
/// batches smaller and the broker's work larger.
const MAX_UNDER_WAY: usize = 8;

/// The most bytes that a batch has room for from the start.
const MOST_ROOM: usize = 256 << 10;
/// Places for batches that are kept while nothing waits; what a flood took is given back.
const MOST_KEPT: usize = 64;

/// What one request may carry.
#[derive(Debug, Clone, Copy)]
pub struct BatchLimits {
    /// Most messages.
    pub count: usize,
    /// Most bytes of their entries, which a single message may exceed.
    pub bytes: usize,
}

impl BatchLimits {
    /// As much as there is.
    pub const NONE: Self = Self {
        count: usize::MAX,
        bytes: usize::MAX,
    };
}

/// What leaves together.
#[derive(Debug)]
pub struct Gathered<S> {
    /// What was kept of the sends.
    pub sends: S,
    /// How many there are.
    pub count: usize,
    /// Their entries, in the order of the sends: the body of SEND_BATCH_MESSAGE.
    pub entries: Bytes,
}

/// Which sends wait, and which queues are busy. `S` is what their owner keeps of those that leave
/// together.
#[derive(Debug)]
pub struct Accumulator<S> {
    limits: BatchLimits,
    /// In the order of the sends; to all but the last nothing can be added.
    waiting: VecDeque<Batch<S>>,
    /// The bytes of the one that left last: the next is given room for as much.
    usual: usize,
    busy: Vec<(Arc<str>, Vec<i32>)>,
}

/// Sends that will leave together. Their entries are written when they begin to wait, by the thread
/// that has the message at hand: what leaves is neither copied together nor freed piece by piece
/// on another thread.
#[derive(Debug)]
struct Batch<S> {
    sends: S,
    count: usize,
    entries: BytesMut,
}

impl<S: Default> Accumulator<S> {
    /// One where nothing waits.
    #[must_use]
    pub const fn new(limits: BatchLimits) -> Self {
        Self {
            limits,
            waiting: VecDeque::new(),
            usual: 0,
            busy: Vec::new(),
        }
    }

    /// Whether sends wait: then later ones wait behind them.
    #[must_use]
    pub fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether all queues are free.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.busy.is_empty()
    }

    /// Whether a request may go to this queue now.
    #[must_use]
    pub fn is_free(&self, queue: &MessageQueue) -> bool {
        self.busy
            .iter()
            .find(|(broker, _)| *broker == queue.broker_name)
            .is_none_or(|(_, ids)| ids.len() < MAX_UNDER_WAY && !ids.contains(&queue.queue_id))
    }

    /// A request goes to this queue.
    pub fn take_up(&mut self, queue: &MessageQueue) {
        match self.broker(&queue.broker_name) {
            Some(at) => self.busy[at].1.push(queue.queue_id),
            None => {
                let busy = (Arc::clone(&queue.broker_name), vec![queue.queue_id]);
                self.busy.push(busy);
            }
        }
    }

    /// The request to this queue is over, and none follows.
    pub fn let_go(&mut self, queue: &MessageQueue) {
        if let Some(at) = self.broker(&queue.broker_name) {
            let ids = &mut self.busy[at].1;
            ids.retain(|id| *id != queue.queue_id);
            if ids.is_empty() {
                self.busy.swap_remove(at);
            }
        }
    }

    fn broker(&self, name: &Arc<str>) -> Option<usize> {
        self.busy.iter().position(|(broker, _)| broker == name)
    }

    /// A send waits, with the body and the properties of its message. Gives what is kept of those
    /// that it leaves with, for the caller to add it.
    ///
    /// # Errors
    /// Where its message has no place in a batch: then it does not wait.
    pub fn push(&mut self, body: &[u8], properties: &str) -> Result<&mut S, WireError> {
        let bytes = ENTRY_OVERHEAD + body.len() + properties.len();
        let begins = (self.waiting.back()).is_none_or(|last| !last.has_room(bytes, self.limits));
        if begins {
            self.waiting.push_back(Batch {
                sends: S::default(),
                count: 0,
                entries: BytesMut::with_capacity(self.usual),
            });
        }
        let at = self.waiting.len() - 1;
        if let Err(error) = self.waiting[at].put(body, properties) {
            if begins {
                self.waiting.pop_back();
            }
            return Err(error);
        }
        Ok(&mut self.waiting[at].sends)
    }

    /// Takes out what leaves next, in the order of the sends: as much as fits, and one at least
    /// where one waits.
    pub fn next_batch(&mut self) -> Option<Gathered<S>> {
        let Batch {
            sends,
            count,
            entries,
        } = self.waiting.pop_front()?;
        self.usual = entries.len().min(MOST_ROOM);
        if self.waiting.is_empty() && self.waiting.capacity() > MOST_KEPT {
            self.waiting = VecDeque::new();
        }
        Some(Gathered {
            sends,
            count,
            entries: entries.freeze(),
        })
    }
}

impl<S> Batch<S> {
    fn has_room(&self, bytes: usize, limits: BatchLimits) -> bool {
        self.count < limits.count && self.entries.len() + bytes <= limits.bytes
    }

    fn put(&mut self, body: &[u8], properties: &str) -> Result<(), WireError> {
        batch::put(&mut self.entries, 0, body, properties)?;
        self.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Accumulator, BatchLimits, Gathered, MAX_UNDER_WAY};
    use crate::machine::MessageQueue;
    use crate::message::batch::{self, ENTRY_OVERHEAD};

    const LIMITS: BatchLimits = BatchLimits {
        count: 3,
        bytes: 100,
    };

    fn queue(broker: &str, queue_id: i32) -> MessageQueue {
        MessageQueue {
            topic: "t".into(),
            broker_name: broker.into(),
            queue_id,
        }
    }

    #[test]
    fn one_request_goes_to_a_queue_at_once_and_a_few_to_a_broker() {
        let mut sends = Accumulator::<()>::new(LIMITS);
        assert!(sends.is_free(&queue("a", 0)));
        for id in 0..i32::try_from(MAX_UNDER_WAY).unwrap() {
            assert!(sends.is_free(&queue("a", id)));
            sends.take_up(&queue("a", id));
            assert!(!sends.is_free(&queue("a", id)));
        }
        assert!(!sends.is_free(&queue("a", 99)));
        assert!(sends.is_free(&queue("b", 0)));
        sends.let_go(&queue("a", 3));
        assert!(sends.is_free(&queue("a", 99)));
        assert!(sends.is_free(&queue("a", 3)));
        assert!(!sends.is_free(&queue("a", 4)));
    }

    #[test]
    fn what_waits_leaves_in_its_order_as_much_as_fits() {
        let mut sends = Accumulator::<Vec<u8>>::new(LIMITS);
        for (number, bytes) in [
            (1, 60),
            (2, 40),
            (3, 30),
            (4, 30),
            (5, 30),
            (6, 30),
            (7, 500),
            (8, 30),
        ] {
            let body = vec![number; bytes - ENTRY_OVERHEAD];
            sends.push(&body, "").expect("it fits").push(number);
        }
        let mut next = || {
            let Gathered {
                sends,
                count,
                mut entries,
            } = sends.next_batch()?;
            assert_eq!(sends.len(), count);
            let length = entries.len();
            for number in &sends {
                let entry = batch::take(&mut entries).unwrap().unwrap();
                assert_eq!(entry.body.first(), Some(number));
            }
            assert!(entries.is_empty());
            Some((sends, length))
        };
        assert_eq!(next(), Some((vec![1, 2], 100)));
        assert_eq!(next(), Some((vec![3, 4, 5], 90)));
        assert_eq!(next(), Some((vec![6], 30)));
        assert_eq!(next(), Some((vec![7], 500)));
        assert_eq!(next(), Some((vec![8], 30)));
        assert_eq!(next(), None);
        assert!(!sends.has_waiting());
    }

    #[test]
    fn the_memory_of_a_flood_is_given_back() {
        let mut sends = Accumulator::<()>::new(LIMITS);
        let body = vec![0; 1000];
        for _ in 0..1000 {
            sends.push(&body, "").expect("it fits");
        }
        while sends.has_waiting() {
            sends.next_batch().expect("some wait");
        }
        assert_eq!(sends.waiting.capacity(), 0);
        // What is little is kept: the next send needs no memory of its own.
        sends.push(&body, "").expect("it fits");
        sends.push(&body, "").expect("it fits");
        while sends.has_waiting() {
            sends.next_batch().expect("some wait");
        }
        assert!(sends.waiting.capacity() > 0);
    }

    #[test]
    fn what_has_no_place_in_a_batch_does_not_wait() {
        let mut sends = Accumulator::<Vec<u8>>::new(LIMITS);
        let too_long = "x".repeat(1 << 15);
        assert!(sends.push(b"body", &too_long).is_err());
        assert!(!sends.has_waiting());
        sends.push(b"body", "").expect("it fits").push(2);
        assert!(sends.push(b"body", &too_long).is_err());
        let next = sends.next_batch().map(|it| (it.sends, it.count));
        assert_eq!(next, Some((vec![2], 1)));
    }
}
