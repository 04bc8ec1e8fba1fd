//! The console: the Open API over HTTP (`openapi.md`), and the web page at its root. It acts on
//! what the brokers hold.
//!
//! `listener` owns the socket, `door` looks at who asks and from where, `operations` has a file
//! for each section of the guide. What no broker knows, such as who owns a topic, is in `records`.

mod access;
mod answer;
pub(crate) mod backlog;
mod call;
mod door;
mod listener;
mod operations;
mod parameters;
mod records;
mod reply;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::broker::Broker;
use crate::clock;
use crate::settings::Settings;
use crate::store::Topic;

pub use access::{CONSOLE_ACCESS_KEY, CONSOLE_SECRET_KEY};
pub(crate) use listener::Listener;
pub(crate) use operations::topic::is_users;
pub(crate) use reply::{Posted, Reply};

/// The console of a server.
#[derive(Debug)]
pub(crate) struct Console {
    brokers: Vec<Arc<Broker>>,
    pub(crate) namesrv: SocketAddr,
    pub(crate) settings: Arc<Settings>,
    /// When the server was started, in ms.
    pub(crate) started: i64,
    records: Mutex<records::Records>,
    requests: AtomicU64,
    /// What forms of the page bring back: another one for each server.
    pub(crate) token: String,
}

impl Console {
    pub(crate) fn new(
        brokers: Vec<Arc<Broker>>,
        namesrv: SocketAddr,
        settings: Arc<Settings>,
    ) -> Self {
        Self {
            brokers,
            namesrv,
            settings,
            started: clock::now_ms(),
            records: Mutex::default(),
            requests: AtomicU64::new(0),
            token: random(),
        }
    }

    /// What an answer is told apart by.
    fn next_request_id(&self) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("dev-{number}")
    }

    /// The brokers that run.
    pub(crate) fn brokers(&self) -> &[Arc<Broker>] {
        &self.brokers
    }

    /// A topic at each broker that has it, by its name on the wire.
    pub(crate) fn topic(&self, wire_name: &str) -> Vec<(&Broker, Arc<Topic>)> {
        let at = |broker: &'_ Arc<Broker>| broker.topics.get(wire_name);
        let brokers = self.brokers().iter();
        brokers
            .filter_map(|broker| Some((&**broker, at(broker)?)))
            .collect()
    }
}

/// A number that nobody guesses, in hexadecimal.
fn random() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    // The standard library's only source of random numbers: each state has keys of its own, and
    // the hash is a keyed one.
    let half = || RandomState::new().hash_one(clock::now_ms());
    format!("{:016x}{:016x}", half(), half())
}
