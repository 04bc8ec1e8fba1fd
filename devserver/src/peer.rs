//! A client as the rest of the server sees it: what is for it can be left here at any time; its
//! connection fetches it when it has room to write.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onsmq_proto::codec::{Command, Language};
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

/// How many requests wait for a client that does not read. Real brokers lose one-way requests,
/// too, when a client is stuck.
const MAX_REQUESTS: usize = 1024;

/// Tells pulls of one connection apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Token(pub(crate) u64);

/// One connection's address and letter box.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Different for each connection of a server.
    pub(crate) id: u64,
    pub(crate) address: SocketAddr,
    letters: Mutex<Letters>,
    /// How many letters there are: a connection looks before each request, and takes the lock only
    /// where there is one.
    waiting: AtomicUsize,
    arrived: Notify,
    introduced: OnceLock<(Language, i16)>,
}

/// What was left for a client.
#[derive(Debug)]
pub(crate) enum Letter {
    /// A request of the server's.
    Request(Command),
    /// A waiting pull has something to get.
    Woken(Token),
}

#[derive(Debug, Default)]
struct Letters {
    requests: VecDeque<Command>,
    /// Pulls whose messages have come: bounded by how many pulls a connection may have waiting.
    woken: VecDeque<Token>,
    /// Requests of the server's that wait for an answer, by opaque. One that is not waited for any
    /// more goes when the next is asked.
    asked: HashMap<i32, oneshot::Sender<Command>>,
    last_opaque: i32,
}

impl Peer {
    pub(crate) fn new(id: u64, address: SocketAddr) -> Self {
        Self {
            id,
            address,
            letters: Mutex::default(),
            waiting: AtomicUsize::new(0),
            arrived: Notify::new(),
            introduced: OnceLock::new(),
        }
    }

    /// Keeps what a client says of itself with its first heartbeat.
    pub(crate) fn introduce(&self, language: Language, version: i16) {
        self.introduced.get_or_init(|| (language, version));
    }

    /// What it is written in, and its version.
    pub(crate) fn introduced(&self) -> Option<(Language, i16)> {
        self.introduced.get().copied()
    }

    /// Asks the client; `None` where it does not answer in time.
    pub(crate) async fn ask(&self, mut request: Command, limit: Duration) -> Option<Command> {
        let (answered, answer) = oneshot::channel();
        {
            let mut letters = self.letters.lock();
            letters.asked.retain(|_, waits| !waits.is_closed());
            letters.last_opaque = letters.last_opaque.wrapping_add(1);
            request.opaque = letters.last_opaque;
            letters.asked.insert(request.opaque, answered);
        }
        self.send(request);
        tokio::time::timeout(limit, answer).await.ok()?.ok()
    }

    /// A client answers a request of the server's.
    pub(crate) fn answered(&self, answer: Command) {
        let asked = self.letters.lock().asked.remove(&answer.opaque);
        if let Some(asked) = asked {
            // Whoever asked may have gone.
            let _ = asked.send(answer);
        }
    }

    /// Leaves a request of the server's for the client.
    pub(crate) fn send(&self, request: Command) {
        let mut letters = self.letters.lock();
        if letters.requests.len() < MAX_REQUESTS {
            letters.requests.push_back(request);
            self.waiting.fetch_add(1, Ordering::Release);
        }
        drop(letters);
        self.arrived.notify_one();
    }

    /// Says that a waiting pull has something to get.
    pub(crate) fn wake(&self, pull: Token) {
        let mut letters = self.letters.lock();
        letters.woken.push_back(pull);
        self.waiting.fetch_add(1, Ordering::Release);
        drop(letters);
        self.arrived.notify_one();
    }

    /// Takes what was left first: a request of the server's, and only then a pull.
    pub(crate) fn take(&self) -> Option<Letter> {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut letters = self.letters.lock();
        let request = letters.requests.pop_front().map(Letter::Request);
        let letter = request.or_else(|| letters.woken.pop_front().map(Letter::Woken))?;
        self.waiting.fetch_sub(1, Ordering::Release);
        Some(letter)
    }

    /// Waits for something to be left.
    pub(crate) async fn arrival(&self) {
        self.arrived.notified().await;
    }
}
