//! All of a server that others than its sockets work with: the brokers, the faults, the counters.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::faults::{Count, Counters, Faults, Filter};
use crate::node::Node;
use crate::settings::MAX_QUEUES;
use crate::store::TopicConfig;
use crate::tls::Tls;

/// What rules and counters call the name server.
pub(crate) const NAME_SERVER: &str = "namesrv";

/// The brokers of a server and what is told to all of it.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) namesrv: SocketAddr,
    /// Where the console is, once it listens.
    pub(crate) console: OnceLock<SocketAddr>,
    pub(crate) nodes: Arc<[Arc<Node>]>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) name_server_counters: Arc<Counters>,
    pub(crate) tls: Option<Arc<Tls>>,
}

/// A broker of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokerInfo {
    /// `broker-a`, `broker-b`...
    pub name: String,
    /// `127.0.0.1:port`; it stays when the broker is started again.
    pub address: String,
    /// Not while it is killed.
    pub running: bool,
    /// How many connections were accepted since the counters were reset.
    pub connections: u64,
}

/// A topic that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidTopic(String);

impl std::fmt::Display for InvalidTopic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no such topic can be made: {}", self.0)
    }
}

impl std::error::Error for InvalidTopic {}

impl Cluster {
    pub(crate) fn console_url(&self) -> Option<String> {
        let address = self.console.get()?;
        Some(format!("http://{address}"))
    }

    pub(crate) fn create_topic(&self, name: &str, queues: u32) -> Result<(), InvalidTopic> {
        crate::broker::check_topic_name(name).map_err(|why| InvalidTopic(why.to_owned()))?;
        if queues > MAX_QUEUES {
            return Err(InvalidTopic(format!("{queues} queues are too many")));
        }
        for node in &*self.nodes {
            let set = node.broker().topics.set(name, TopicConfig::new(queues));
            set.map_err(|error| InvalidTopic(format!("it cannot be kept: {error}")))?;
        }
        Ok(())
    }

    /// The broker of this name.
    pub(crate) fn node(&self, name: &str) -> io::Result<&Arc<Node>> {
        let node = self.nodes.iter().find(|node| node.name == name);
        node.ok_or_else(|| {
            let names: Vec<_> = self.nodes.iter().map(|node| &*node.name).collect();
            let text = format!("there is no broker `{name}`, only {}", names.join(", "));
            io::Error::new(io::ErrorKind::NotFound, text)
        })
    }

    pub(crate) fn brokers(&self) -> Vec<BrokerInfo> {
        let info = |node: &Arc<Node>| BrokerInfo {
            name: node.name.clone(),
            address: node.address.to_string(),
            running: node.is_running(),
            connections: node.counters.connections(),
        };
        self.nodes.iter().map(info).collect()
    }

    /// What was received, as far as the filter asks for it.
    pub(crate) fn counts(&self, filter: &Filter) -> Vec<Count> {
        let mut counts = self.name_server_counters.all(NAME_SERVER);
        for node in &*self.nodes {
            counts.extend(node.counters.all(&node.name));
        }
        counts.retain(|count| filter.accepts(count));
        counts
    }

    pub(crate) fn reset_counts(&self) {
        self.name_server_counters.reset();
        for node in &*self.nodes {
            node.counters.reset();
        }
    }

    /// Has the locks of a group, or of all, run out.
    pub(crate) fn expire_locks(&self, group: Option<&str>) {
        for node in &*self.nodes {
            node.broker().expire_locks(group);
        }
    }
}
