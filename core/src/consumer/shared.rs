//! What every kind of consumer is: a configuration, a life, subscriptions, and while it runs a
//! member of a group.

use std::sync::Arc;

use onsmq_proto::body::MessageModel;
use onsmq_proto::machine::{Lifecycle, Phase};
use onsmq_proto::sign::Credentials;
use onsmq_proto::{message::rules, names};
use parking_lot::Mutex;
use tokio::time::{Duration, Instant};
use tracing::{debug, info, warn};

use super::group::Group;
use super::inbox::Inbox;
use super::listener;
use super::local_offsets::LocalOffsets;
use super::ready::ReadyQueue;
use super::subscription::{Filter, Listener, Subscription, Subscriptions};
use crate::config::ConsumerConfig;
use crate::instance::{Client, ConsumerMember, Ending};
use crate::{Error, ErrorKind, Result};

/// How long tasks are waited for that have nothing to wait for.
const TASKS_END: Duration = Duration::from_secs(1);
/// How long the last commits are tried.
const LAST_COMMIT: Duration = Duration::from_secs(5);

pub(super) struct Shared {
    client: Client,
    pub(super) config: ConsumerConfig,
    state: Mutex<State>,
    subscriptions: Arc<Subscriptions>,
    /// Messages for listeners.
    listened: Arc<ReadyQueue>,
    /// Closed with the consumer.
    inboxes: Mutex<Vec<Inbox>>,
    /// One start at a time.
    starting: tokio::sync::Mutex<()>,
    ending: Ending,
}

#[derive(Default)]
struct State {
    lifecycle: Lifecycle,
    group: Option<Arc<Group>>,
    /// What is to be signed with once it runs, in place of what was configured.
    credentials: Option<Credentials>,
}

impl Shared {
    pub(super) fn new(client: Client, config: ConsumerConfig) -> Arc<Self> {
        Arc::new(Self {
            client,
            config,
            state: Mutex::default(),
            subscriptions: Arc::default(),
            listened: Arc::default(),
            inboxes: Mutex::default(),
            starting: tokio::sync::Mutex::default(),
            ending: Ending::default(),
        })
    }

    pub(super) fn phase(&self) -> Phase {
        self.state.lock().lifecycle.phase()
    }

    pub(super) fn inbox(&self) -> Inbox {
        let inbox = Inbox::new(Arc::default());
        self.inboxes.lock().push(inbox.clone());
        inbox
    }

    fn closed(&self) -> Error {
        Error::new(
            ErrorKind::Closed,
            format!(
                "the consumer of group {} was shut down: make a new one",
                self.config.group
            ),
        )
    }

    /// The name of a topic as it travels.
    fn wrap(&self, topic: &str) -> String {
        names::wrap_namespace(self.config.client.namespace.as_deref(), topic)
    }

    /// Subscribes with a listener of this crate's own face.
    pub(super) fn listen(
        &self,
        topic: &str,
        filter: &Filter<'_>,
        listener: Listener,
    ) -> Result<()> {
        self.subscribe(topic, filter, Some(listener), &self.listened)
    }

    pub(super) fn subscribe(
        &self,
        topic: &str,
        filter: &Filter<'_>,
        listener: Option<Listener>,
        ready: &Arc<ReadyQueue>,
    ) -> Result<()> {
        if !names::may_be_subscribed(topic) {
            let fault = rules::Illegal::Topic(topic.to_owned());
            return Err(Error::new(ErrorKind::InvalidArgument, fault.to_string()).with_topic(topic));
        }
        let wire_topic = self.wrap(topic);
        let data = self.subscriptions.parse(&wire_topic, filter);
        let data = data.map_err(|error| error.with_topic(topic))?;
        let subscription = Subscription {
            topic: topic.into(),
            data,
            listener,
            ready: Arc::clone(ready),
        };
        let state = self.state.lock();
        if matches!(state.lifecycle.phase(), Phase::Draining | Phase::Closed) {
            return Err(self.closed());
        }
        self.subscriptions.insert(subscription);
        if let Some(group) = state.group.clone() {
            let tasks = group.tasks.clone();
            tasks.spawn_on(take_up(group, wire_topic.into()), &self.runtime(&state));
        }
        Ok(())
    }

    fn runtime(&self, state: &State) -> tokio::runtime::Handle {
        state
            .group
            .as_ref()
            .map_or_else(tokio::runtime::Handle::current, |it| it.runtime().clone())
    }

    pub(super) fn unsubscribe(&self, topic: &str) -> Result<()> {
        let wire_topic = self.wrap(topic);
        let state = self.state.lock();
        if matches!(state.lifecycle.phase(), Phase::Draining | Phase::Closed) {
            return Err(self.closed());
        }
        if !self.subscriptions.remove(&wire_topic) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("topic `{topic}` is not subscribed to"),
            )
            .with_topic(topic));
        }
        if let Some(group) = &state.group {
            group.instance.forget_topic(&wire_topic);
            group.instance.subscriptions_changed();
        }
        Ok(())
    }

    pub(super) async fn start(&self) -> Result<()> {
        // Whoever comes second finds it started, or starts it.
        let _turn = self.starting.lock().await;
        if !self
            .state
            .lock()
            .lifecycle
            .start()
            .map_err(|_| self.closed())?
        {
            return Ok(());
        }
        let started = self.join().await;
        if started.is_err() {
            self.state.lock().lifecycle.start_failed();
        }
        started
    }

    async fn join(&self) -> Result<()> {
        let name = self.wrap(&self.config.group);
        let local_offsets = Mutex::new(self.open_local_offsets(&name)?);
        let made = Mutex::new(None);
        self.client
            .join_consumer(&self.config.client, &name, |instance| {
                let subscriptions = Arc::clone(&self.subscriptions);
                let group = Arc::new(Group::new(
                    Arc::clone(instance),
                    self.config.clone(),
                    subscriptions,
                    local_offsets.lock().take().map(Arc::new),
                ));
                *made.lock() = Some(Arc::clone(&group));
                group
            })?;
        let group = made.into_inner();
        let group = group.ok_or_else(|| Error::internal("a member joined without being made"))?;
        match self.begin(&group).await {
            Ok(()) => Ok(()),
            Err(error) => {
                group.instance.leave_consumer(&group.name).await;
                Err(error.context(format_args!(
                    "consumer {} does not start",
                    self.config.group
                )))
            }
        }
    }

    fn open_local_offsets(&self, group: &str) -> Result<Option<LocalOffsets>> {
        let config = &self.config;
        if config.message_model != MessageModel::Broadcasting {
            return Ok(None);
        }
        let folder = config.local_offset_dir.as_deref();
        LocalOffsets::open(folder, config.client.instance_name.as_deref(), group).map(Some)
    }

    /// Has all later requests signed with other credentials; before the start, all from the start.
    pub(super) fn set_credentials(&self, credentials: Credentials) -> Result<()> {
        let credentials = self.config.client.renewed(credentials)?;
        let mut state = self.state.lock();
        match (state.lifecycle.phase(), &state.group) {
            (Phase::Draining | Phase::Closed, _) => return Err(self.closed()),
            (_, Some(group)) => group.instance.set_credentials(credentials),
            (_, None) => state.credentials = Some(credentials),
        }
        Ok(())
    }

    async fn begin(&self, group: &Arc<Group>) -> Result<()> {
        if let Some(credentials) = self.state.lock().credentials.take() {
            group.instance.set_credentials(credentials);
        }
        group.instance.find_name_servers().await?;
        if !group.is_broadcasting() {
            self.subscriptions
                .insert_all_of(&group.retry_topic(), &self.listened)?;
        }
        let topics = self.subscriptions.topics();
        for topic in &topics {
            group.instance.take_up(topic).await?;
            group.note_first_route(topic);
        }
        group.check_conditions().await?;
        // Brokers refuse pulls of groups that they have not heard of.
        group.instance.heartbeat_all().await?;
        {
            let mut state = self.state.lock();
            if state.lifecycle.phase() != Phase::Running {
                return Err(self.closed());
            }
            if let Some(credentials) = state.credentials.take() {
                group.instance.set_credentials(credentials);
            }
            state.group = Some(Arc::clone(group));
            // What was subscribed to meanwhile.
            let new = self.subscriptions.topics().into_iter();
            for topic in new.filter(|it| !topics.contains(it)) {
                group.tasks.spawn(take_up(Arc::clone(group), topic));
            }
        }
        let ready = Arc::clone(&self.listened);
        let config = &self.config;
        group.tasks.spawn(listener::run(
            ready,
            (config.consume_thread_nums, config.batch_max_size),
            config.ordered,
            group.tasks.clone(),
        ));
        group.tasks.spawn(Arc::clone(group).run_rebalance());
        group.tasks.spawn(Arc::clone(group).run_commit());
        group.tasks.spawn(Arc::clone(group).run_expiry());
        if self.config.ordered {
            group.tasks.spawn(Arc::clone(group).run_locks());
        }
        group.rebalance();
        group.wait_until_consuming().await;
        info!(
            group = group.name,
            client_id = group.instance.client_id,
            "consumer started"
        );
        Ok(())
    }

    /// Takes no more messages from this call on. The future sees the end through, or waits until
    /// whoever called first has.
    pub(super) fn shutdown(self: &Arc<Self>) -> impl Future<Output = ()> + Send + use<> {
        let mut state = self.state.lock();
        let group = state.group.take();
        let shared = Arc::clone(self);
        let end = async move {
            if let Some(group) = group {
                shared.end(&group).await;
            }
            shared.close_inboxes();
            shared.state.lock().lifecycle.drained();
        };
        self.ending.see_through(&mut state.lifecycle, end)
    }

    async fn end(&self, group: &Arc<Group>) {
        group.stopping.cancel();
        self.listened.close();
        self.close_inboxes();
        self.wait_for_listeners(group).await;
        // What is being given up has commits of its own, which are answered before the group is left.
        let _divided = tokio::time::timeout(LAST_COMMIT, group.dividing.lock()).await;
        commit_last(group).await;
        let queues: Vec<_> = group
            .assigned
            .lock()
            .drain()
            .map(|(_, queue)| queue)
            .collect();
        for queue in &queues {
            // What is completed from now on comes too late to count.
            let _ = queue.drop_queue();
        }
        group.unlock(&queues).await;
        group.instance.leave_consumer(&group.name).await;
        if let Some(local) = &group.local_offsets {
            local.release();
        }
        group.tasks.close();
        // They were told to end; whoever looks at what is left of this consumer finds nothing.
        let _ = tokio::time::timeout(TASKS_END, group.tasks.wait()).await;
        info!(group = group.name, "consumer shut down");
    }

    /// Shuts down in the background, where that was not done.
    pub(super) fn abandon(self: &Arc<Self>) {
        let group = self.state.lock().group.clone();
        if let Some(group) = group {
            group.runtime().spawn(self.shutdown());
        }
    }

    fn close_inboxes(&self) {
        self.inboxes
            .lock()
            .iter()
            .for_each(|inbox| inbox.ready().close());
    }

    async fn wait_for_listeners(&self, group: &Group) {
        let limit = self.config.shutdown_timeout;
        if tokio::time::timeout(limit, group.outstanding.wait())
            .await
            .is_err()
        {
            warn!(
                group = group.name,
                messages = group.outstanding.count(),
                "messages were not completed within {limit:?} of shutdown: they come again"
            );
        }
    }
}

/// The last commits are awaited before the group is left, and tried again where they fail.
async fn commit_last(group: &Group) {
    let deadline = Instant::now() + LAST_COMMIT;
    while !group.commit_all().await {
        if Instant::now() > deadline {
            warn!(
                group = group.name,
                "not all offsets were committed: some messages come again"
            );
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Takes up a topic that was subscribed to while running.
async fn take_up(group: Arc<Group>, topic: Arc<str>) {
    if let Err(error) = group.instance.take_up(&topic).await {
        debug!(topic = &*topic, "its route is looked up later: {error}");
    }
    group.note_first_route(&topic);
    if let Some(subscription) = group.subscriptions.get(&topic)
        && subscription.data.is_sql92()
        && let Err(error) = group.check_condition(&subscription).await
    {
        warn!(
            topic = &*topic,
            "no message of the topic will come: {error}"
        );
    }
    group.instance.subscriptions_changed();
}
