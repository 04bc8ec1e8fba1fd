//! The routes of an instance: looked up when first needed, refreshed while used.

use std::sync::Arc;

use onsmq_proto::body::{MASTER_ID, TopicRouteData};
use onsmq_proto::machine::{Route, RouteTable};
use parking_lot::Mutex;
use rustc_hash::FxHashSet;
use tokio::time::Instant;
use tracing::debug;

use crate::net::{NameServers, Peers, REQUEST_TIMEOUT};
use crate::request::route;
use crate::{Error, ErrorKind, Result};

/// What is known of topics, and the name servers that know more.
pub(crate) struct Routes {
    pub(super) name_servers: NameServers,
    table: Mutex<RouteTable>,
    /// Topics that consumers wait for and that do not exist yet.
    missing: Mutex<FxHashSet<Arc<str>>>,
    /// Held by the one who asks: others that need the same route find it afterwards.
    asking: tokio::sync::Mutex<()>,
}

/// What a look-up came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refreshed {
    Changed,
    Unchanged,
    Missing,
}

impl Routes {
    pub(super) fn new(name_servers: NameServers) -> Self {
        Self {
            name_servers,
            table: Mutex::default(),
            missing: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// The route to send to a topic: its own, or where it does not exist the one that makes
    /// brokers create it.
    ///
    /// # Errors
    /// [`ErrorKind::NoRoute`], [`ErrorKind::NameServerUnreachable`], [`ErrorKind::Timeout`].
    pub(crate) async fn for_sending(
        &self,
        peers: &Peers,
        topic: &str,
        deadline: Instant,
    ) -> Result<Arc<Route>> {
        let known = self.table.lock().get(topic);
        match known {
            Some(route) => Ok(route),
            // Rare, and large: it is not to be part of every send.
            None => Box::pin(self.find_for_sending(peers, topic, deadline)).await,
        }
    }

    async fn find_for_sending(
        &self,
        peers: &Peers,
        topic: &str,
        deadline: Instant,
    ) -> Result<Arc<Route>> {
        let _asking = tokio::time::timeout_at(deadline, self.asking.lock())
            .await
            .map_err(|_| {
                Error::timeout(format!("the route of topic {topic} was not found in time"))
            })?;
        if let Some(route) = self.table.lock().get(topic) {
            return Ok(route);
        }
        let route = match self.ask(peers, topic, deadline).await? {
            Some(data) => Route::new(topic, data),
            None => match self.ask(peers, Route::DEFAULT_TOPIC, deadline).await? {
                Some(data) => Route::of_default_topic(topic, data),
                None => return Err(self.no_route(topic)),
            },
        };
        let route = Arc::new(route);
        self.table.lock().insert(topic, Arc::clone(&route));
        Ok(route)
    }

    fn no_route(&self, topic: &str) -> Error {
        let servers = self.name_servers.addresses().len();
        Error::new(
            ErrorKind::NoRoute,
            format!(
                "no route for topic `{topic}` at {servers} name server(s), and brokers do not create \
                 topics by themselves: create it, or check its name and INSTANCE_ID"
            ),
        )
    }

    /// Asks for a topic's own route. Where the topic does not exist, a route that was known is
    /// kept while it serves to create the topic.
    pub(crate) async fn refresh(&self, peers: &Peers, topic: &str) -> Result<Refreshed> {
        let data = self
            .ask(peers, topic, Instant::now() + REQUEST_TIMEOUT)
            .await?;
        let Some(data) = data else {
            return Ok(Refreshed::Missing);
        };
        self.missing.lock().remove(topic);
        let changed = self
            .table
            .lock()
            .insert(topic, Arc::new(Route::new(topic, data)));
        if changed {
            debug!(topic, "route changed");
        }
        Ok(if changed {
            Refreshed::Changed
        } else {
            Refreshed::Unchanged
        })
    }

    async fn ask(
        &self,
        peers: &Peers,
        topic: &str,
        deadline: Instant,
    ) -> Result<Option<TopicRouteData>> {
        let answer = self
            .name_servers
            .request(peers, &route::command(topic), deadline)
            .await?;
        route::answer(answer).map_err(|error| error.with_topic(topic))
    }

    /// Takes note of topics that consumers wait for.
    pub(crate) fn await_topic(&self, topic: &Arc<str>) {
        self.missing.lock().insert(Arc::clone(topic));
    }

    /// Nobody waits for a topic any more.
    pub(crate) fn forget_topic(&self, topic: &str) {
        self.missing.lock().remove(topic);
    }

    /// The topics that consumers wait for and that do not exist yet.
    pub(super) fn missing(&self) -> Vec<Arc<str>> {
        self.missing.lock().iter().cloned().collect()
    }

    /// The topics whose routes are known.
    pub(super) fn known(&self) -> Vec<Arc<str>> {
        self.table.lock().topics().cloned().collect()
    }

    /// What is known of a topic.
    pub(crate) fn get(&self, topic: &str) -> Option<Arc<Route>> {
        self.table.lock().get(topic)
    }

    /// The address of the master of a broker.
    ///
    /// # Errors
    /// [`ErrorKind::NoRoute`].
    pub(crate) fn master(&self, topic: &str, broker_name: &str) -> Result<String> {
        self.table
            .lock()
            .master(topic, broker_name)
            .ok_or_else(|| gone(topic, broker_name))
    }

    /// The address to pull from.
    ///
    /// # Errors
    /// [`ErrorKind::NoRoute`].
    pub(crate) fn pull_address(
        &self,
        topic: &str,
        broker_name: &str,
        suggested: i64,
    ) -> Result<String> {
        let address = self
            .table
            .lock()
            .pull_address(topic, broker_name, suggested);
        address.ok_or_else(|| gone(topic, broker_name))
    }

    /// All brokers that are known.
    pub(crate) fn broker_addresses(&self) -> Vec<String> {
        self.table.lock().broker_addresses()
    }

    /// The masters that hold a topic.
    pub(crate) fn masters_of(&self, topic: &str) -> Vec<String> {
        let route = self.get(topic);
        let brokers = route.iter().flat_map(|route| &route.brokers);
        brokers
            .filter_map(|broker| broker.broker_addrs.get(&MASTER_ID).cloned())
            .collect()
    }
}

fn gone(topic: &str, broker_name: &str) -> Error {
    Error::new(
        ErrorKind::NoRoute,
        format!(
            "broker {broker_name} has no master now, or does not hold topic `{topic}` any more"
        ),
    )
    .with_topic(topic)
}
