//! How far a group is behind.

use onsmq_proto::body::MessageModel;
use serde_json::{Value, json};

use super::Console;
use super::call::bare;
use crate::broker::Progress;
use crate::clock;

/// A topic of a group.
#[derive(Debug)]
pub(crate) struct TopicBacklog {
    pub(crate) topic: String,
    pub(crate) queues: Vec<Progress>,
    consume_tps: f64,
}

/// The topics of a group, its retries among them. A group that broadcasts has no backlog: its
/// clients have offsets of their own.
pub(crate) fn of_group(console: &Console, group: &str) -> Vec<TopicBacklog> {
    let views = console
        .brokers()
        .into_iter()
        .filter_map(|it| it.consumer_group(group));
    if views
        .into_iter()
        .any(|it| it.message_model == MessageModel::Broadcasting)
    {
        return Vec::new();
    }
    let made = console.records.lock();
    let made = made.subscriptions.keys();
    let mut topics: Vec<_> = made
        .filter(|(of, _)| of == group)
        .map(|(_, topic)| topic.clone())
        .chain(
            console
                .brokers()
                .into_iter()
                .flat_map(|it| it.topics_of_group(group)),
        )
        .collect();
    topics.sort_unstable();
    topics.dedup();
    let backlog = topics
        .into_iter()
        .map(|topic| of_topic(console, group, topic));
    backlog.collect()
}

/// One topic of a group.
pub(crate) fn of_topic(console: &Console, group: &str, topic: String) -> TopicBacklog {
    let brokers = console.brokers();
    TopicBacklog {
        queues: brokers
            .iter()
            .flat_map(|it| it.progress(group, &topic))
            .collect(),
        consume_tps: brokers.iter().map(|it| it.consume_tps(group, &topic)).sum(),
        topic,
    }
}

/// What is told of some topics together.
pub(crate) fn summary(topics: &[TopicBacklog], is_online: bool) -> Value {
    json!({
        "online": is_online,
        "totalDiff": topics.iter().map(TopicBacklog::behind).sum::<i64>(),
        "consumeTps": topics.iter().map(|it| it.consume_tps).sum::<f64>(),
        "lastTimestamp": topics.iter().map(TopicBacklog::last).max().unwrap_or(0),
        "delayTime": topics.iter().map(TopicBacklog::delay).max().unwrap_or(0),
    })
}

/// What is told of each topic, where that is asked for.
pub(crate) fn detail(topics: &[TopicBacklog]) -> Value {
    topics.iter().map(TopicBacklog::described).collect()
}

impl TopicBacklog {
    pub(crate) fn behind(&self) -> i64 {
        self.queues.iter().map(Progress::behind).sum()
    }

    pub(crate) const fn consume_tps(&self) -> f64 {
        self.consume_tps
    }

    /// When the last message that is consumed was stored.
    fn last(&self) -> i64 {
        let times = self.queues.iter().map(|it| it.consumed_timestamp);
        times.max().unwrap_or(0)
    }

    /// For how long the oldest message waits, in ms.
    pub(crate) fn delay(&self) -> i64 {
        let since = self.queues.iter().filter_map(|it| it.waiting_since).min();
        since.map_or(0, |since| (clock::now_ms() - since).max(0))
    }

    fn described(&self) -> Value {
        json!({
            "topic": bare_topic(&self.topic),
            "totalDiff": self.behind(),
            "lastTimestamp": self.last(),
            "delayTime": self.delay(),
            "consumeTps": self.consume_tps,
            "queues": queues(&self.queues),
        })
    }
}

pub(crate) fn queues(progress: &[Progress]) -> Value {
    let queues = progress.iter().map(|it| {
        json!({
            "brokerName": it.broker_name,
            "queueId": it.queue_id,
            "minOffset": 0,
            "maxOffset": it.max_offset,
            "brokerOffset": it.max_offset,
            "consumerOffset": it.consumer_offset,
            "diff": it.behind(),
            "lastTimestamp": it.consumed_timestamp,
        })
    });
    queues.collect()
}

/// A retry topic keeps its name.
fn bare_topic(topic: &str) -> &str {
    match topic.starts_with('%') {
        true => topic,
        false => bare(topic),
    }
}
