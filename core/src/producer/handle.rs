//! The producer as applications hold it.

use std::sync::Arc;

use onsmq_proto::machine::{Lifecycle, Phase};
use parking_lot::RwLock;
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::{info, warn};

use super::attempt::Sender;
use super::outgoing::Outgoing;
use super::select::Selector;
use crate::config::ProducerConfig;
use crate::instance::Client;
use crate::{Error, ErrorKind, Message, Result, SendResult};

/// Sends messages.
///
/// All methods may be called from any task at once; those that are not `async` do not block. A
/// producer that is dropped is shut down in the background.
pub struct Producer(Arc<Shared>);

struct Shared {
    client: Client,
    config: ProducerConfig,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    lifecycle: Lifecycle,
    running: Option<Arc<Running>>,
}

/// A producer that was started.
struct Running {
    sender: Sender,
    /// Sends in flight.
    sends: TaskTracker,
    runtime: Handle,
}

impl Producer {
    pub(crate) fn new(client: Client, config: ProducerConfig) -> Self {
        Self(Arc::new(Shared {
            client,
            config,
            state: RwLock::default(),
        }))
    }

    /// Makes the producer ready to send; nothing is sent yet. Starting twice is starting once.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`].
    #[allow(
        clippy::unused_async,
        reason = "needs the runtime, as it may come to wait one day"
    )]
    pub async fn start(&self) -> Result<()> {
        let mut state = self.0.state.write();
        if !state.lifecycle.start().map_err(|_| self.0.closed())? {
            return Ok(());
        }
        match self.0.running() {
            Ok(running) => {
                info!(group = running.sender.group, "producer started");
                state.running = Some(Arc::new(running));
                Ok(())
            }
            Err(error) => {
                state.lifecycle.start_failed();
                Err(error)
            }
        }
    }

    /// Sends a message, and returns once a broker has stored it. What fails is tried again, at
    /// another broker where there is one, within `SendMsgTimeoutMillis`.
    ///
    /// # Errors
    /// [`ErrorKind::IllegalMessage`], [`ErrorKind::NoRoute`], [`ErrorKind::NoPermission`] and
    /// other refusals at once; [`ErrorKind::ConnectFailed`], [`ErrorKind::Timeout`] and the like
    /// when the time is over; [`ErrorKind::NotStarted`], [`ErrorKind::Closed`]. After
    /// [`ErrorKind::Timeout`] and [`ErrorKind::ConnectionLost`] the message may have been stored.
    pub async fn send(&self, message: Message) -> Result<SendResult> {
        let (running, _in_flight) = self.begin()?;
        let outgoing = self.0.outgoing(&running, message)?;
        running.sender.send(outgoing, self.0.deadline()).await
    }

    /// Sends many messages, each on its own, and returns what became of each, in their order.
    pub async fn send_many(&self, messages: Vec<Message>) -> Vec<Result<SendResult>> {
        futures_util::future::join_all(messages.into_iter().map(|message| self.send(message))).await
    }

    /// Sends a message without waiting for the broker: it may be lost without notice. Returns its
    /// id once it was handed to the connection.
    ///
    /// # Errors
    /// As [`Producer::send`], as far as they show before the message leaves.
    pub async fn send_oneway(&self, message: Message) -> Result<String> {
        let (running, _in_flight) = self.begin()?;
        let outgoing = self.0.outgoing(&running, message)?;
        running
            .sender
            .send_oneway(&outgoing, self.0.deadline())
            .await
            .map_err(|error| {
                error
                    .with_topic(&outgoing.topic)
                    .with_message_id(&outgoing.message_id)
            })?;
        Ok(outgoing.message_id)
    }

    /// Takes no more messages, lets sends in flight finish within their time, and disconnects. A
    /// second call does nothing.
    pub async fn shutdown(&self) {
        self.0.shutdown().await;
    }

    /// Whether it was started and not shut down.
    #[must_use]
    pub fn is_started(&self) -> bool {
        self.0.state.read().lifecycle.phase() == Phase::Running
    }

    /// Whether it was shut down, or is about to be.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(
            self.0.state.read().lifecycle.phase(),
            Phase::Draining | Phase::Closed
        )
    }

    /// The group, without its namespace.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.0.config.group
    }

    fn begin(&self) -> Result<(Arc<Running>, TaskTrackerToken)> {
        let state = self.0.state.read();
        match (state.lifecycle.phase(), &state.running) {
            (Phase::Running, Some(running)) => Ok((Arc::clone(running), running.sends.token())),
            (Phase::Draining | Phase::Closed, _) => Err(self.0.closed()),
            _ => Err(Error::new(
                ErrorKind::NotStarted,
                format!(
                    "the producer of group {} is not started: call start first",
                    self.group()
                ),
            )),
        }
    }
}

impl Shared {
    fn closed(&self) -> Error {
        Error::new(
            ErrorKind::Closed,
            format!(
                "the producer of group {} was shut down: make a new one",
                self.config.group
            ),
        )
    }

    fn running(&self) -> Result<Running> {
        let namespace = self.config.client.namespace.as_deref();
        let group = onsmq_proto::names::wrap_namespace(namespace, &self.config.group);
        let instance = self.client.join_producer(&self.config.client, &group)?;
        Ok(Running {
            sender: Sender {
                instance,
                group,
                selector: Selector::new(),
            },
            sends: TaskTracker::new(),
            runtime: Handle::current(),
        })
    }

    fn outgoing(&self, running: &Running, message: Message) -> Result<Outgoing> {
        Outgoing::new(
            message,
            &running.sender.instance,
            self.config.max_message_size,
        )
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.config.send_timeout
    }

    async fn shutdown(&self) {
        let running = {
            let mut state = self.state.write();
            if !state.lifecycle.shutdown() {
                return;
            }
            state.running.take()
        };
        if let Some(running) = running {
            running.sends.close();
            // Each send ends by its own deadline.
            if tokio::time::timeout(self.config.send_timeout, running.sends.wait())
                .await
                .is_err()
            {
                warn!(
                    sends = running.sends.len(),
                    "sends in flight are given up at shutdown"
                );
            }
            running
                .sender
                .instance
                .leave_producer(&running.sender.group)
                .await;
            info!(group = running.sender.group, "producer shut down");
        }
        self.state.write().lifecycle.drained();
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        let running = self.0.state.read().running.clone();
        if let Some(running) = running {
            let shared = Arc::clone(&self.0);
            running
                .runtime
                .spawn(async move { shared.shutdown().await });
        }
    }
}

impl std::fmt::Debug for Producer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Producer")
            .field("group", &self.0.config.group)
            .finish_non_exhaustive()
    }
}
