//! What a cluster is to be like.

use std::collections::BTreeMap;

use super::archive;
use super::cluster::Cluster;
use super::config;
use super::error::Error;
use super::tls::Tls;
use super::version::Version;

/// Brokers are named by letter.
const MOST_BROKERS: usize = 26;
/// How often other ports are tried after somebody took one before its server could.
const TRIES: usize = 3;

/// Everything that can be chosen.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) version: Version,
    pub(super) brokers: usize,
    pub(super) namesrvs: usize,
    pub(super) acl: bool,
    pub(super) tls: Option<Tls>,
    pub(super) topics: Vec<(String, u32)>,
    pub(super) broker_config: BTreeMap<String, String>,
    /// MiB of each broker's heap, for brokers that are measured: they are compiled in full, too.
    pub(super) heap: Option<u32>,
    /// Whether servers are started for nothing but the classes that they load.
    pub(super) training: bool,
}

impl Options {
    /// One name server and one broker, nothing special.
    pub(super) fn new(version: Version) -> Self {
        Self {
            version,
            brokers: 1,
            namesrvs: 1,
            acl: false,
            tls: None,
            topics: Vec::new(),
            broker_config: BTreeMap::new(),
            heap: None,
            training: false,
        }
    }
}

/// Collects what a cluster is to be like; [`Cluster::builder`] makes one.
#[derive(Clone, Debug)]
pub struct Builder {
    options: Options,
}

impl Builder {
    pub(super) fn new(version: Version) -> Self {
        Self {
            options: Options::new(version),
        }
    }

    /// How many master brokers: `broker-a`, `broker-b`, ... One by default.
    #[must_use]
    pub fn brokers(mut self, number: usize) -> Self {
        self.options.brokers = number;
        self
    }

    /// How many name servers: `namesrv-0`, `namesrv-1`, ... One by default.
    #[must_use]
    pub fn namesrvs(mut self, number: usize) -> Self {
        self.options.namesrvs = number;
        self
    }

    /// Whether brokers check signatures and permissions. Not by default.
    #[must_use]
    pub fn acl(mut self, on: bool) -> Self {
        self.options.acl = on;
        self
    }

    /// Whether servers also take TLS, on the same ports. Not by default.
    #[must_use]
    pub fn tls(mut self, on: bool) -> Self {
        self.options.tls = on.then(Tls::default);
        self
    }

    /// Servers take TLS in this way.
    #[must_use]
    pub fn tls_with(mut self, tls: Tls) -> Self {
        self.options.tls = Some(tls);
        self
    }

    /// A topic to create on all brokers, with this many queues on each.
    #[must_use]
    pub fn topic(mut self, name: impl Into<String>, queues: u32) -> Self {
        self.options.topics.push((name.into(), queues));
        self
    }

    /// MiB of each broker's heap. Such brokers start more slowly, and are as fast as they can be.
    #[must_use]
    pub const fn heap(mut self, heap: Option<u32>) -> Self {
        self.options.heap = heap;
        self
    }

    /// A property of all brokers, e.g. `transactionCheckInterval`.
    #[must_use]
    pub fn broker_config(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.options
            .broker_config
            .insert(key.into(), value.to_string());
        self
    }

    /// Starts the servers and waits until every name server has the route to every broker.
    ///
    /// # Errors
    /// What [`Error`] lists; the text holds the last lines of the servers' logs.
    pub fn start(&self) -> Result<Cluster, Error> {
        self.check()?;
        archive::ensure(self.options.version)?;
        for _ in 1..TRIES {
            match Cluster::launch(self.options.clone()) {
                Err(error) if error.is_port_taken() => {}
                outcome => return outcome,
            }
        }
        Cluster::launch(self.options.clone())
    }

    fn check(&self) -> Result<(), Error> {
        let Options {
            brokers,
            namesrvs,
            broker_config,
            ..
        } = &self.options;
        if !(1..=MOST_BROKERS).contains(brokers) || *namesrvs == 0 {
            let text = format!("use 1 to {MOST_BROKERS} brokers and at least 1 name server");
            return Err(Error::Usage(text));
        }
        broker_config
            .keys()
            .try_for_each(|key| config::check_broker_key(key))
    }
}
