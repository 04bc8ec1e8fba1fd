//! What was received, for tests to look at.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use onsmq_proto::codec::RequestCode;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::Requests;

/// Topics of one code that are counted apart: names come from clients, and are to take no memory
/// without end. What is above is counted under no topic.
const MAX_TOPICS: usize = 10_000;

/// How many requests of a kind a server received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The server: `broker-a`... or `namesrv`.
    pub broker: String,
    /// The request's code.
    pub code: i16,
    /// RocketMQ's name of the code, where it is known.
    pub name: Option<&'static str>,
    /// The topic that the request names.
    pub topic: Option<String>,
    /// How many there were.
    pub count: u64,
}

/// Which requests are to be counted together. What is left out matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The server: `broker-a`... or `namesrv`.
    #[serde(default)]
    pub broker: Option<String>,
    /// The kind of request.
    #[serde(default)]
    pub code: Option<Requests>,
    /// The topic that the request names.
    #[serde(default)]
    pub topic: Option<String>,
}

impl Filter {
    pub(crate) fn accepts(&self, count: &Count) -> bool {
        let topic = self.topic.as_deref();
        self.broker.as_deref().is_none_or(|it| it == count.broker)
            && self
                .code
                .is_none_or(|it| it.contain(RequestCode(count.code)))
            && topic.is_none_or(|it| count.topic.as_deref() == Some(it))
    }
}

/// The counters of one server.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: Mutex<HashMap<i16, ByTopic>>,
    connections: AtomicU64,
}

#[derive(Debug, Default)]
struct ByTopic {
    named: HashMap<String, u64>,
    unnamed: u64,
}

impl Counters {
    pub(crate) fn request(&self, code: RequestCode, topic: Option<&str>) {
        let mut requests = self.requests.lock();
        let topics = requests.entry(code.0).or_default();
        match topic {
            None => topics.unnamed += 1,
            Some(topic) => topics.add(topic),
        }
    }

    pub(crate) fn connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections were accepted.
    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// All that is not zero, in an order that stays.
    pub(crate) fn all(&self, broker: &str) -> Vec<Count> {
        let requests = self.requests.lock();
        let mut counts: Vec<_> = requests
            .iter()
            .flat_map(|(code, topics)| topics.iter().map(move |it| (*code, it)))
            .map(|(code, (topic, count))| Count {
                broker: broker.to_owned(),
                code,
                name: RequestCode(code).name(),
                topic: topic.map(str::to_owned),
                count,
            })
            .collect();
        counts
            .sort_unstable_by(|one, other| (one.code, &one.topic).cmp(&(other.code, &other.topic)));
        counts
    }

    pub(crate) fn reset(&self) {
        self.requests.lock().clear();
        self.connections.store(0, Ordering::Relaxed);
    }
}

impl ByTopic {
    fn add(&mut self, topic: &str) {
        if let Some(count) = self.named.get_mut(topic) {
            *count += 1;
        } else if self.named.len() < MAX_TOPICS {
            self.named.insert(topic.to_owned(), 1);
        } else {
            self.unnamed += 1;
        }
    }

    fn iter(&self) -> impl Iterator<Item = (Option<&str>, u64)> {
        let unnamed = (self.unnamed > 0).then_some((None, self.unnamed));
        let named = self.named.iter();
        named
            .map(|(topic, count)| (Some(topic.as_str()), *count))
            .chain(unnamed)
    }
}
