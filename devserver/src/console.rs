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
use crate::cluster::{BrokerInfo, Cluster};
use crate::control::ControlError;
use crate::settings::Settings;
use crate::store::Topic;

pub use access::{CONSOLE_ACCESS_KEY, CONSOLE_SECRET_KEY};
pub(crate) use listener::Listener;
pub(crate) use operations::topic::is_users;
pub(crate) use reply::{Posted, Reply};

/// The console of a server.
#[derive(Debug)]
pub(crate) struct Console {
    cluster: Arc<Cluster>,
    pub(crate) settings: Arc<Settings>,
    /// When the server was started, in ms.
    pub(crate) started: i64,
    records: Mutex<records::Records>,
    requests: AtomicU64,
    /// What forms of the page bring back: another one for each server.
    pub(crate) token: String,
}

impl Console {
    /// What an address server says.
    pub(crate) fn name_server(&self) -> String {
        self.cluster.namesrv.to_string()
    }

    pub(crate) fn new(cluster: Arc<Cluster>, settings: Arc<Settings>) -> Self {
        Self {
            cluster,
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

    /// What clients are given.
    pub(crate) fn namesrv(&self) -> SocketAddr {
        self.cluster.namesrv
    }

    /// The brokers that run.
    pub(crate) fn brokers(&self) -> Vec<Arc<Broker>> {
        let nodes = self.cluster.nodes.iter();
        nodes.filter_map(|node| node.running()).collect()
    }

    /// What is to be known of the brokers.
    pub(crate) fn nodes(&self) -> Vec<BrokerInfo> {
        self.cluster.brokers()
    }

    /// Does what a JSON text asks for ([`DevServer::control`](crate::DevServer::control)).
    pub(crate) async fn control(&self, text: &str) -> Result<String, ControlError> {
        self.cluster.control(text).await
    }

    /// All brokers, those that were killed as well.
    pub(crate) fn all_brokers(&self) -> Vec<Arc<Broker>> {
        let nodes = self.cluster.nodes.iter();
        nodes.map(|node| node.broker()).collect()
    }

    /// A topic at each broker that has it, by its name on the wire.
    pub(crate) fn topic(&self, wire_name: &str) -> Vec<(Arc<Broker>, Arc<Topic>)> {
        let with_topic = |broker: Arc<Broker>| {
            let topic = broker.topics.get(wire_name)?;
            Some((broker, topic))
        };
        self.brokers().into_iter().filter_map(with_topic).collect()
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
