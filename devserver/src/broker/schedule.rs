//! When the next delayed message is due: one heap, one task that waits.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::clock;
use crate::store::Queue;

/// The waiting messages of a broker; they themselves are in its queues.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    waiting: Mutex<Waiting>,
    /// A message came that is due before all others.
    earlier: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    heap: BinaryHeap<Reverse<Entry>>,
    added: u64,
}

/// Ordered by time; what is due at one time comes in the order in which it was added.
#[derive(Debug)]
struct Entry {
    time: Instant,
    number: u64,
    due: Due,
}

/// A message that is to be delivered.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) queue: Arc<Queue>,
    pub(super) offset: i64,
}

impl Schedule {
    /// Has a message that is in a waiting queue delivered after a time.
    pub(super) fn add(&self, delay: Duration, queue: Arc<Queue>, offset: i64) {
        let time = clock::after(Instant::now(), delay);
        let mut waiting = self.waiting.lock();
        let is_first = match waiting.heap.peek() {
            Some(Reverse(first)) => time < first.time,
            None => true,
        };
        waiting.added += 1;
        let number = waiting.added;
        waiting.heap.push(Reverse(Entry {
            time,
            number,
            due: Due { queue, offset },
        }));
        drop(waiting);
        if is_first {
            self.earlier.notify_one();
        }
    }

    /// Waits for the next message that is due. Nothing is lost where this is cancelled.
    pub(super) async fn next_due(&self) -> Due {
        loop {
            let next = match self.take_due(Instant::now()) {
                Ok(due) => return due,
                Err(next) => next,
            };
            match next {
                Some(time) => tokio::select! {
                    () = tokio::time::sleep_until(time) => {}
                    () = self.earlier.notified() => {}
                },
                None => self.earlier.notified().await,
            }
        }
    }

    /// Takes a message that is due, or says when the next one is.
    fn take_due(&self, now: Instant) -> Result<Due, Option<Instant>> {
        let mut waiting = self.waiting.lock();
        match waiting.heap.peek() {
            None => Err(None),
            Some(Reverse(first)) if first.time > now => Err(Some(first.time)),
            Some(_) => match waiting.heap.pop() {
                Some(Reverse(entry)) => Ok(entry.due),
                None => Err(None),
            },
        }
    }
}

#[cfg(test)]
impl Schedule {
    /// What waits, in no order.
    pub(super) fn waiting(&self) -> Vec<Due> {
        let waiting = self.waiting.lock();
        let of = |Reverse(entry): &Reverse<Entry>| Due {
            queue: Arc::clone(&entry.due.queue),
            offset: entry.due.offset,
        };
        waiting.heap.iter().map(of).collect()
    }

    /// Takes the first one, as if its time had come.
    pub(super) fn take_first(&self) -> Option<Due> {
        let Reverse(entry) = self.waiting.lock().heap.pop()?;
        Some(entry.due)
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.time, self.number).cmp(&(other.time, other.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Entry {}
