//! Messages as the console looks for them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;
use std::sync::Arc;

use onsmq_proto::message::StoredMessage;
use onsmq_proto::message::id::OffsetMessageId;
use onsmq_proto::message::properties::name;

use super::Broker;
use super::lookup::{each_message, has_key};
use crate::store::{Queue, Topic};

impl Broker {
    /// The message of a topic that has this id: of either kind, the sender's or the place's.
    pub(crate) fn find_by_id(&self, topic: &str, id: &str) -> Option<StoredMessage> {
        let by_place = id
            .parse()
            .ok()
            .filter(|id: &OffsetMessageId| id.host == self.log.host())
            .and_then(|id| self.log.find(id.commit_log_offset))
            .filter(|message| message.topic() == topic);
        by_place.or_else(|| {
            let is_it = |it: &StoredMessage| it.property(name::UNIQ_KEY) == Some(id);
            self.find(topic, 1, is_it).pop()
        })
    }

    /// Messages of a topic with a key.
    pub(crate) fn find_by_key(&self, topic: &str, key: &str, max: usize) -> Vec<StoredMessage> {
        self.find(topic, max, |message| has_key(message, key))
    }

    fn find(
        &self,
        topic: &str,
        max: usize,
        is_wanted: impl Fn(&StoredMessage) -> bool,
    ) -> Vec<StoredMessage> {
        let mut found = Vec::new();
        let topic = self.topics.get(topic);
        for queue in topic.iter().flat_map(|it| it.queues()) {
            each_message(queue, |message| {
                if is_wanted(&message) {
                    found.push(message);
                }
                match found.len() < max {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            });
        }
        found
    }
}

/// The last messages of topics, the newest first.
pub(crate) fn latest(topics: &[Arc<Topic>], max: usize) -> Vec<StoredMessage> {
    let mut heads: BinaryHeap<Head> = topics
        .iter()
        .flat_map(|topic| topic.queues())
        .filter_map(|queue| Head::of(queue, queue.max_offset() - 1))
        .collect();
    let mut found = Vec::new();
    while found.len() < max
        && let Some(head) = heads.pop()
    {
        heads.extend(Head::of(&head.queue, head.message.queue_offset() - 1));
        found.push(head.message);
    }
    found
}

/// The newest message of a queue that was not taken yet.
struct Head {
    queue: Arc<Queue>,
    message: StoredMessage,
}

impl Head {
    fn of(queue: &Arc<Queue>, offset: i64) -> Option<Self> {
        let message = queue.message(offset)?;
        let queue = Arc::clone(queue);
        Some(Self { queue, message })
    }

    /// The newest is the greatest; among those of one millisecond, it is the same each time.
    fn order(&self) -> (i64, Reverse<i64>) {
        let message = &self.message;
        let place = message.commit_log_offset();
        (message.store_timestamp(), Reverse(place))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}
