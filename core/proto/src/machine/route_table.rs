//! Topics to queues to addresses (`wire.md`, section 5).

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::MessageQueue;
use crate::body::{BrokerData, MASTER_ID, QueueData, TopicRouteData, perm};
use crate::names::DEFAULT_TOPIC;

/// The queues of a topic that may be written, in the Java client's order.
pub type WriteQueues = Arc<[MessageQueue]>;
/// The queues of a topic that may be read, sorted for allocation.
pub type ReadQueues = Arc<[MessageQueue]>;

/// Where a topic lives, in the form in which it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// For sending.
    pub write_queues: WriteQueues,
    /// For pulling.
    pub read_queues: ReadQueues,
    /// The brokers that hold the topic.
    pub brokers: Vec<BrokerData>,
    /// The topic does not exist yet: a message makes it.
    pub is_of_default_topic: bool,
}

impl Route {
    /// The most queues that a topic is sent to before it exists: Java's `defaultTopicQueueNums`.
    const DEFAULT_QUEUES: u32 = 4;

    /// A topic's own route.
    #[must_use]
    pub fn new(topic: &str, data: TopicRouteData) -> Self {
        let topic: Arc<str> = topic.into();
        Self {
            write_queues: write_queues(&topic, &data).into(),
            read_queues: read_queues(&topic, &data).into(),
            brokers: data.broker_datas,
            is_of_default_topic: false,
        }
    }

    /// A route for a topic that does not exist yet, out of the route of [`DEFAULT_TOPIC`]: a
    /// message sent there makes the broker create the topic, if it may. Never for consumers.
    #[must_use]
    pub fn of_default_topic(topic: &str, mut data: TopicRouteData) -> Self {
        for queues in &mut data.queue_datas {
            queues.write_queue_nums = queues.write_queue_nums.min(Self::DEFAULT_QUEUES);
            queues.read_queue_nums = 0;
        }
        Self {
            is_of_default_topic: true,
            ..Self::new(topic, data)
        }
    }

    /// The topic whose route [`Route::of_default_topic`] takes.
    pub const DEFAULT_TOPIC: &'static str = DEFAULT_TOPIC;
}

fn queues_of<'a>(
    topic: &'a Arc<str>,
    broker_name: &str,
    queues: u32,
) -> impl Iterator<Item = MessageQueue> + use<'a> {
    let broker_name: Arc<str> = broker_name.into();
    (0..i32::try_from(queues).unwrap_or(i32::MAX)).map(move |queue_id| MessageQueue {
        topic: Arc::clone(topic),
        broker_name: Arc::clone(&broker_name),
        queue_id,
    })
}

/// Java's `MQClientInstance.topicRouteData2TopicPublishInfo`.
fn write_queues(topic: &Arc<str>, data: &TopicRouteData) -> Vec<MessageQueue> {
    if let Some(conf) = data
        .order_topic_conf
        .as_deref()
        .filter(|conf| !conf.is_empty())
    {
        return conf
            .split(';')
            .filter_map(|item| item.split_once(':'))
            .filter_map(|(broker, queues)| Some((broker, queues.trim().parse().ok()?)))
            .flat_map(|(broker, queues)| queues_of(topic, broker, queues))
            .collect();
    }
    let mut writable: Vec<&QueueData> = data
        .queue_datas
        .iter()
        .filter(|queues| queues.perm & perm::WRITE != 0)
        .filter(|queues| data.master(&queues.broker_name).is_some())
        .collect();
    writable
        .sort_by(|left, right| crate::hash::java_string_cmp(&left.broker_name, &right.broker_name));
    writable
        .into_iter()
        .flat_map(|queues| queues_of(topic, &queues.broker_name, queues.write_queue_nums))
        .collect()
}

/// Java's `topicRouteData2TopicSubscribeInfo`.
fn read_queues(topic: &Arc<str>, data: &TopicRouteData) -> Vec<MessageQueue> {
    let mut queues: Vec<MessageQueue> = data
        .queue_datas
        .iter()
        .filter(|queues| queues.perm & perm::READ != 0)
        .flat_map(|queues| queues_of(topic, &queues.broker_name, queues.read_queue_nums))
        .collect();
    queues.sort_unstable();
    queues.dedup();
    queues
}

/// The routes that a client knows.
#[derive(Debug, Default)]
pub struct RouteTable {
    topics: FxHashMap<Arc<str>, Arc<Route>>,
}

impl RouteTable {
    /// The route of a topic, if it is known.
    #[must_use]
    pub fn get(&self, topic: &str) -> Option<Arc<Route>> {
        self.topics.get(topic).cloned()
    }

    /// Takes in a route. True where it differs from what was known.
    pub fn insert(&mut self, topic: &str, route: Arc<Route>) -> bool {
        match self.topics.insert(topic.into(), Arc::clone(&route)) {
            Some(known) => known != route,
            None => true,
        }
    }

    /// The topic does not exist any more. True where it was known.
    pub fn remove(&mut self, topic: &str) -> bool {
        self.topics.remove(topic).is_some()
    }

    /// The topics that are known.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<str>> {
        self.topics.keys()
    }

    /// The address of a broker's master.
    #[must_use]
    pub fn master(&self, topic: &str, broker_name: &str) -> Option<String> {
        self.address(topic, broker_name, MASTER_ID)
    }

    /// The address to pull from: of the broker with the id that was suggested, else the master,
    /// else any.
    #[must_use]
    pub fn pull_address(&self, topic: &str, broker_name: &str, suggested: i64) -> Option<String> {
        self.address(topic, broker_name, suggested)
            .or_else(|| self.address(topic, broker_name, MASTER_ID))
            .or_else(|| {
                self.broker(topic, broker_name)?
                    .broker_addrs
                    .values()
                    .next()
                    .cloned()
            })
    }

    fn address(&self, topic: &str, broker_name: &str, id: i64) -> Option<String> {
        self.broker(topic, broker_name)?
            .broker_addrs
            .get(&id)
            .cloned()
    }

    fn broker(&self, topic: &str, broker_name: &str) -> Option<&BrokerData> {
        self.topics
            .get(topic)?
            .brokers
            .iter()
            .find(|broker| broker.broker_name == broker_name)
    }

    /// The addresses of all masters and slaves, each once, in order: where heartbeats go.
    #[must_use]
    pub fn broker_addresses(&self) -> Vec<String> {
        let addresses: BTreeMap<&str, ()> = self
            .topics
            .values()
            .flat_map(|route| &route.brokers)
            .flat_map(|broker| broker.broker_addrs.values())
            .map(|address| (address.as_str(), ()))
            .collect();
        addresses.into_keys().map(str::to_owned).collect()
    }
}
