//! The producer of ordered messages.

use std::sync::Arc;

use super::check::Checker;
use super::shared::{Shared, producer_life};
use crate::config::ProducerConfig;
use crate::instance::Client;
use crate::{Error, ErrorKind, Message, Result, SendResult};

/// Sends messages whose order counts: those of one sharding key go to one queue, the same that the
/// vendor's Java SDK takes, and an `OrderConsumer` gets them one by one.
///
/// The order is that of the calls: a message is to be sent when the send before it has returned.
/// All methods may be called from any task at once; those that are not `async` do not block. A
/// producer that is dropped is shut down in the background.
pub struct OrderProducer(Arc<Shared>);

producer_life!(OrderProducer);

impl OrderProducer {
    pub(crate) fn new(client: Client, config: ProducerConfig) -> Self {
        Self(Shared::new(client, config, None::<Checker>))
    }

    /// Sends a message to the queue of a sharding key, and returns once the broker has stored it.
    /// What fails is tried again there, and nowhere else, within `SendMsgTimeoutMillis`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a blank sharding key; else as
    /// [`Producer::send`](crate::Producer::send).
    pub async fn send(&self, message: Message, sharding_key: &str) -> Result<SendResult> {
        if sharding_key.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "the sharding key is blank: give what the order is kept within, such as an order's id",
            )
            .with_topic(message.topic()));
        }
        let (running, _in_flight) = self.0.begin()?;
        let outgoing = self
            .0
            .outgoing(&running, message.sharding_key(sharding_key))?;
        let outgoing = outgoing.map(|it| Ok(it.ordered_by(sharding_key)))?;
        let (stored, _) = self.0.send(&running, outgoing).await?;
        Ok(stored.result)
    }
}
