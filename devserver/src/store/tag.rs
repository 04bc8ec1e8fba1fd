//! Tags by their hashes, as brokers keep them beside each message.

use std::sync::Arc;

use onsmq_proto::hash::java_string_hash;
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::subscription::SubscriptionData;

/// The hash of a message's tag; 0 where it has none, as in Java
/// (`MessageExtBrokerInner.tagsString2tagsCode`).
pub(super) fn tag_code(raw_properties: &str) -> i32 {
    properties::get(raw_properties, name::TAGS).map_or(0, java_string_hash)
}

/// Which messages of a queue are wanted.
#[derive(Debug, Clone)]
pub(crate) struct TagFilter(Option<Arc<SubscriptionData>>);

impl TagFilter {
    /// All of them.
    pub(crate) const ALL: Self = Self(None);

    pub(crate) fn new(subscription: Arc<SubscriptionData>) -> Self {
        let takes_all = subscription.class_filter_mode || subscription.code_set.is_empty();
        Self((!takes_all).then_some(subscription))
    }

    pub(crate) fn accepts(&self, tag: i32) -> bool {
        self.0
            .as_ref()
            .is_none_or(|subscription| subscription.accepts_code(Some(tag)))
    }
}
