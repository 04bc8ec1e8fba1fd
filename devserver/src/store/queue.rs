//! One queue of a topic: its messages, and who waits for more.

use std::io;
use std::sync::Arc;

use onsmq_proto::WireError;
use onsmq_proto::message::StoredMessage;
use parking_lot::Mutex;

use super::records::{Common, Records, offset_of};
use super::{Ask, Log, NewMessage, Read};
use crate::journal::{Position, Waiting};
use crate::long_poll::Waiter;

/// A queue. Its lock is held for as long as messages are copied in or out, and never while
/// something else is waited for.
#[derive(Debug)]
pub(crate) struct Queue {
    topic: Arc<str>,
    id: i32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    records: Records,
    waiters: Vec<Waiter>,
    /// Its topic is gone.
    is_gone: bool,
}

/// Why messages were not stored; none of them is.
#[derive(Debug)]
pub(crate) enum Unstored {
    /// One is too long for a record.
    TooLong,
    /// They could not be kept.
    Unkept(io::Error),
}

/// Where messages went.
#[derive(Debug)]
pub(crate) struct Appended<A> {
    /// The first one's place in the queue; the others follow.
    pub(crate) queue_offset: i64,
    /// Each one's address in the log.
    pub(crate) log_offset: A,
}

/// Which message a time names when it lies between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// The first one at or after it.
    Lower,
    /// The last one at or before it.
    Upper,
}

impl Queue {
    pub(crate) fn new(topic: Arc<str>, id: i32) -> Self {
        Self {
            topic,
            id,
            state: Mutex::default(),
        }
    }

    pub(crate) fn topic(&self) -> &str {
        &self.topic
    }

    pub(crate) const fn id(&self) -> i32 {
        self.id
    }

    /// Appends messages, which follow each other in the queue, and wakes who waits for them.
    ///
    /// # Errors
    /// [`Unstored`].
    pub(crate) fn append(
        self: &Arc<Self>,
        log: &Log,
        now: i64,
        messages: &[NewMessage<'_>],
    ) -> Result<Appended<Vec<i64>>, Unstored> {
        let mut log_offset = Vec::with_capacity(messages.len());
        let queue_offset =
            self.append_telling(log, now, messages, None, |it| log_offset.push(it))?;
        Ok(Appended {
            queue_offset,
            log_offset,
        })
    }

    /// The same with one message, which may wait.
    ///
    /// # Errors
    /// [`Unstored`].
    pub(crate) fn append_one(
        self: &Arc<Self>,
        log: &Log,
        now: i64,
        message: &NewMessage<'_>,
        waiting: Option<Waiting<'_>>,
    ) -> Result<Appended<i64>, Unstored> {
        let message = std::slice::from_ref(message);
        let mut log_offset = 0;
        let queue_offset = self.append_telling(log, now, message, waiting, |it| log_offset = it)?;
        Ok(Appended {
            queue_offset,
            log_offset,
        })
    }

    /// Appends messages, tells each one's address in the log, and gives the first one's place in
    /// the queue.
    fn append_telling(
        self: &Arc<Self>,
        log: &Log,
        now: i64,
        messages: &[NewMessage<'_>],
        waiting: Option<Waiting<'_>>,
        mut tell: impl FnMut(i64),
    ) -> Result<i64, Unstored> {
        let common = Common {
            topic: &self.topic,
            queue_id: self.id,
            store_host: log.host(),
        };
        let mut state = self.state.lock();
        let first = state.records.len();
        let store_time = state.records.store_time(now);
        let stored = messages.iter().try_for_each(|message| {
            let reserve = |segment, capacity| log.reserve(self, segment, capacity);
            tell(state.records.append(common, store_time, message, reserve)?);
            Ok(())
        });
        // Nobody sees them before the lock is let go.
        let kept = stored
            .map_err(|_: WireError| Unstored::TooLong)
            .and_then(|()| {
                self.keep(log, &state, first, waiting)
                    .map_err(Unstored::Unkept)
            });
        kept.inspect_err(|_| state.records.take_back(first))?;
        let woken = state.take_waiters_for(first);
        drop(state);
        woken.into_iter().for_each(Waiter::wake);
        Ok(offset_of(first))
    }

    /// Writes the messages from `first` on into the broker's journal.
    fn keep(
        &self,
        log: &Log,
        state: &State,
        first: usize,
        waiting: Option<Waiting<'_>>,
    ) -> io::Result<()> {
        if state.is_gone {
            return Ok(());
        }
        let place = Position {
            topic: &self.topic,
            queue_id: self.id,
            offset: offset_of(first),
        };
        let records = (first..state.records.len()).filter_map(|at| state.records.record(at));
        log.journal().appended(place, records, waiting)
    }

    /// Appends a message as it was kept; `false` where it does not follow the last one.
    pub(crate) fn restore(self: &Arc<Self>, log: &Log, message: &StoredMessage) -> bool {
        let mut state = self.state.lock();
        let Some(place) = state.records.restore(message) else {
            return false;
        };
        log.restore(self, place, message);
        true
    }

    /// All that was kept is here again.
    pub(crate) fn restored(&self) {
        self.state.lock().records.restored();
    }

    /// Whether its topic goes: what is appended then is not kept.
    pub(super) fn set_gone(&self, is_gone: bool) {
        self.state.lock().is_gone = is_gone;
    }

    /// One past the last message.
    pub(crate) fn max_offset(&self) -> i64 {
        self.state.lock().records.max_offset()
    }

    /// What a pull gets now.
    pub(crate) fn read(&self, ask: &Ask<'_>) -> Read {
        self.state.lock().records.read(ask)
    }

    /// What a pull gets now; `None` where it is to wait: it is at the queue's end, and the
    /// waiter stays.
    pub(crate) fn read_or_wait(&self, ask: &Ask<'_>, waiter: Waiter) -> Option<Read> {
        let mut state = self.state.lock();
        if ask.offset == state.records.max_offset() {
            state.waiters.push(waiter);
            return None;
        }
        Some(state.records.read(ask))
    }

    /// Has all pulls that wait served again: the queue is gone.
    pub(crate) fn wake_all(&self) {
        let woken = std::mem::take(&mut self.state.lock().waiters);
        woken.into_iter().for_each(Waiter::wake);
    }

    /// Takes back the waiter of a pull that no longer waits.
    pub(crate) fn forget(&self, is_it: impl Fn(&Waiter) -> bool) {
        self.state.lock().waiters.retain(|waiter| !is_it(waiter));
    }

    /// The message with this offset.
    pub(crate) fn message(&self, offset: i64) -> Option<StoredMessage> {
        let at = usize::try_from(offset).ok()?;
        self.state.lock().records.message(at)
    }

    /// The message that begins at a place of the queue's memory.
    pub(super) fn message_at(&self, segment: u32, start: usize) -> Option<StoredMessage> {
        self.state.lock().records.message_at(segment, start)
    }

    /// The offset that a time names: the end where all messages are older.
    pub(crate) fn offset_by_time(&self, time: i64, boundary: Boundary) -> i64 {
        self.state.lock().records.offset_by_time(time, boundary)
    }
}

impl State {
    /// Takes the waiters that want one of the messages from `first` on.
    fn take_waiters_for(&mut self, first: usize) -> Vec<Waiter> {
        if self.waiters.is_empty() {
            return Vec::new();
        }
        let records = &self.records;
        let is_wanted =
            |waiter: &mut Waiter| records.tags_from(first).any(|tag| waiter.accepts(tag));
        self.waiters.extract_if(.., is_wanted).collect()
    }
}
