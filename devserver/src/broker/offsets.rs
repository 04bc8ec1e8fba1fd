//! How far groups are: QUERY_CONSUMER_OFFSET and UPDATE_CONSUMER_OFFSET; and how far queues
//! reach: GET_MAX_OFFSET, GET_MIN_OFFSET, SEARCH_OFFSET_BY_TIMESTAMP,
//! GET_EARLIEST_MSG_STORETIME.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use onsmq_proto::codec::{Command, ResponseCode};
use parking_lot::Mutex;

use super::Broker;
use crate::answer::{Answered, Refusal, success};
use crate::journal::{Journal, Position};
use crate::store::{Boundary, Queue};

/// The offsets that groups stored, by group and topic.
#[derive(Debug)]
pub(super) struct Offsets {
    journal: Journal,
    by_group: Mutex<HashMap<String, HashMap<String, ByQueue>>>,
}

type ByQueue = HashMap<i32, i64>;

impl Offsets {
    pub(super) fn new(journal: Journal) -> Self {
        Self {
            journal,
            by_group: Mutex::default(),
        }
    }

    /// A group is at this place: its offset is that of the first message that is not consumed.
    pub(super) fn commit(&self, group: &str, place: Position<'_>) -> io::Result<()> {
        let mut groups = self.by_group.lock();
        let topics = groups.entry(group.to_owned()).or_default();
        let queues = topics.entry(place.topic.to_owned()).or_default();
        // Clients commit again what has not changed.
        if queues.get(&place.queue_id) != Some(&place.offset) {
            self.journal.offset(group, place)?;
            queues.insert(place.queue_id, place.offset);
        }
        Ok(())
    }

    /// The same with an offset that was kept.
    pub(super) fn restore(&self, group: &str, place: Position<'_>) {
        let mut groups = self.by_group.lock();
        let topics = groups.entry(group.to_owned()).or_default();
        let queues = topics.entry(place.topic.to_owned()).or_default();
        queues.insert(place.queue_id, place.offset);
    }

    /// The topics that a group has offsets for.
    pub(super) fn topics(&self, group: &str) -> Vec<String> {
        let groups = self.by_group.lock();
        let topics = groups.get(group).into_iter().flat_map(HashMap::keys);
        topics.cloned().collect()
    }

    /// The groups that have offsets for a topic.
    pub(super) fn groups(&self, topic: &str) -> Vec<String> {
        let groups = self.by_group.lock();
        let of_topic = groups.iter().filter(|(_, it)| it.contains_key(topic));
        of_topic.map(|(group, _)| group.clone()).collect()
    }

    /// A topic is gone.
    pub(super) fn forget_topic(&self, topic: &str) -> io::Result<()> {
        for (group, topics) in self.by_group.lock().iter_mut() {
            if topics.contains_key(topic) {
                self.journal.offsets_forgotten(group, topic)?;
                topics.remove(topic);
            }
        }
        Ok(())
    }

    /// A group's offsets for a topic are gone.
    pub(super) fn forget(&self, group: &str, topic: &str) -> io::Result<()> {
        if let Some(topics) = self.by_group.lock().get_mut(group) {
            self.journal.offsets_forgotten(group, topic)?;
            topics.remove(topic);
        }
        Ok(())
    }

    pub(super) fn get(&self, group: &str, topic: &str, queue_id: i32) -> Option<i64> {
        let groups = self.by_group.lock();
        groups.get(group)?.get(topic)?.get(&queue_id).copied()
    }
}

impl Broker {
    pub(super) fn update_offset(&self, request: &Command) -> Answered {
        let fields = &request.fields;
        let group = fields.required("consumerGroup")?;
        let topic = fields.required("topic")?;
        let queue_id = fields.parse_required("queueId")?;
        let offset = fields.parse_required("commitOffset")?;
        if !self.groups.is_known(group) {
            return Err(Refusal::new(
                ResponseCode::SUBSCRIPTION_GROUP_NOT_EXIST,
                format!("Group {group} not exist!"),
            ));
        }
        if self.topics.get(topic).is_none() {
            return Err(Refusal::new(
                ResponseCode::TOPIC_NOT_EXIST,
                format!("Topic {topic} not exist!"),
            ));
        }
        let place = Position {
            topic,
            queue_id,
            offset,
        };
        self.offsets.commit(group, place)?;
        Ok(success().into())
    }

    /// A group without an offset starts at 0 where the queue's first message is still there:
    /// real brokers say so for young queues, and here all are.
    pub(super) fn query_offset(&self, request: &Command) -> Answered {
        let fields = &request.fields;
        let group = fields.required("consumerGroup")?;
        let topic = fields.required("topic")?;
        let queue_id = fields.parse_required("queueId")?;
        if let Some(offset) = self.offsets.get(group, topic, queue_id) {
            return Ok(with_offset(offset));
        }
        let not_found = |why| Err(Refusal::new(ResponseCode::QUERY_NOT_FOUND, why));
        if fields.parse("setZeroIfNotFound")? == Some(false) {
            return not_found("Not found, do not set to zero, maybe this group boot first");
        }
        let has_messages = self
            .queue_of(topic, queue_id)
            .is_some_and(|queue| queue.max_offset() > 0);
        if has_messages {
            Ok(with_offset(0))
        } else {
            not_found("Not found, V3_0_6_SNAPSHOT maybe this group consumer boot first")
        }
    }

    pub(super) fn max_offset(&self, request: &Command) -> Answered {
        let max = self.requested_queue(request)?;
        Ok(with_offset(max.map_or(0, |queue| queue.max_offset())))
    }

    /// Nothing is ever deleted.
    pub(super) fn min_offset(&self, request: &Command) -> Answered {
        self.requested_queue(request)?;
        Ok(with_offset(0))
    }

    pub(super) fn offset_by_time(&self, request: &Command) -> Answered {
        let time = request.fields.parse_required("timestamp")?;
        let boundary = match request.fields.get("boundaryType") {
            Some(kind) if kind.eq_ignore_ascii_case("upper") => Boundary::Upper,
            _ => Boundary::Lower,
        };
        let queue = self.requested_queue(request)?;
        let offset = queue.map_or(0, |queue| queue.offset_by_time(time, boundary));
        Ok(with_offset(offset))
    }

    pub(super) fn earliest_store_time(&self, request: &Command) -> Answered {
        let first = self
            .requested_queue(request)?
            .and_then(|queue| queue.message(0));
        let time = first.map_or(-1, |message| message.store_timestamp());
        let mut answer = success();
        answer.fields.push("timestamp", time);
        Ok(answer.into())
    }

    fn requested_queue(&self, request: &Command) -> Result<Option<Arc<Queue>>, Refusal> {
        let topic = request.fields.required("topic")?;
        let queue_id = request.fields.parse_required("queueId")?;
        Ok(self.queue_of(topic, queue_id))
    }

    fn queue_of(&self, topic: &str, queue_id: i32) -> Option<Arc<Queue>> {
        self.topics.get(topic)?.queue(queue_id).cloned()
    }
}

fn with_offset(offset: i64) -> crate::answer::Outcome {
    let mut answer = success();
    answer.fields.push("offset", offset);
    answer.into()
}
