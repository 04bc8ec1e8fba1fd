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
use crate::message::batch;

/// Requests of one topic that are under way to a broker at once, at most. More would make the
/// batches smaller and the broker's work larger.
const MAX_UNDER_WAY: usize = 8;

/// Bytes for entries that are kept while nothing waits; what a flood took is given back.
const MOST_KEPT: usize = 256 << 10;

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
pub struct Gathered<W> {
    /// In the order of the sends.
    pub sends: Vec<W>,
    /// Their entries: the body of SEND_BATCH_MESSAGE.
    pub entries: Bytes,
}

/// Which sends wait, and which queues are busy. `W` is a send.
#[derive(Debug)]
pub struct Accumulator<W> {
    /// Each with the bytes of its entry.
    waiting: VecDeque<(W, usize)>,
    /// Written when a send begins to wait, by the thread that has its message at hand: what leaves
    /// is cut off, and neither copied together nor freed piece by piece on another thread.
    entries: BytesMut,
    /// The most that `entries` had room for since it was made.
    room: usize,
    busy: Vec<(Arc<str>, Vec<i32>)>,
}

impl<W> Default for Accumulator<W> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            entries: BytesMut::new(),
            room: 0,
            busy: Vec::new(),
        }
    }
}

impl<W> Accumulator<W> {
    /// Whether sends wait: then later ones wait behind them.
    #[must_use]
    pub fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
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
        let broker = self
            .busy
            .iter_mut()
            .find(|(broker, _)| *broker == queue.broker_name);
        match broker {
            Some((_, ids)) => ids.push(queue.queue_id),
            None => {
                let busy = (Arc::clone(&queue.broker_name), vec![queue.queue_id]);
                self.busy.push(busy);
            }
        }
    }

    /// The request to this queue is over, and none follows.
    pub fn let_go(&mut self, queue: &MessageQueue) {
        let at = self
            .busy
            .iter()
            .position(|(broker, _)| *broker == queue.broker_name);
        if let Some(at) = at {
            let ids = &mut self.busy[at].1;
            ids.retain(|id| *id != queue.queue_id);
            if ids.is_empty() {
                self.busy.swap_remove(at);
            }
        }
    }

    /// A send waits, with the body and the properties of its message.
    ///
    /// # Errors
    /// The send, where its message has no place in a batch.
    pub fn push(
        &mut self,
        waiting: W,
        body: &[u8],
        properties: &str,
    ) -> Result<(), (W, WireError)> {
        let before = self.entries.len();
        match batch::put(&mut self.entries, 0, body, properties) {
            Ok(()) => {
                let bytes = self.entries.len() - before;
                self.room = self.room.max(self.entries.capacity());
                self.waiting.push_back((waiting, bytes));
                Ok(())
            }
            Err(error) => Err((waiting, error)),
        }
    }

    /// Takes out what leaves next, in the order of the sends: as much as fits, and one at least
    /// where one waits.
    pub fn next(&mut self, limits: BatchLimits) -> Gathered<W> {
        let mut total = 0;
        let mut count = 0;
        for (_, bytes) in self.waiting.iter().take(limits.count.max(1)) {
            if count > 0 && total + bytes > limits.bytes {
                break;
            }
            total += bytes;
            count += 1;
        }
        let next = self.waiting.drain(..count).map(|(waiting, _)| waiting);
        let sends = next.collect();
        let entries = self.entries.split_to(total).freeze();
        // Even an empty rest keeps the memory of all that it was a part of.
        if self.waiting.is_empty() && self.room > MOST_KEPT {
            self.entries = BytesMut::new();
            self.waiting = VecDeque::new();
            self.room = 0;
        }
        Gathered { sends, entries }
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
        let mut sends = Accumulator::<()>::default();
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
        let mut sends = Accumulator::default();
        for (number, bytes) in [
            (1, 60),
            (2, 40),
            (3, 30),
            (4, 30),
            (5, 30),
            (6, 30),
            (7, 500),
        ] {
            let body = vec![number; bytes - ENTRY_OVERHEAD];
            sends.push(number, &body, "").expect("it fits");
        }
        let mut next = || {
            let Gathered { sends, mut entries } = sends.next(LIMITS);
            let length = entries.len();
            for number in &sends {
                let entry = batch::take(&mut entries).unwrap().unwrap();
                assert_eq!(entry.body.first(), Some(number));
            }
            assert!(entries.is_empty());
            (sends, length)
        };
        assert_eq!(next(), (vec![1, 2], 100));
        assert_eq!(next(), (vec![3, 4, 5], 90));
        assert_eq!(next(), (vec![6], 30));
        assert_eq!(next(), (vec![7], 500));
        assert_eq!(next(), (vec![], 0));
        assert!(!sends.has_waiting());
    }

    #[test]
    fn the_memory_of_a_flood_is_given_back() {
        let mut sends = Accumulator::default();
        let body = vec![0; 1000];
        for number in 0..1000 {
            sends.push(number, &body, "").expect("it fits");
        }
        while sends.has_waiting() {
            sends.next(LIMITS);
        }
        assert_eq!(sends.entries.capacity() + sends.waiting.capacity(), 0);
        // What is little is kept: the next send needs no memory of its own.
        sends.push(0, &body, "").expect("it fits");
        sends.push(1, &body, "").expect("it fits");
        sends.next(LIMITS);
        assert!(sends.waiting.capacity() > 0);
    }

    #[test]
    fn what_has_no_place_in_a_batch_comes_back() {
        let mut sends = Accumulator::default();
        let too_long = "x".repeat(1 << 15);
        let refused = sends.push(1, b"body", &too_long);
        assert!(matches!(refused, Err((1, _))));
        assert!(!sends.has_waiting());
        assert!(sends.next(LIMITS).entries.is_empty());
    }
}
