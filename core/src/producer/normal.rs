//! The producer of messages without an order.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use onsmq_proto::message::batch::ENTRY_OVERHEAD;
use onsmq_proto::message::properties;

use super::beside::{Begun, Beside};
use super::check::Checker;
use super::life::producer_life;
use super::shared::Shared;
use crate::config::{ProducerConfig, WhenFull};
use crate::instance::Client;
use crate::{Message, MessageId, Result, SendResult, spans};

/// Sends messages, spread over the queues of their topics.
///
/// What is sent while requests to all queues are under way leaves together with the next one
/// (`autoBatch`); a message that finds a queue free leaves at once. A producer holds so many
/// messages at most (`SendBufferMaxMessages`, `SendBufferMaxBytes`).
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
            let (running, in_flight) = begun?;
            let mut leaving = shared.leaving(&running, message)?;
            let room = leaving.room(&running.buffer).await?;
            leaving.ready(&shared.config).await;
            let sender = &running.sender;
            sender.send_either_way(leaving, (in_flight, room)).await
        }
    }

    /// Sends a message beside the caller, and has `done` called with what became of it, on a thread
    /// of the runtime: it must not block. Does the same as [`send`](Self::send), and costs less
    /// than a task for each message. A message that is lent is copied once, to where it leaves
    /// from. It is in flight from this call on. Does not block.
    pub fn send_then<'m, D>(&self, message: impl Into<Cow<'m, Message>>, done: D) -> Begun<D>
    where
        D: FnOnce(Result<SendResult>) + Send + 'static,
    {
        // Dropped when the producer is let go of: what it owns may be the application's.
        let mut message = message.into();
        let shared = &self.0;
        match shared.running() {
            // Code of the application's may ask for anything meanwhile.
            Ok(running) if spans::are_wanted(&running.sender.instance.propagator) => {
                let (unlocked, _in_flight) = (Arc::clone(&running), running.sends.token());
                drop(running);
                let running = &unlocked;
                Beside { shared, running }.send(&mut message, done, false)
            }
            Ok(running) => {
                let running = &running;
                Beside { shared, running }.send(&mut message, done, false)
            }
            Err(error) => Begun::Refused(error, done),
        }
    }

    /// Whether there is room for a message with a body of so many bytes, whatever its properties:
    /// then [`send_then`](Self::send_then) does not wait, unless others send meanwhile. A producer
    /// that does not run has room: what it is given fails at once.
    #[must_use]
    pub fn has_room(&self, body_bytes: usize) -> bool {
        self.0
            .has_room(ENTRY_OVERHEAD + body_bytes + properties::MAX_BYTES)
    }

    /// What a send does while there is no room: `SendBufferFull`.
    #[must_use]
    pub fn when_full(&self) -> WhenFull {
        self.0.config.buffer.when_full
    }

    /// Sends many messages, given or lent, each on its own, and returns what became of each, in
    /// their order. They are in flight from this call on, as with [`send`](Self::send).
    pub fn send_many<'m, M: Into<Cow<'m, Message>>>(
        &self,
        messages: impl IntoIterator<Item = M, IntoIter: ExactSizeIterator>,
    ) -> BoxFuture<'static, Vec<Result<SendResult>>> {
        let messages = messages.into_iter();
        let shared = &self.0;
        match shared.begin() {
            Ok((running, in_flight)) => {
                let running = &running;
                Beside { shared, running }.send_all(messages, in_flight)
            }
            Err(error) => {
                let refused = messages.map(|_| Err(error.clone())).collect();
                Box::pin(std::future::ready(refused))
            }
        }
    }

    /// Sends a message without waiting for the broker: it may be lost without notice. Returns its
    /// id once it was handed to the connection.
    ///
    /// # Errors
    /// As [`Producer::send`], as far as they show before the message leaves.
    pub fn send_oneway(
        &self,
        message: Message,
    ) -> impl Future<Output = Result<MessageId>> + Send + use<> {
        let (begun, shared) = (self.0.begin(), Arc::clone(&self.0));
        async move {
            let (running, _in_flight) = begun?;
            let leaving = shared.leaving(&running, message)?;
            shared.send_oneway(&running, leaving).await
        }
    }
}
