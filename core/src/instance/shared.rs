//! What the producers and consumers of an instance share.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use onsmq_proto::machine::BrokerHealth;
use onsmq_proto::sign::Credentials;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::discovery::Finder;
use super::driver::{Driver, Wake};
use super::identity::{MessageIds, client_id, local_address};
use super::members::{ConsumerMember, Members};
use super::routes::{Refreshed, Routes};
use crate::config::ClientConfig;
use crate::net::{Events, Peers, REQUEST_TIMEOUT};
use crate::producer::Checker;
use crate::request::group;
use crate::request::heartbeat::{self, Leaving};
use crate::spans::SharedPropagator;
use crate::trace::Dispatcher;
use crate::{ErrorKind, Result};

/// How long whoever leaves waits for heartbeats that are under way.
const LAST_HEARTBEATS: Duration = Duration::from_secs(1);

/// One identity at the brokers.
pub(crate) struct Instance {
    pub(crate) client_id: String,
    pub(crate) namespace: Option<String>,
    pub(crate) peers: Peers,
    pub(crate) routes: Routes,
    pub(super) finder: Finder,
    pub(crate) ids: MessageIds,
    pub(crate) health: Mutex<BrokerHealth>,
    pub(crate) trace: Dispatcher,
    pub(crate) propagator: SharedPropagator,
    members: Mutex<Membership>,
    /// Read by each heartbeat that is under way.
    beats: tokio::sync::RwLock<()>,
    wake: mpsc::UnboundedSender<Wake>,
    closing: CancellationToken,
}

/// The members, while there may be some.
struct Membership {
    members: Members,
    /// The last one has left: nobody may join any more.
    closed: bool,
}

impl Instance {
    /// Makes an instance and the task that drives it, on the current runtime. `turn` tells
    /// instances of one process apart.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where a file cannot be used that the configuration names.
    pub(super) fn spawn(
        config: &ClientConfig,
        turn: u64,
        propagator: SharedPropagator,
    ) -> Result<Arc<Self>> {
        let address = local_address(&config.discovery);
        let (wake, wakes) = mpsc::unbounded_channel();
        let (inbound, requests) = mpsc::unbounded_channel();
        let (connected, connections) = mpsc::unbounded_channel();
        let events = Events { inbound, connected };
        let finder = Finder::new(config)?;
        let this = Arc::new(Self {
            client_id: client_id(config, address, turn),
            namespace: config.namespace.clone(),
            peers: Peers::new(config, events)?,
            routes: Routes::new(finder.name_servers()),
            finder,
            ids: MessageIds::new(address),
            health: Mutex::default(),
            beats: tokio::sync::RwLock::default(),
            trace: Dispatcher::new(config.trace.clone()),
            propagator,
            members: Mutex::new(Membership {
                members: Members::default(),
                closed: false,
            }),
            wake,
            closing: CancellationToken::new(),
        });
        let driver = Driver::new(Arc::clone(&this), wakes, requests, connections);
        tokio::spawn(driver.run(this.closing.clone()));
        Ok(this)
    }

    /// Lets a member in. `None` where the last one has left: another instance is needed then.
    pub(super) fn join(
        &self,
        enter: impl FnOnce(&mut Members) -> Result<()>,
    ) -> Option<Result<()>> {
        let mut membership = self.members.lock();
        (!membership.closed).then(|| enter(&mut membership.members))
    }

    pub(super) fn has_consumer(&self, group: &str) -> bool {
        self.members.lock().members.has_consumer(group)
    }

    pub(crate) fn consumer(&self, group: &str) -> Option<Arc<dyn ConsumerMember>> {
        self.members.lock().members.consumer(group)
    }

    pub(super) fn checker(&self, group: &str) -> Option<Checker> {
        self.members.lock().members.checker(group)
    }

    pub(super) fn consumers(&self) -> Vec<Arc<dyn ConsumerMember>> {
        self.members.lock().members.consumers()
    }

    /// A producer leaves; brokers are told where it was the last of its group here.
    pub(crate) async fn leave_producer(&self, group: &str, checker: Option<&Checker>) {
        let last = self.members.lock().members.remove_producer(group, checker);
        if last {
            self.unregister(Leaving::Producer(group)).await;
        }
        self.close_if_empty().await;
    }

    /// A consumer leaves, and brokers are told.
    pub(crate) async fn leave_consumer(&self, group: &str) {
        self.members.lock().members.remove_consumer(group);
        self.unregister(Leaving::Consumer(group)).await;
        self.close_if_empty().await;
    }

    async fn unregister(&self, leaving: Leaving<'_>) {
        // A heartbeat from before may be handled after this, and even after the connection is gone:
        // brokers have threads of their own for each. Then they would keep the member, and its share
        // of the queues, for two minutes.
        let answered = tokio::time::timeout(LAST_HEARTBEATS, self.beats.write()).await;
        // Those that come now are without it.
        drop(answered);
        let deadline = Instant::now() + REQUEST_TIMEOUT;
        let addresses = self.routes.broker_addresses();
        // Brokers without a connection have forgotten this client with its last one.
        let connected = addresses
            .iter()
            .filter(|address| self.peers.is_connected(address));
        join_all(connected.map(|address| async move {
            let command = heartbeat::unregister(&self.client_id, leaving);
            let answer = self.peers.request(address, command, deadline).await;
            if let Err(error) = answer.and_then(heartbeat::unregistered) {
                debug!(address, "{error}");
            }
        }))
        .await;
    }

    async fn close_if_empty(&self) {
        {
            let mut membership = self.members.lock();
            if !membership.members.is_empty() || membership.closed {
                return;
            }
            membership.closed = true;
        }
        self.trace.close().await;
        self.closing.cancel();
        self.peers.close().await;
    }

    /// Sends a heartbeat to every broker that is known, and waits for the answers.
    ///
    /// # Errors
    /// [`ErrorKind::NoPermission`] where a broker says so and none takes it.
    pub(crate) async fn heartbeat_all(&self) -> Result<()> {
        let addresses = self.routes.broker_addresses();
        let beats = join_all(addresses.iter().map(|address| self.heartbeat(address))).await;
        let is_taken = beats.iter().any(Result::is_ok);
        let mut errors = beats.into_iter().filter_map(Result::err);
        match errors.find(|error| error.kind() == ErrorKind::NoPermission) {
            Some(refusal) if !is_taken => Err(refusal),
            _ => Ok(()),
        }
    }

    /// Sends a heartbeat to a broker, and waits for the answer.
    ///
    /// # Errors
    /// What the broker did, which was logged.
    pub(crate) async fn heartbeat(&self, address: &str) -> Result<()> {
        let _under_way = self.beats.read().await;
        let data = {
            let membership = self.members.lock();
            if membership.members.is_empty() {
                return Ok(());
            }
            membership.members.heartbeat(&self.client_id)
        };
        let deadline = Instant::now() + REQUEST_TIMEOUT;
        let beat = async {
            let answer = self
                .peers
                .request(address, heartbeat::command(&data)?, deadline)
                .await?;
            heartbeat::answer(answer)
        };
        let taken = beat.await;
        match &taken {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NoPermission => warn!(address, "{error}"),
            Err(error) => debug!(address, "heartbeat: {error}"),
        }
        taken
    }

    /// Refreshes the routes of these topics. True where one of them has changed.
    pub(super) async fn refresh_routes(&self, topics: &[Arc<str>]) -> bool {
        let mut changed = false;
        for topic in topics {
            match self.routes.refresh(&self.peers, topic).await {
                Ok(refreshed) => changed |= refreshed == Refreshed::Changed,
                Err(error) if error.kind() == ErrorKind::NameServerUnreachable => {
                    debug!("routes are not refreshed: {error}");
                    break;
                }
                Err(error) => debug!(topic = &**topic, "{error}"),
            }
        }
        changed
    }

    /// Consumers take up a topic: its route is looked up now, and awaited where there is none.
    ///
    /// # Errors
    /// [`ErrorKind::NameServerUnreachable`] and the like. A topic that does not exist is none.
    pub(crate) async fn take_up(&self, topic: &Arc<str>) -> Result<()> {
        self.routes.await_topic(topic);
        let refreshed = self.routes.refresh(&self.peers, topic).await?;
        if refreshed == Refreshed::Missing {
            self.wake(Wake::MissingTopics);
        }
        Ok(())
    }

    /// A consumer waits for a topic no more; another may.
    pub(crate) fn forget_topic(&self, topic: &str) {
        if !self.consumers().iter().any(|it| it.subscribes_to(topic)) {
            self.routes.forget_topic(topic);
        }
    }

    /// What was subscribed to has changed: brokers are to know before the next pull.
    pub(crate) fn subscriptions_changed(&self) {
        self.wake(Wake::Heartbeat);
        self.wake(Wake::Rebalance);
    }

    /// A topic was made by a message to it: its own route is there now.
    pub(crate) fn topic_created(&self, topic: &Arc<str>) {
        self.routes.await_topic(topic);
        self.wake(Wake::MissingTopics);
    }

    /// Signs all later requests with other credentials, and tells brokers at once: those that
    /// refused the old ones may have forgotten this client.
    pub(crate) fn set_credentials(&self, credentials: Credentials) {
        self.peers.set_credentials(credentials);
        self.wake(Wake::Heartbeat);
        self.wake(Wake::Rebalance);
    }

    pub(super) fn wake(&self, wake: Wake) {
        // A driver that has ended has nothing left to do.
        let _ = self.wake.send(wake);
    }

    /// The name servers that are used, for now.
    pub(crate) fn name_servers(&self) -> Arc<[String]> {
        self.routes.name_servers.addresses()
    }

    /// The name of a topic or group as it travels.
    pub(crate) fn wrap(&self, name: &str) -> String {
        onsmq_proto::names::wrap_namespace(self.namespace.as_deref(), name)
    }

    /// The name of a topic or group as the application knows it.
    pub(crate) fn unwrap(&self, name: &str) -> String {
        onsmq_proto::names::unwrap_namespace(self.namespace.as_deref(), name)
    }

    /// The members of a group, as one broker knows them.
    pub(crate) async fn members_at(&self, address: &str, group: &str) -> Result<Vec<String>> {
        let deadline = Instant::now() + REQUEST_TIMEOUT;
        group::answer(
            self.peers
                .request(address, group::command(group), deadline)
                .await?,
        )
    }
}
