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
use crate::clock;
use crate::peer::{Peer, Token};
use crate::store::{Filter, Queue};

/// How many pulls of one connection wait at most; a client has one per queue. What is above is
/// answered at once, as without long polling.
pub(crate) const MAX_WAITING: usize = 4096;

/// A queue's side of a waiting pull.
#[derive(Debug)]
pub(crate) struct Waiter {
    peer: Arc<Peer>,
    pull: Token,
    filter: Filter,
}

impl Waiter {
    pub(crate) const fn new(peer: Arc<Peer>, pull: Token, filter: Filter) -> Self {
        Self { peer, pull, filter }
    }

    /// Whether a message with this tag is worth waking for.
    pub(crate) fn accepts(&self, tag: i32) -> bool {
        self.filter.may_accept(tag)
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
        let deadline = clock::after(now, wait.timeout);
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::peer::Letter;
    use crate::store::{Ask, Log, NewMessage};

    fn peer(id: u64) -> Arc<Peer> {
        let address = "127.0.0.1:5".parse().expect("an address");
        Arc::new(Peer::new(id, address))
    }

    /// Has a pull wait at the end of a queue.
    fn wait(pulls: &mut WaitingPulls, peer: &Arc<Peer>, queue: &Arc<Queue>, token: Token) {
        let ask = Ask {
            offset: 0,
            max_messages: 1,
            max_bytes: 1,
            filter: &Filter::All,
        };
        let waiter = Waiter::new(Arc::clone(peer), token, Filter::All);
        assert!(queue.read_or_wait(&ask, waiter).is_none());
        let request = Command::request(
            onsmq_proto::codec::RequestCode::PULL_MESSAGE,
            onsmq_proto::codec::ExtFields::new(),
            bytes::Bytes::new(),
        );
        let wait = Wait {
            queue: Arc::clone(queue),
            timeout: Duration::from_secs(token.0),
        };
        pulls.insert(token, request, wait, Instant::now());
    }

    fn woken(peer: &Peer) -> Option<Token> {
        match peer.take()? {
            Letter::Woken(token) => Some(token),
            Letter::Request(request) => panic!("nobody asked: {request:?}"),
        }
    }

    fn append(queue: &Arc<Queue>, log: &Log) {
        let message = NewMessage {
            body: b"x",
            properties: "",
            tag: 0,
            flag: 0,
            sys_flag: 0,
            born_timestamp: 0,
            born_host: log.host(),
            reconsume_times: 0,
            prepared_transaction_offset: 0,
        };
        queue.append(log, 0, &[message]).expect("short");
    }

    #[tokio::test]
    async fn a_message_wakes_the_pulls_that_still_wait_and_no_others() {
        let log = Log::new(
            "127.0.0.1:10911".parse().expect("an address"),
            crate::journal::Journal::default(),
        );
        let queue = Arc::new(Queue::new(Arc::from("t"), 0));
        let (here, gone) = (peer(1), peer(2));
        let (mut pulls, mut lost) = (WaitingPulls::default(), WaitingPulls::default());
        for token in [9, 5, 7] {
            wait(&mut pulls, &here, &queue, Token(token));
        }
        wait(&mut lost, &gone, &queue, Token(9));
        lost.forget_all(&gone);

        let now = Instant::now() + Duration::from_secs(6);
        assert!(pulls.take_expired(&here, Instant::now()).is_none());
        let expired = pulls.take_expired(&here, now).map(|(token, _)| token);
        assert_eq!(expired, Some(Token(5)));
        assert!(pulls.take_expired(&here, now).is_none());

        append(&queue, &log);
        assert_eq!(woken(&here), Some(Token(9)));
        assert!(pulls.take(Token(9)).is_some());
        assert_eq!(woken(&here), Some(Token(7)));
        assert_eq!(woken(&here), None);
        assert_eq!(woken(&gone), None);
        append(&queue, &log);
        assert_eq!(woken(&here), None, "woken once");
    }
}
