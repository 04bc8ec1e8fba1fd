//! The producer of messages without an order.

use std::sync::Arc;

use super::check::Checker;
use super::life::producer_life;
use super::shared::Shared;
use crate::config::ProducerConfig;
use crate::instance::Client;
use crate::{Message, Result, SendResult};

/// Sends messages, spread over the queues of their topics.
///
/// All methods may be called from any task at once; those that are not `async` do not block. A
/// producer that is dropped is shut down in the background.
pub struct Producer(Arc<Shared>);

producer_life!(Producer, 0);

impl Producer {
    pub(crate) fn new(client: Client, config: ProducerConfig) -> Self {
        Self(Shared::new(client, config, None::<Checker>))
    }

    /// Sends a message, and returns once a broker has stored it. What fails is tried again, at
    /// another broker where there is one, within `SendMsgTimeoutMillis`.
    ///
    /// # Errors
    /// [`IllegalMessage`](crate::ErrorKind::IllegalMessage),
    /// [`NoRoute`](crate::ErrorKind::NoRoute), [`NoPermission`](crate::ErrorKind::NoPermission) and
    /// other refusals at once; [`ConnectFailed`](crate::ErrorKind::ConnectFailed),
    /// [`Timeout`](crate::ErrorKind::Timeout) and the like when the time is over;
    /// [`NotStarted`](crate::ErrorKind::NotStarted), [`Closed`](crate::ErrorKind::Closed). After
    /// `Timeout` and [`ConnectionLost`](crate::ErrorKind::ConnectionLost) the message may have been
    /// stored.
    ///
    /// It is in flight from this call on, not from when its future is polled first: a shutdown that
    /// is called later waits for it, whichever task the future runs on.
    pub fn send(
        &self,
        message: Message,
    ) -> impl Future<Output = Result<SendResult>> + Send + use<> {
        let (begun, shared) = (self.0.begin(), Arc::clone(&self.0));
        async move {
            let (running, _in_flight) = begun?;
            let outgoing = shared.outgoing(&running, message)?;
            let (stored, _) = shared.send(&running, outgoing).await?;
            Ok(stored.result)
        }
    }

    /// Sends many messages, each on its own, and returns what became of each, in their order.
    /// They are in flight from this call on, as with [`send`](Self::send).
    pub fn send_many(
        &self,
        messages: Vec<Message>,
    ) -> impl Future<Output = Vec<Result<SendResult>>> + Send + use<> {
        futures_util::future::join_all(messages.into_iter().map(|message| self.send(message)))
    }

    /// Sends a message without waiting for the broker: it may be lost without notice. Returns its
    /// id once it was handed to the connection.
    ///
    /// # Errors
    /// As [`Producer::send`], as far as they show before the message leaves.
    pub fn send_oneway(
        &self,
        message: Message,
    ) -> impl Future<Output = Result<String>> + Send + use<> {
        let (begun, shared) = (self.0.begin(), Arc::clone(&self.0));
        async move {
            let (running, _in_flight) = begun?;
            let outgoing = shared.outgoing(&running, message)?;
            shared.send_oneway(&running, outgoing).await
        }
    }
}
