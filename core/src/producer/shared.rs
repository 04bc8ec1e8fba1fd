//! What every kind of producer is: a configuration, a life, and sends in flight.

use std::sync::Arc;

use onsmq_proto::machine::{Lifecycle, Phase};
use onsmq_proto::sign::Credentials;
use parking_lot::{MappedRwLockReadGuard, RwLock, RwLockReadGuard};
use tokio::runtime::Handle;
use tracing::{info, warn};

use super::attempt::Sender;
use super::buffer::Buffer;
use super::check::Checker;
use super::in_flight::{InFlight, Token};
use super::line::Lines;
use super::select::Selector;
use crate::config::ProducerConfig;
use crate::instance::{Client, Ending};
use crate::{Error, ErrorKind, Result};

pub(super) struct Shared {
    client: Client,
    pub(super) config: ProducerConfig,
    /// Answers brokers that ask for outcomes; transactional producers have one.
    checker: Option<Checker>,
    state: RwLock<State>,
    /// One start at a time.
    starting: tokio::sync::Mutex<()>,
    ending: Ending,
}

#[derive(Default)]
struct State {
    lifecycle: Lifecycle,
    running: Option<Arc<Running>>,
    /// What is to be signed with once it runs, in place of what was configured.
    credentials: Option<Credentials>,
}

/// A producer that was started.
pub(super) struct Running {
    pub(super) sender: Arc<Sender>,
    pub(super) buffer: Buffer,
    pub(super) sends: InFlight,
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
            starting: tokio::sync::Mutex::default(),
            ending: Ending::default(),
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

    pub(super) async fn start(&self) -> Result<()> {
        // Whoever comes second finds it started, or starts it.
        let _turn = self.starting.lock().await;
        let start = self.state.write().lifecycle.start();
        if !start.map_err(|_| self.closed())? {
            return Ok(());
        }
        let started = match self.join() {
            Ok(running) => self.begin_life(running).await,
            Err(error) => Err(error),
        };
        if started.is_err() {
            self.state.write().lifecycle.start_failed();
        }
        started
    }

    /// The producer may send once name servers are known.
    async fn begin_life(&self, running: Running) -> Result<()> {
        let found = running.sender.instance.find_name_servers().await;
        let found = found.map_err(|error| {
            error.context(format_args!(
                "producer {} does not start",
                self.config.group
            ))
        });
        let running = Arc::new(running);
        let started = {
            let mut state = self.state.write();
            found.and_then(|()| match state.lifecycle.phase() {
                Phase::Running => {
                    if let Some(credentials) = state.credentials.take() {
                        running.sender.instance.set_credentials(credentials);
                    }
                    state.running = Some(Arc::clone(&running));
                    Ok(())
                }
                _ => Err(self.closed()),
            })
        };
        match started {
            Ok(()) => info!(group = running.sender.group, "producer started"),
            Err(_) => self.leave(&running).await,
        }
        started
    }

    async fn leave(&self, running: &Running) {
        let checker = self.checker.as_ref();
        let Sender {
            instance, group, ..
        } = &*running.sender;
        instance.leave_producer(group, checker).await;
    }

    /// Has all later requests signed with other credentials; before the start, all from the start.
    pub(super) fn set_credentials(&self, credentials: Credentials) -> Result<()> {
        let credentials = self.config.client.renewed(credentials)?;
        let mut state = self.state.write();
        match (state.lifecycle.phase(), &state.running) {
            (Phase::Draining | Phase::Closed, _) => return Err(self.closed()),
            (_, Some(running)) => running.sender.instance.set_credentials(credentials),
            (_, None) => state.credentials = Some(credentials),
        }
        Ok(())
    }

    fn join(&self) -> Result<Running> {
        let namespace = self.config.client.namespace.as_deref();
        let group = onsmq_proto::names::wrap_namespace(namespace, &self.config.group);
        let checker = self.checker.clone();
        let instance = self
            .client
            .join_producer(&self.config.client, &group, checker)?;
        Ok(Running {
            sender: Arc::new(Sender {
                instance,
                group,
                plain_group: self.config.group.clone(),
                runtime: Handle::current(),
                lines: Lines::new(&self.config),
                selector: Selector::new(),
                timed_fallback: self.config.timed_fallback,
                vip_channel: self.config.vip_channel,
            }),
            buffer: Buffer::new(self.config.buffer),
            sends: InFlight::default(),
        })
    }

    /// The producer, which does not end while this is held: not for long, and not while something
    /// is waited for.
    pub(super) fn running(&self) -> Result<MappedRwLockReadGuard<'_, Arc<Running>>> {
        let state = self.state.read();
        RwLockReadGuard::try_map_or_err(state, |state| {
            match (state.lifecycle.phase(), &state.running) {
                (Phase::Running, Some(running)) => Ok(running),
                (Phase::Draining | Phase::Closed, _) => Err(self.closed()),
                _ => Err(Error::new(
                    ErrorKind::NotStarted,
                    format!(
                        "the producer of group {} is not started: call start first",
                        self.config.group
                    ),
                )),
            }
        })
        .map_err(|(_, error)| error)
    }

    /// Begins a send, which shutdown then waits for.
    pub(super) fn begin(&self) -> Result<(Arc<Running>, Token)> {
        let running = self.running()?;
        Ok((Arc::clone(&running), running.sends.token()))
    }

    pub(super) fn has_room(&self, bytes: usize) -> bool {
        let state = self.state.read();
        let running = state.running.as_ref();
        running.is_none_or(|running| running.buffer.has_room(bytes))
    }

    /// Waits for the sends in flight, each of which ends by its own deadline.
    pub(super) fn flush(&self) -> impl Future<Output = ()> + Send + use<> {
        let running = self.state.read().running.clone();
        let sends = running.map(|running| running.sends.wait());
        async move {
            if let Some(sends) = sends {
                sends.await;
            }
        }
    }

    /// Takes no more messages from this call on. The future sees the end through, or waits until
    /// whoever called first has.
    pub(super) fn shutdown(self: &Arc<Self>) -> impl Future<Output = ()> + Send + use<> {
        let mut state = self.state.write();
        let running = state.running.take();
        let shared = Arc::clone(self);
        let end = async move {
            if let Some(running) = running {
                shared.end(&running).await;
            }
            shared.state.write().lifecycle.drained();
        };
        self.ending.see_through(&mut state.lifecycle, end)
    }

    async fn end(&self, running: &Running) {
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
        self.leave(running).await;
        info!(group = running.sender.group, "producer shut down");
    }

    /// Shuts down in the background, where that was not done.
    pub(super) fn abandon(self: &Arc<Self>) {
        let running = self.state.read().running.clone();
        if let Some(running) = running {
            running.sender.runtime.spawn(self.shutdown());
        }
    }
}
