//! The producers and consumers of an instance, by group.

use std::sync::Arc;

use onsmq_proto::body::{ConsumerData, HeartbeatData, ProducerData};
use rustc_hash::FxHashMap;

use crate::{Error, Result};

/// What an instance needs of a consumer.
pub(crate) trait ConsumerMember: Send + Sync {
    /// Its part of the heartbeat.
    fn heartbeat(&self) -> ConsumerData;
    /// Members or queues of the group may have changed: divide them anew.
    fn rebalance(&self);
    /// It is time to commit offsets.
    fn commit(&self);
}

/// Who is in which group. Groups are named as they travel.
#[derive(Default)]
pub(crate) struct Members {
    /// Producers of one group are counted: brokers know the group only.
    producers: FxHashMap<String, usize>,
    consumers: FxHashMap<String, Arc<dyn ConsumerMember>>,
}

impl Members {
    pub(super) fn is_empty(&self) -> bool {
        self.producers.is_empty() && self.consumers.is_empty()
    }

    pub(super) fn add_producer(&mut self, group: &str) {
        *self.producers.entry(group.to_owned()).or_default() += 1;
    }

    /// True where the last producer of the group has left.
    pub(super) fn remove_producer(&mut self, group: &str) -> bool {
        let Some(count) = self.producers.get_mut(group) else {
            return false;
        };
        *count -= 1;
        if *count > 0 {
            return false;
        }
        self.producers.remove(group);
        true
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
