//! The consumer of messages without an order.

use std::sync::Arc;

use super::life::consumer_life;
use super::shared::Shared;
use super::subscription::{Filter, Listener};
use crate::config::ConsumerConfig;
use crate::instance::Client;
use crate::{Action, MessageExt, Result};

/// Consumes the messages of one or more topics: as a member of a group whose members share them
/// (MessageModel CLUSTERING), or each message in each member (BROADCASTING).
///
/// Messages go to the listener of their topic's subscription, up to `ConsumeThreadNums` at once,
/// or wait in an [`Inbox`](crate::Inbox). All methods may be called from any task; those that are
/// not `async` do not block. A consumer that is dropped is shut down in the background.
pub struct Consumer(Arc<Shared>);

consumer_life!(Consumer);

impl Consumer {
    pub(crate) fn new(client: Client, mut config: ConsumerConfig) -> Self {
        config.batch_max_size = 1;
        Self(Shared::new(client, config))
    }

    /// Subscribes to a topic. Each message is given to the listener; one whose future panics comes
    /// again later. A second subscription to a topic replaces the first. May be called before and
    /// after `start`.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for an unfit topic or filter,
    /// [`Closed`](crate::ErrorKind::Closed).
    pub fn subscribe<'a, L, F>(
        &self,
        topic: &str,
        filter: impl Into<Filter<'a>>,
        listener: L,
    ) -> Result<()>
    where
        L: Fn(MessageExt) -> F + Send + Sync + 'static,
        F: Future<Output = Action> + Send + 'static,
    {
        let listener = Listener::One(Arc::new(move |message| Box::pin(listener(message))));
        self.0.listen(topic, &filter.into(), listener)
    }
}
