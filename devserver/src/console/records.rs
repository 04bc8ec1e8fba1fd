//! What the console keeps itself, since no broker knows of it.

use std::collections::BTreeMap;

/// The instance of topics that were not made for another one.
pub(super) const INSTANCE: &str = "dev";

/// All that is kept.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// By the name on the wire: those that were made here.
    pub(super) topics: BTreeMap<String, TopicRecord>,
    /// By producer id and topic.
    pub(super) publications: BTreeMap<(String, String), Relation>,
    /// By consumer id and topic.
    pub(super) subscriptions: BTreeMap<(String, String), Relation>,
    /// By topic and the user that it is for.
    pub(super) grants: BTreeMap<(String, String), Grant>,
    /// The instances that were named, and the type of their network.
    pub(super) instances: BTreeMap<String, &'static str>,
    last_id: i64,
}

/// A topic that was made here.
#[derive(Debug, Clone)]
pub(super) struct TopicRecord {
    pub(super) id: i64,
    pub(super) owner: i64,
    pub(super) instance: String,
    pub(super) created: i64,
}

/// A producer or consumer id and a topic.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub(super) id: i64,
    pub(super) owner: i64,
    pub(super) created: i64,
}

/// A right on a topic.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) relation: i64,
    pub(super) is_sub_account: bool,
    pub(super) created: i64,
}

impl Records {
    /// An id that nothing else has.
    pub(super) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }

    /// The instance that a topic belongs to.
    pub(super) fn instance_of(&self, topic: &str) -> &str {
        self.topics.get(topic).map_or(INSTANCE, |it| &it.instance)
    }

    /// A topic is gone, and with it what relates to it.
    pub(super) fn forget_topic(&mut self, topic: &str) {
        self.topics.remove(topic);
        self.publications.retain(|(_, it), _| it != topic);
        self.subscriptions.retain(|(_, it), _| it != topic);
        self.grants.retain(|(it, _), _| it != topic);
    }
}
