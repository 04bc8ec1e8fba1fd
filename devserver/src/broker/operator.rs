//! What operators see and do at a broker: the console stands on this.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use onsmq_proto::body::{QueueRef, ResetOffsets};
use onsmq_proto::codec::{Command, ExtFields, RequestCode};

use super::Broker;
use super::groups::{GroupView, Member};
use crate::answer::from_server;
use crate::journal::Position;
use crate::store::{Boundary, Queue};

/// How far a group is in a queue.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) broker_name: String,
    pub(crate) queue_id: i32,
    pub(crate) max_offset: i64,
    /// The first message that is not consumed; 0 where the group has no offset.
    pub(crate) consumer_offset: i64,
    /// When the last message that is consumed was stored; 0 where there is none.
    pub(crate) consumed_timestamp: i64,
    /// When the first message that is not consumed was stored.
    pub(crate) waiting_since: Option<i64>,
}

impl Progress {
    /// How many messages wait.
    pub(crate) fn behind(&self) -> i64 {
        (self.max_offset - self.consumer_offset).max(0)
    }
}

impl Broker {
    /// Takes a topic away, with its messages and all offsets in it; `false` where it is not there.
    ///
    /// # Errors
    /// Where that cannot be kept: here and below.
    pub(crate) fn delete_topic(&self, name: &str) -> io::Result<bool> {
        let Some(topic) = self.topics.remove(name, &self.log)? else {
            return Ok(false);
        };
        self.offsets.forget_topic(name)?;
        self.throughput.forget(name);
        self.log.forget(&topic);
        for queue in topic.queues() {
            queue.wake_all();
        }
        Ok(true)
    }

    /// The consumer groups that exist, whether somebody is connected or not.
    pub(crate) fn consumer_groups(&self) -> Vec<String> {
        self.groups.names()
    }

    /// A consumer group that somebody is connected for.
    pub(crate) fn consumer_group(&self, group: &str) -> Option<GroupView> {
        self.groups.view(group)
    }

    /// The producer groups that somebody is connected for.
    pub(crate) fn producer_groups(&self) -> Vec<(String, Vec<Member>)> {
        self.groups.producers()
    }

    /// Makes a consumer group that exists before anybody connects for it.
    pub(crate) fn create_group(&self, group: &str) -> io::Result<()> {
        self.groups.make_known(group)
    }

    /// The topics that a group has to do with: it has offsets there, or subscribes.
    pub(crate) fn topics_of_group(&self, group: &str) -> BTreeSet<String> {
        let mut topics: BTreeSet<_> = self.offsets.topics(group).into_iter().collect();
        let view = self.groups.view(group);
        let subscriptions = view.into_iter().flat_map(|it| it.subscriptions);
        topics.extend(subscriptions.map(|it| it.topic.clone()));
        topics.retain(|topic| self.topics.get(topic).is_some());
        topics
    }

    /// The groups that have to do with a topic.
    pub(crate) fn groups_of_topic(&self, topic: &str) -> BTreeSet<String> {
        let mut groups: BTreeSet<_> = self.offsets.groups(topic).into_iter().collect();
        let subscribed =
            |group: &String| matches!(self.groups.subscription(group, topic), Some(Some(_)));
        groups.extend(self.groups.names().into_iter().filter(subscribed));
        groups
    }

    /// How far a group is in each queue of a topic.
    pub(crate) fn progress(&self, group: &str, topic: &str) -> Vec<Progress> {
        let topic = self.topics.get(topic);
        let queues = topic.iter().flat_map(|it| it.queues());
        queues.map(|queue| self.progress_in(group, queue)).collect()
    }

    fn progress_in(&self, group: &str, queue: &Queue) -> Progress {
        let offset = self.offsets.get(group, queue.topic(), queue.id());
        let consumer_offset = offset.unwrap_or(0).max(0);
        let stored = |offset| Some(queue.message(offset)?.store_timestamp());
        Progress {
            broker_name: self.name.clone(),
            queue_id: queue.id(),
            max_offset: queue.max_offset(),
            consumer_offset,
            consumed_timestamp: stored(consumer_offset - 1).unwrap_or(0),
            waiting_since: stored(consumer_offset),
        }
    }

    /// How many messages of a topic a group is given a second.
    pub(crate) fn consume_tps(&self, group: &str, topic: &str) -> f64 {
        self.throughput.per_second(group, topic)
    }

    /// How many messages of a topic all groups were given within a time.
    pub(crate) fn consumed_between(&self, topic: &str, begin: i64, end: i64) -> u64 {
        self.throughput.of_topic(topic, begin, end)
    }

    /// A group's offsets in a topic are forgotten.
    pub(crate) fn forget_offsets(&self, group: &str, topic: &str) -> io::Result<()> {
        self.offsets.forget(group, topic)
    }

    /// Has a group go on at a time, or behind all that is stored: its offsets, and, as real
    /// brokers do, its running clients. Gives the new offsets by queue.
    pub(crate) fn reset_offsets(
        &self,
        group: &str,
        topic: &str,
        time: Option<i64>,
    ) -> io::Result<Vec<(i32, i64)>> {
        let found = self.topics.get(topic);
        let queues = found.iter().flat_map(|it| it.queues());
        let offsets: Vec<_> = queues
            .map(|queue| {
                let offset = match time {
                    Some(time) => queue.offset_by_time(time, Boundary::Lower),
                    None => queue.max_offset(),
                };
                (queue.id(), offset)
            })
            .collect();
        for (queue_id, offset) in &offsets {
            let place = Position {
                topic,
                queue_id: *queue_id,
                offset: *offset,
            };
            self.offsets.commit(group, place)?;
        }
        self.tell_of_reset(group, topic, time, &offsets);
        Ok(offsets)
    }

    fn tell_of_reset(&self, group: &str, topic: &str, time: Option<i64>, offsets: &[(i32, i64)]) {
        let Some(view) = self.groups.view(group) else {
            return;
        };
        let queue = |queue_id| QueueRef {
            topic: topic.to_owned(),
            broker_name: self.name.clone(),
            queue_id,
        };
        let reset = ResetOffsets {
            offsets: offsets.iter().map(|(id, it)| (queue(*id), *it)).collect(),
        };
        let Ok(body) = reset.encode() else {
            return;
        };
        let body = Bytes::from(body);
        let mut fields = ExtFields::with_capacity(4);
        fields
            .push("topic", topic)
            .push("group", group)
            .push("timestamp", time.unwrap_or(-1))
            .push("isForce", true);
        let code = RequestCode::RESET_CONSUMER_CLIENT_OFFSET;
        let request = from_server(Command::request(code, fields, body).oneway());
        for member in view.members {
            member.peer.send(request.clone());
        }
    }
}

/// How many messages of a queue were stored from each time to the next.
pub(crate) fn stored_between(queue: &Arc<Queue>, times: &[i64]) -> Vec<i64> {
    let end = queue.max_offset();
    let stored = |offset| queue.message(offset).map(|it| it.store_timestamp());
    let (first, last) = (
        stored(0).unwrap_or(i64::MAX),
        stored(end - 1).unwrap_or(i64::MIN),
    );
    let offsets: Vec<_> = times
        .iter()
        .map(|time| match *time {
            time if time <= first => 0,
            time if time > last => end,
            time => queue.offset_by_time(time, Boundary::Lower),
        })
        .collect();
    offsets.windows(2).map(|pair| pair[1] - pair[0]).collect()
}
