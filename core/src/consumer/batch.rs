//! The consumer of lists of messages.

use std::sync::Arc;

use super::life::consumer_life;
use super::shared::Shared;
use super::subscription::{Filter, Listener};
use crate::config::ConsumerConfig;
use crate::instance::Client;
use crate::{Action, MessageExt, Result};

/// Consumes messages in lists of one topic, up to `ConsumeMessageBatchMaxSize` in a call: fewer
/// come where fewer wait. What the listener says counts for the whole list.
///
/// All methods may be called from any task; those that are not `async` do not block. A consumer
/// that is dropped is shut down in the background.
pub struct BatchConsumer(Arc<Shared>);

consumer_life!(BatchConsumer);

impl BatchConsumer {
    pub(crate) fn new(client: Client, config: ConsumerConfig) -> Self {
        Self(Shared::new(client, config))
    }

    /// Subscribes to a topic. The messages of a listener whose future panics come again later. A
    /// second subscription to a topic replaces the first. May be called before and after `start`.
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
        L: Fn(Vec<MessageExt>) -> F + Send + Sync + 'static,
        F: Future<Output = Action> + Send + 'static,
    {
        let listener = Listener::Many(Arc::new(move |messages| Box::pin(listener(messages))));
        self.0.listen(topic, &filter.into(), listener)
    }

    /// Most messages of one call: `ConsumeMessageBatchMaxSize`.
    #[must_use]
    pub fn batch_max_size(&self) -> usize {
        self.0.config.batch_max_size
    }
}
