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
pub struct Gathered<W> {
    /// In the order of the sends.
    pub sends: Vec<W>,
    /// Their entries: the body of SEND_BATCH_MESSAGE.
    pub entries: Bytes,
}

/// Which sends wait, and which queues are busy. `W` is a send.
#[derive(Debug)]
pub struct Accumulator<W> {
    limits: BatchLimits,
    /// In the order of the sends; to all but the last nothing can be added.
    waiting: VecDeque<Batch<W>>,
    /// The sends and the bytes of the one that left last: the next is given room for as much.
    usual: (usize, usize),
    busy: Vec<(Arc<str>, Vec<i32>)>,
}

/// Sends that will leave together. Their entries are written when they begin to wait, by the thread
/// that has the message at hand: what leaves is neither copied together nor freed piece by piece
/// on another thread.
#[derive(Debug)]
struct Batch<W> {
    sends: Vec<W>,
    entries: BytesMut,
}

impl<W> Accumulator<W> {
    /// One where nothing waits.
    #[must_use]
    pub const fn new(limits: BatchLimits) -> Self {
        Self {
            limits,
            waiting: VecDeque::new(),
            usual: (0, 0),
            busy: Vec::new(),
        }
    }

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
        let bytes = ENTRY_OVERHEAD + body.len() + properties.len();
        if let Some(last) = self.waiting.back_mut()
            && last.has_room(bytes, self.limits)
        {
            return last.push(waiting, body, properties);
        }
        let (usual_sends, usual_bytes) = self.usual;
        let mut next = Batch {
            sends: Vec::with_capacity(usual_sends),
            entries: BytesMut::with_capacity(usual_bytes),
        };
        next.push(waiting, body, properties)?;
        self.waiting.push_back(next);
        Ok(())
    }

    /// Takes out what leaves next, in the order of the sends: as much as fits, and one at least
    /// where one waits.
    pub fn next_batch(&mut self) -> Option<Gathered<W>> {
        let Batch { sends, entries } = self.waiting.pop_front()?;
        self.usual = (sends.len(), entries.len().min(MOST_ROOM));
        if self.waiting.is_empty() && self.waiting.capacity() > MOST_KEPT {
            self.waiting = VecDeque::new();
        }
        let entries = entries.freeze();
        Some(Gathered { sends, entries })
    }
}

impl<W> Batch<W> {
    fn has_room(&self, bytes: usize, limits: BatchLimits) -> bool {
        self.sends.len() < limits.count && self.entries.len() + bytes <= limits.bytes
    }

    fn push(&mut self, waiting: W, body: &[u8], properties: &str) -> Result<(), (W, WireError)> {
        match batch::put(&mut self.entries, 0, body, properties) {
            Ok(()) => {
                self.sends.push(waiting);
                Ok(())
            }
            Err(error) => Err((waiting, error)),
        }
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
        let mut sends = Accumulator::new(LIMITS);
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
            sends.push(number, &body, "").expect("it fits");
        }
        let mut next = || {
            let Gathered { sends, mut entries } = sends.next_batch()?;
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
        let mut sends = Accumulator::new(LIMITS);
        let body = vec![0; 1000];
        for number in 0..1000 {
            sends.push(number, &body, "").expect("it fits");
        }
        while sends.has_waiting() {
            sends.next_batch().expect("some wait");
        }
        assert_eq!(sends.waiting.capacity(), 0);
        // What is little is kept: the next send needs no memory of its own.
        sends.push(0, &body, "").expect("it fits");
        sends.push(1, &body, "").expect("it fits");
        while sends.has_waiting() {
            sends.next_batch().expect("some wait");
        }
        assert!(sends.waiting.capacity() > 0);
    }

    #[test]
    fn what_has_no_place_in_a_batch_comes_back() {
        let mut sends = Accumulator::new(LIMITS);
        let too_long = "x".repeat(1 << 15);
        let refused = sends.push(1, b"body", &too_long);
        assert!(matches!(refused, Err((1, _))));
        assert!(!sends.has_waiting());
        sends.push(2, b"body", "").expect("it fits");
        assert!(sends.push(3, b"body", &too_long).is_err());
        assert_eq!(sends.next_batch().map(|it| it.sends), Some(vec![2]));
    }
}
