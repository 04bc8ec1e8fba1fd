//! Which messages of a queue are wanted.

use std::sync::Arc;

use onsmq_proto::message::StoredMessage;
use onsmq_proto::subscription::SubscriptionData;

use crate::sql::{Condition, SyntaxError};

/// What a puller wants of a queue.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    /// All of it.
    All,
    /// By tags, of which brokers look at the hashes only.
    Tags(Arc<SubscriptionData>),
    /// By properties.
    Condition(Arc<Condition>),
}

impl Filter {
    /// # Errors
    /// For a condition that is none.
    pub(crate) fn new(subscription: Arc<SubscriptionData>) -> Result<Self, SyntaxError> {
        if subscription.is_sql92() {
            let condition = Condition::parse(&subscription.sub_string)?;
            return Ok(Self::Condition(Arc::new(condition)));
        }
        let takes_all = subscription.class_filter_mode || subscription.code_set.is_empty();
        Ok(match takes_all {
            true => Self::All,
            false => Self::Tags(subscription),
        })
    }

    /// Whether a message with this tag is worth waking for: its properties are looked at later.
    pub(crate) fn may_accept(&self, tag: i32) -> bool {
        match self {
            Self::All | Self::Condition(_) => true,
            Self::Tags(subscription) => subscription.accepts_code(Some(tag)),
        }
    }

    /// Whether a message is wanted. It is asked for where its tag is not enough.
    pub(super) fn accepts(
        &self,
        tag: i32,
        message: impl FnOnce() -> Option<StoredMessage>,
    ) -> bool {
        match self {
            Self::All | Self::Tags(_) => self.may_accept(tag),
            Self::Condition(condition) => message()
                .is_some_and(|message| condition.accepts(&|name: &str| message.property(name))),
        }
    }
}
