//! The producers and consumers of an instance, by group.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use onsmq_proto::body::{
    ConsumerData, ConsumerRunningInfo, ConsumerStatus, DirectResult, HeartbeatData, ProducerData,
};
use onsmq_proto::machine::MessageQueue;
use onsmq_proto::message::StoredMessage;
use rustc_hash::FxHashMap;

use crate::producer::Checker;
use crate::{Error, Result};

/// What an instance needs of a consumer.
pub(crate) trait ConsumerMember: Send + Sync {
    /// Its part of the heartbeat.
    fn heartbeat(&self) -> ConsumerData;
    /// Whether it wants messages of a topic, named as it travels.
    fn subscribes_to(&self, topic: &str) -> bool;
    /// Members or queues of the group may have changed: divide them anew.
    fn rebalance(&self);
    /// It is time to commit offsets.
    fn commit(&self);
    /// It is time to renew the locks of queues that are consumed in order.
    fn renew_locks(&self);
    /// It is time to look for messages that take too long.
    fn expire(&self);
    /// An operator has it go on with some queues of a topic at other offsets.
    fn reset(self: Arc<Self>, topic: &str, offsets: &[(MessageQueue, i64)]);
    /// How far its queues of a topic are consumed.
    fn offsets(&self, topic: &str) -> ConsumerStatus;
    /// What it is doing; what its workers are doing where that is asked for.
    fn running_info(&self, with_workers: bool) -> ConsumerRunningInfo;
    /// Has a message consumed at once, without an effect on offsets.
    fn consume_directly(
        self: Arc<Self>,
        message: StoredMessage,
        broker_name: String,
    ) -> BoxFuture<'static, Result<DirectResult>>;
}

/// Who is in which group. Groups are named as they travel.
#[derive(Default)]
pub(crate) struct Members {
    producers: FxHashMap<String, ProducerGroup>,
    consumers: FxHashMap<String, Arc<dyn ConsumerMember>>,
}

/// Producers of one group are counted: brokers know the group only.
#[derive(Default)]
struct ProducerGroup {
    count: usize,
    /// Of those that are transactional: any of them answers for the group.
    checkers: Vec<Checker>,
}

impl Members {
    pub(super) fn is_empty(&self) -> bool {
        self.producers.is_empty() && self.consumers.is_empty()
    }

    pub(super) fn add_producer(&mut self, group: &str, checker: Option<Checker>) {
        let producers = self.producers.entry(group.to_owned()).or_default();
        producers.count += 1;
        producers.checkers.extend(checker);
    }

    /// True where the last producer of the group has left.
    pub(super) fn remove_producer(&mut self, group: &str, checker: Option<&Checker>) -> bool {
        let Some(producers) = self.producers.get_mut(group) else {
            return false;
        };
        producers.count -= 1;
        producers
            .checkers
            .retain(|it| !checker.is_some_and(|checker| Arc::ptr_eq(it, checker)));
        if producers.count > 0 {
            return false;
        }
        self.producers.remove(group);
        true
    }

    pub(super) fn checker(&self, group: &str) -> Option<Checker> {
        self.producers.get(group)?.checkers.first().cloned()
    }

    pub(super) fn has_consumer(&self, group: &str) -> bool {
        self.consumers.contains_key(group)
    }

    /// # Errors
    /// Where the group has a consumer already: a client is one member of a group only.
    pub(super) fn add_consumer(
        &mut self,
        group: &str,
        member: Arc<dyn ConsumerMember>,
    ) -> Result<()> {
        if self.has_consumer(group) {
            return Err(Error::invalid_state(format!(
                "group {group} has a consumer of this InstanceName already: give each its own InstanceName, or none"
            )));
        }
        self.consumers.insert(group.to_owned(), member);
        Ok(())
    }

    pub(super) fn remove_consumer(&mut self, group: &str) {
        self.consumers.remove(group);
    }

    pub(super) fn consumer(&self, group: &str) -> Option<Arc<dyn ConsumerMember>> {
        self.consumers.get(group).cloned()
    }

    pub(super) fn consumers(&self) -> Vec<Arc<dyn ConsumerMember>> {
        self.consumers.values().cloned().collect()
    }

    pub(super) fn heartbeat(&self, client_id: &str) -> HeartbeatData {
        HeartbeatData {
            client_id: client_id.to_owned(),
            producer_data_set: self
                .producers
                .keys()
                .map(|group| ProducerData {
                    group_name: group.clone(),
                })
                .collect(),
            consumer_data_set: self.consumers.values().map(|it| it.heartbeat()).collect(),
        }
    }
}
