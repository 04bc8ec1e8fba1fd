//! What every kind of producer is: a configuration, a life, and sends in flight.

use std::sync::Arc;

use onsmq_proto::machine::{Lifecycle, Phase};
use parking_lot::RwLock;
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::{info, warn};

use super::attempt::Sender;
use super::check::Checker;
use super::select::Selector;
use crate::config::ProducerConfig;
use crate::instance::Client;
use crate::{Error, ErrorKind, Result};

pub(super) struct Shared {
    client: Client,
    pub(super) config: ProducerConfig,
    /// Answers brokers that ask for outcomes; transactional producers have one.
    checker: Option<Checker>,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    lifecycle: Lifecycle,
    running: Option<Arc<Running>>,
}

/// A producer that was started.
pub(super) struct Running {
    pub(super) sender: Sender,
    /// Sends in flight.
    sends: TaskTracker,
    runtime: Handle,
}

impl Shared {
    pub(super) fn new(
        client: Client,
        config: ProducerConfig,
        checker: Option<Checker>,
    ) -> Arc<Self> {
        Arc::new(Self {
            client,
            config,
            checker,
            state: RwLock::default(),
        })
    }

    pub(super) fn phase(&self) -> Phase {
        self.state.read().lifecycle.phase()
    }

    fn closed(&self) -> Error {
        Error::new(
            ErrorKind::Closed,
            format!(
                "the producer of group {} was shut down: make a new one",
                self.config.group
            ),
        )
    }

    pub(super) fn start(&self) -> Result<()> {
        let mut state = self.state.write();
        if !state.lifecycle.start().map_err(|_| self.closed())? {
            return Ok(());
        }
        match self.join() {
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

    fn join(&self) -> Result<Running> {
        let namespace = self.config.client.namespace.as_deref();
        let group = onsmq_proto::names::wrap_namespace(namespace, &self.config.group);
        let checker = self.checker.clone();
        let instance = self
            .client
            .join_producer(&self.config.client, &group, checker)?;
        Ok(Running {
            sender: Sender {
                instance,
                group,
                selector: Selector::new(),
                timed_fallback: self.config.timed_fallback,
            },
            sends: TaskTracker::new(),
            runtime: Handle::current(),
        })
    }

    /// Begins a send, which shutdown then waits for.
    pub(super) fn begin(&self) -> Result<(Arc<Running>, TaskTrackerToken)> {
        let state = self.state.read();
        match (state.lifecycle.phase(), &state.running) {
            (Phase::Running, Some(running)) => Ok((Arc::clone(running), running.sends.token())),
            (Phase::Draining | Phase::Closed, _) => Err(self.closed()),
            _ => Err(Error::new(
                ErrorKind::NotStarted,
                format!(
                    "the producer of group {} is not started: call start first",
                    self.config.group
                ),
            )),
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.config.send_timeout
    }

    pub(super) async fn shutdown(&self) {
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
            let checker = self.checker.as_ref();
            running
                .sender
                .instance
                .leave_producer(&running.sender.group, checker)
                .await;
            info!(group = running.sender.group, "producer shut down");
        }
        self.state.write().lifecycle.drained();
    }

    /// Shuts down in the background, where that was not done.
    pub(super) fn abandon(self: &Arc<Self>) {
        let running = self.state.read().running.clone();
        if let Some(running) = running {
            let shared = Arc::clone(self);
            running
                .runtime
                .spawn(async move { shared.shutdown().await });
        }
    }
}

/// The methods and traits that every kind of producer has.
macro_rules! producer_life {
    ($type:ident) => {
        impl $type {
            /// Makes the producer ready to send; nothing is sent yet. Starting twice is starting
            /// once.
            ///
            /// # Errors
            /// [`ErrorKind::Closed`](crate::ErrorKind::Closed).
            #[allow(
                clippy::unused_async,
                reason = "it needs the runtime, and may come to wait"
            )]
            pub async fn start(&self) -> crate::Result<()> {
                self.0.start()
            }

            /// Takes no more messages, lets sends in flight finish within their time, and
            /// disconnects. A second call does nothing.
            pub async fn shutdown(&self) {
                self.0.shutdown().await;
            }

            /// Whether it was started and not shut down.
            #[must_use]
            pub fn is_started(&self) -> bool {
                self.0.phase() == onsmq_proto::machine::Phase::Running
            }

            /// Whether it was shut down, or is about to be.
            #[must_use]
            pub fn is_closed(&self) -> bool {
                use onsmq_proto::machine::Phase;
                matches!(self.0.phase(), Phase::Draining | Phase::Closed)
            }

            /// The group, without its namespace.
            #[must_use]
            pub fn group(&self) -> &str {
                &self.0.config.group
            }
        }

        impl Drop for $type {
            fn drop(&mut self) {
                self.0.abandon();
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))
                    .field("group", &self.group())
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(super) use producer_life;
