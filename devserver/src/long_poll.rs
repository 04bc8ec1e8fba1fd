//! Pulls that wait for a message.
//!
//! A waiting pull is kept twice: the queue holds a waiter, so that a message finds it, and the
//! connection holds the request, so that it is answered in its own task, when there is room to
//! write, and is gone with the connection.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use onsmq_proto::codec::Command;
use tokio::time::Instant;

use crate::answer::Wait;
use crate::peer::{Peer, Token};
use crate::store::{Queue, TagFilter};

/// How many pulls of one connection wait at most; a client has one per queue. What is above is
/// answered at once, as without long polling.
pub(crate) const MAX_WAITING: usize = 4096;

/// A queue's side of a waiting pull.
#[derive(Debug)]
pub(crate) struct Waiter {
    peer: Arc<Peer>,
    pull: Token,
    filter: TagFilter,
}

impl Waiter {
    pub(crate) const fn new(peer: Arc<Peer>, pull: Token, filter: TagFilter) -> Self {
        Self { peer, pull, filter }
    }

    /// Whether a message with this tag is worth waking for.
    pub(crate) fn accepts(&self, tag: i32) -> bool {
        self.filter.accepts(tag)
    }

    pub(crate) fn wake(self) {
        self.peer.wake(self.pull);
    }

    fn is(&self, peer: &Peer, pull: Token) -> bool {
        self.peer.id == peer.id && self.pull == pull
    }
}

/// A connection's side: the pulls that wait, and until when.
#[derive(Debug, Default)]
pub(crate) struct WaitingPulls {
    pulls: HashMap<Token, Waiting>,
    deadlines: BTreeSet<(Instant, Token)>,
}

#[derive(Debug)]
struct Waiting {
    request: Command,
    queue: Arc<Queue>,
    deadline: Instant,
}

impl WaitingPulls {
    pub(crate) fn has_room(&self) -> bool {
        self.pulls.len() < MAX_WAITING
    }

    pub(crate) fn insert(&mut self, pull: Token, request: Command, wait: Wait, now: Instant) {
        // A time that is out of the clock's range is never over.
        let far = std::time::Duration::from_secs(24 * 60 * 60);
        let deadline = now + wait.timeout.min(far);
        self.deadlines.insert((deadline, pull));
        let waiting = Waiting {
            request,
            queue: wait.queue,
            deadline,
        };
        self.pulls.insert(pull, waiting);
    }

    /// Takes a pull that was woken. Its waiter is gone already.
    pub(crate) fn take(&mut self, pull: Token) -> Option<Command> {
        let waiting = self.pulls.remove(&pull)?;
        self.deadlines.remove(&(waiting.deadline, pull));
        Some(waiting.request)
    }

    /// Takes a pull whose time is over, with its waiter.
    pub(crate) fn take_expired(&mut self, peer: &Peer, now: Instant) -> Option<(Token, Command)> {
        let (deadline, pull) = *self.deadlines.first()?;
        if deadline > now {
            return None;
        }
        self.deadlines.pop_first();
        let waiting = self.pulls.remove(&pull)?;
        waiting.queue.forget(|waiter| waiter.is(peer, pull));
        Some((pull, waiting.request))
    }

    /// When the next one's time is over.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Takes all waiters back: the connection is gone.
    pub(crate) fn forget_all(&mut self, peer: &Peer) {
        self.deadlines.clear();
        for (pull, waiting) in self.pulls.drain() {
            waiting.queue.forget(|waiter| waiter.is(peer, pull));
        }
    }
}
