//! What a consumer subscribes to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::future::BoxFuture;
use onsmq_proto::subscription::{ALL, SubscriptionData};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::ready::ReadyQueue;
use crate::instance::now_ms;
use crate::{Action, Error, ErrorKind, MessageExt, Result};

/// A listener of this crate's own face.
#[derive(Clone)]
pub(super) enum Listener {
    /// A future a message.
    One(Arc<dyn Fn(MessageExt) -> BoxFuture<'static, Action> + Send + Sync>),
    /// A future a list of messages.
    Many(Arc<dyn Fn(Vec<MessageExt>) -> BoxFuture<'static, Action> + Send + Sync>),
}

/// What is wanted of a topic. Text is a tag expression: which kind it is, is never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Filter<'a> {
    /// `*` or nothing for all, or tags between `||`.
    Tags(&'a str),
    /// A condition on user properties, such as `a > 5 AND region = 'eu'`. Brokers need
    /// `enablePropertyFilter=true`.
    ///
    /// A broker that refuses it is an error of `start`. Where it is subscribed to while the consumer
    /// runs, the refusal is a warning in the log: to subscribe does not wait for brokers.
    Sql92(&'a str),
}

impl<'a> From<&'a str> for Filter<'a> {
    fn from(expression: &'a str) -> Self {
        Self::Tags(expression)
    }
}

impl<'a> From<&'a String> for Filter<'a> {
    fn from(expression: &'a String) -> Self {
        Self::Tags(expression)
    }
}

/// A topic, what is wanted of it, and where it goes.
pub(super) struct Subscription {
    /// The topic as the application names it.
    pub(super) topic: Arc<str>,
    /// As it travels.
    pub(super) data: SubscriptionData,
    /// The listener; none where the application receives by itself.
    pub(super) listener: Option<Listener>,
    /// Where messages wait to be handed over.
    pub(super) ready: Arc<ReadyQueue>,
}

/// All of a consumer's subscriptions, by topic as it travels.
#[derive(Default)]
pub(super) struct Subscriptions {
    by_topic: Mutex<FxHashMap<Arc<str>, Arc<Subscription>>>,
    last_version: AtomicI64,
}

impl Subscriptions {
    /// Reads a filter.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`].
    pub(super) fn parse(&self, wire_topic: &str, filter: &Filter<'_>) -> Result<SubscriptionData> {
        let version = self.next_version();
        match filter {
            Filter::Tags(expression) => SubscriptionData::tags(wire_topic, expression, version),
            Filter::Sql92(condition) => SubscriptionData::sql92(wire_topic, condition, version),
        }
        .map_err(|error| Error::new(ErrorKind::InvalidArgument, error.to_string()))
    }

    /// Grows with each change, also within a millisecond: brokers keep the newest.
    fn next_version(&self) -> i64 {
        let now = now_ms();
        let newer = |last: i64| Some(now.max(last + 1));
        let last = self
            .last_version
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, newer);
        now.max(last.unwrap_or_default() + 1)
    }

    pub(super) fn insert(&self, subscription: Subscription) {
        let topic: Arc<str> = subscription.data.topic.as_str().into();
        self.by_topic.lock().insert(topic, Arc::new(subscription));
    }

    /// Every message of a topic, with no place to go: for the group's retry topic.
    pub(super) fn insert_all_of(&self, wire_topic: &str, ready: &Arc<ReadyQueue>) -> Result<()> {
        let data = self.parse(wire_topic, &Filter::Tags(ALL))?;
        let ready = Arc::clone(ready);
        self.insert(Subscription {
            topic: wire_topic.into(),
            data,
            listener: None,
            ready,
        });
        Ok(())
    }

    pub(super) fn remove(&self, wire_topic: &str) -> bool {
        self.by_topic.lock().remove(wire_topic).is_some()
    }

    pub(super) fn get(&self, wire_topic: &str) -> Option<Arc<Subscription>> {
        self.by_topic.lock().get(wire_topic).cloned()
    }

    pub(super) fn topics(&self) -> Vec<Arc<str>> {
        self.by_topic.lock().keys().cloned().collect()
    }

    /// Where messages wait, each place once.
    fn places(&self) -> Vec<Arc<ReadyQueue>> {
        let mut places: Vec<Arc<ReadyQueue>> = Vec::new();
        for subscription in self.by_topic.lock().values() {
            if !places.iter().any(|it| Arc::ptr_eq(it, &subscription.ready)) {
                places.push(Arc::clone(&subscription.ready));
            }
        }
        places
    }

    /// Lets go of what waits of queues that were given away.
    pub(super) fn forget_stopped(&self) {
        self.places().iter().for_each(|it| it.forget_stopped());
    }

    /// How many messages wait to be handed over.
    pub(super) fn waiting(&self) -> usize {
        self.places().iter().map(|it| it.len()).sum()
    }

    /// Those whose condition brokers evaluate.
    pub(super) fn conditions(&self) -> Vec<Arc<Subscription>> {
        let by_topic = self.by_topic.lock();
        let conditions = by_topic.values().filter(|it| it.data.is_sql92());
        conditions.cloned().collect()
    }

    pub(super) fn data(&self) -> Vec<SubscriptionData> {
        self.by_topic
            .lock()
            .values()
            .map(|it| it.data.clone())
            .collect()
    }
}
