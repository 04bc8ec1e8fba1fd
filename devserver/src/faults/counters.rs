//! What was received, for tests to look at.

use std::collections::HashMap;
use std::sync::Arc;
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
    /// Grows when they are counted from nothing again.
    generation: AtomicU64,
    connections: AtomicU64,
}

#[derive(Debug, Default)]
struct ByTopic {
    named: HashMap<String, Arc<AtomicU64>>,
    unnamed: Arc<AtomicU64>,
}

/// Where a connection counted last. Most requests are of the same kind as the one before, and are
/// counted without a look for the place.
#[derive(Debug, Default)]
pub(crate) struct Tally(Option<Place>);

#[derive(Debug)]
struct Place {
    generation: u64,
    code: RequestCode,
    topic: Option<String>,
    count: Arc<AtomicU64>,
}

impl Counters {
    /// Counts a request of a connection, whose tally this is.
    pub(crate) fn request(&self, tally: &mut Tally, code: RequestCode, topic: Option<&str>) {
        let generation = self.generation.load(Ordering::Acquire);
        let is_it = |it: &&Place| {
            it.generation == generation && it.code == code && it.topic.as_deref() == topic
        };
        if let Some(place) = tally.0.as_ref().filter(is_it) {
            place.count.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let count = self.requests.lock().entry(code.0).or_default().of(topic);
        count.fetch_add(1, Ordering::Relaxed);
        tally.0 = Some(Place {
            generation,
            code,
            topic: topic.map(str::to_owned),
            count,
        });
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
        let mut requests = self.requests.lock();
        requests.clear();
        self.generation.fetch_add(1, Ordering::Release);
        drop(requests);
        self.connections.store(0, Ordering::Relaxed);
    }
}

impl ByTopic {
    fn of(&mut self, topic: Option<&str>) -> Arc<AtomicU64> {
        let Some(topic) = topic else {
            return Arc::clone(&self.unnamed);
        };
        if let Some(count) = self.named.get(topic) {
            return Arc::clone(count);
        }
        if self.named.len() >= MAX_TOPICS {
            return Arc::clone(&self.unnamed);
        }
        let count = Arc::default();
        self.named.insert(topic.to_owned(), Arc::clone(&count));
        count
    }

    fn iter(&self) -> impl Iterator<Item = (Option<&str>, u64)> {
        let named = self.named.iter();
        named
            .map(|(topic, count)| (Some(topic.as_str()), count))
            .chain([(None, &self.unnamed)])
            .map(|(topic, count)| (topic, count.load(Ordering::Relaxed)))
            .filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEND: RequestCode = RequestCode::SEND_MESSAGE_V2;

    fn seen(counters: &Counters) -> Vec<(i16, Option<String>, u64)> {
        let all = counters.all("broker-a").into_iter();
        all.map(|it| (it.code, it.topic, it.count)).collect()
    }

    #[test]
    fn each_request_counts_once_whichever_came_before_it() {
        let counters = Counters::default();
        let (mut one, mut other) = (Tally::default(), Tally::default());
        for topic in [Some("a"), Some("a"), Some("b"), None, Some("a")] {
            counters.request(&mut one, SEND, topic);
            counters.request(&mut other, SEND, topic);
        }
        counters.request(&mut one, RequestCode::PULL_MESSAGE, Some("a"));
        let of = |code: RequestCode, topic: Option<&str>, count| {
            (code.0, topic.map(str::to_owned), count)
        };
        let expected = [
            of(RequestCode::PULL_MESSAGE, Some("a"), 1),
            of(SEND, None, 2),
            of(SEND, Some("a"), 6),
            of(SEND, Some("b"), 2),
        ];
        assert_eq!(seen(&counters), expected);
    }

    #[test]
    fn who_counted_before_a_reset_counts_from_nothing_after_it() {
        let counters = Counters::default();
        let mut tally = Tally::default();
        counters.request(&mut tally, SEND, Some("a"));
        counters.reset();
        assert_eq!(seen(&counters), []);
        counters.request(&mut tally, SEND, Some("a"));
        assert_eq!(seen(&counters), [(SEND.0, Some("a".to_owned()), 1)]);
    }
}
