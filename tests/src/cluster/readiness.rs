//! Waiting until a cluster can be used, by asking it.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::cluster::Cluster;
use super::error::Error;
use super::server::Server;
use super::wire::Request;

const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
/// When brokers are asked to register again. By themselves they do so every ten seconds, which
/// is when a name server that came up after them would learn of them.
const BETWEEN_REMINDERS: Duration = Duration::from_millis(500);
const GET_ROUTE: i64 = 105;
const UPDATE_BROKER_CONFIG: i64 = 25;

/// Broker names, each with its master's address and its queues of the topic.
type Route = BTreeMap<String, (String, u64)>;

impl Cluster {
    /// Waits until all servers that were started take connections.
    pub(super) fn wait_accepting(&mut self) -> Result<(), Error> {
        self.wait(|cluster| {
            let deaf = cluster
                .servers()
                .find(|server| server.is_started() && !server.accepts());
            deaf.map(|server| format!("{} takes no connection", server.name))
        })
    }

    /// Waits until all running name servers have the route to all running brokers.
    pub(super) fn wait_ready(&mut self) -> Result<(), Error> {
        let makes_topics = self.options.broker_config.get("autoCreateTopicEnable");
        // The topic that new topics are made after; without it, one that every broker has.
        let always = match makes_topics.map(String::as_str) {
            Some("false") => "SELF_TEST_TOPIC",
            _ => "TBW102",
        };
        self.wait_route(always, None)?;
        for (topic, queues) in self.options.topics.clone() {
            self.wait_route(&topic, Some(queues))?;
        }
        Ok(())
    }

    /// Waits until the running name servers know `topic` on all running brokers, with that many
    /// queues on each.
    pub(super) fn wait_route(&mut self, topic: &str, queues: Option<u32>) -> Result<(), Error> {
        let mut reminded = Instant::now();
        self.wait(|cluster| {
            let missing = cluster.missing_in_route(topic, queues)?;
            if reminded.elapsed() > BETWEEN_REMINDERS {
                cluster.remind_brokers();
                reminded = Instant::now();
            }
            Some(missing)
        })
    }

    fn wait(&mut self, mut missing: impl FnMut(&Self) -> Option<String>) -> Result<(), Error> {
        let begin = Instant::now();
        loop {
            self.servers_mut().try_for_each(Server::check_alive)?;
            let Some(missing) = missing(self) else {
                return Ok(());
            };
            if begin.elapsed() > PATIENCE {
                let log = self.servers().map(Server::last_lines).collect();
                return Err(Error::NotReady {
                    missing,
                    waited: begin.elapsed(),
                    log,
                });
            }
            thread::sleep(BETWEEN_LOOKS);
        }
    }

    fn missing_in_route(&self, topic: &str, queues: Option<u32>) -> Option<String> {
        let started = |server: &&Server| server.is_started();
        self.namesrvs.iter().filter(started).find_map(|namesrv| {
            let route = route(&namesrv.address(), topic);
            let known = |broker: &&Server| {
                route.get(&broker.name).is_some_and(|(address, number)| {
                    *address == broker.address() && queues.is_none_or(|q| u64::from(q) == *number)
                })
            };
            let missing = self
                .brokers
                .iter()
                .filter(started)
                .find(|broker| !known(broker))?;
            Some(format!(
                "{} has no route of {topic} to {}",
                namesrv.name, missing.name
            ))
        })
    }

    /// Makes the brokers register. What a broker does for this one setting, of all, is to tell
    /// the name servers at once.
    pub(super) fn remind_brokers(&self) {
        let own = self.options.broker_config.get("brokerPermission");
        let permission = own.map_or("6", String::as_str);
        let request =
            Request::new(UPDATE_BROKER_CONFIG).body(format!("brokerPermission={permission}"));
        let request = self.by_admin(request);
        for broker in self.brokers.iter().filter(|broker| broker.is_started()) {
            // A broker that does not answer yet is reminded the next time.
            let _ = request.send(&broker.address());
        }
    }
}

/// The route of `topic`; empty as long as the name server has none, or does not answer.
fn route(namesrv: &str, topic: &str) -> Route {
    let request = Request::new(GET_ROUTE).field("topic", topic);
    let Ok(response) = request.send(namesrv) else {
        return Route::new();
    };
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let list = |name: &str| body[name].as_array().cloned().unwrap_or_default();
    let queues: BTreeMap<_, _> = list("queueDatas")
        .iter()
        .map(|data| {
            (
                text(&data["brokerName"]),
                data["writeQueueNums"].as_u64().unwrap_or(0),
            )
        })
        .collect();
    list("brokerDatas")
        .iter()
        .filter_map(|data| {
            let name = text(&data["brokerName"]);
            let queues = *queues.get(&name)?;
            Some((name, (text(&data["brokerAddrs"]["0"]), queues)))
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
