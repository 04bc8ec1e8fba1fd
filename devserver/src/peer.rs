//! A client as the rest of the server sees it: what is for it can be left here at any time; its
//! connection fetches it when it has room to write.

use std::collections::VecDeque;
use std::net::SocketAddr;

use onsmq_proto::codec::Command;
use parking_lot::Mutex;
use tokio::sync::Notify;

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
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Letters {
    requests: VecDeque<Command>,
    /// Pulls whose messages have come: bounded by how many pulls a connection may have waiting.
    woken: VecDeque<Token>,
}

impl Peer {
    pub(crate) fn new(id: u64, address: SocketAddr) -> Self {
        Self {
            id,
            address,
            letters: Mutex::default(),
            arrived: Notify::new(),
        }
    }

    /// Leaves a request of the server's for the client.
    pub(crate) fn send(&self, request: Command) {
        let mut letters = self.letters.lock();
        if letters.requests.len() < MAX_REQUESTS {
            letters.requests.push_back(request);
        }
        drop(letters);
        self.arrived.notify_one();
    }

    /// Says that a waiting pull has something to get.
    pub(crate) fn wake(&self, pull: Token) {
        self.letters.lock().woken.push_back(pull);
        self.arrived.notify_one();
    }

    pub(crate) fn take_request(&self) -> Option<Command> {
        self.letters.lock().requests.pop_front()
    }

    pub(crate) fn take_woken(&self) -> Option<Token> {
        self.letters.lock().woken.pop_front()
    }

    /// Waits for something to be left.
    pub(crate) async fn arrival(&self) {
        self.arrived.notified().await;
    }
}
