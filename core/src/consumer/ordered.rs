//! The consumer of ordered messages.

use std::sync::Arc;

use onsmq_proto::body::MessageModel;

use super::life::consumer_life;
use super::shared::Shared;
use super::subscription::{Filter, Listener};
use crate::config::ConsumerConfig;
use crate::instance::Client;
use crate::{Action, Error, ErrorKind, MessageExt, Result};

/// What a listener of ordered messages says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderAction {
    /// It is done with.
    Success,
    /// The queue pauses, and the message comes again before all others.
    Suspend,
}

impl OrderAction {
    /// Both, by the vendor's names.
    pub const VALUES: [(&'static str, Self); 2] =
        [("Success", Self::Success), ("Suspend", Self::Suspend)];
}

impl From<OrderAction> for Action {
    fn from(action: OrderAction) -> Self {
        match action {
            OrderAction::Success => Self::CommitMessage,
            OrderAction::Suspend => Self::ReconsumeLater,
        }
    }
}

/// Consumes messages in the order of their queues: each queue is locked for one member of the
/// group, and its messages are handed over one at a time. [`OrderAction::Suspend`] has the same
/// message come again after `suspendTimeMillis`; after `MaxReconsumeTimes` more deliveries it goes
/// to the group's dead letters, and the queue goes on behind it.
///
/// All methods may be called from any task; those that are not `async` do not block. A consumer
/// that is dropped is shut down in the background.
pub struct OrderConsumer(Arc<Shared>);

consumer_life!(OrderConsumer);

impl OrderConsumer {
    pub(crate) fn new(client: Client, mut config: ConsumerConfig) -> Result<Self> {
        if config.message_model == MessageModel::Broadcasting {
            return Err(Error::new(
                ErrorKind::Configuration,
                "property MessageModel has the value `BROADCASTING`: an OrderConsumer takes CLUSTERING only",
            ));
        }
        config.ordered = true;
        config.batch_max_size = 1;
        Ok(Self(Shared::new(client, config)))
    }

    /// Subscribes to a topic. A listener whose future panics is [`OrderAction::Suspend`]. A second
    /// subscription to a topic replaces the first. May be called before and after `start`.
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
        F: Future<Output = OrderAction> + Send + 'static,
    {
        let listener = Listener::One(Arc::new(move |message| {
            let action = listener(message);
            Box::pin(async move { action.await.into() })
        }));
        self.0.listen(topic, &filter.into(), listener)
    }
}
