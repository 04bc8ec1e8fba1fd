//! The consumer as applications hold it.

use std::sync::Arc;

use onsmq_proto::machine::{Lifecycle, Phase};
use onsmq_proto::{message::rules, names};
use parking_lot::Mutex;
use tokio::time::{Duration, Instant};
use tracing::{debug, info, warn};

use super::group::Group;
use super::inbox::Inbox;
use super::listener;
use super::ready::ReadyQueue;
use super::subscription::{Listener, Subscription, Subscriptions};
use crate::config::ConsumerConfig;
use crate::instance::{Client, ConsumerMember};
use crate::{Action, Error, ErrorKind, MessageExt, Result};

/// How long the last commits are tried.
const LAST_COMMIT: Duration = Duration::from_secs(5);

/// Consumes the messages of one or more topics as a member of a group (MessageModel CLUSTERING).
///
/// Messages go to the listener of their topic's subscription, up to `ConsumeThreadNums` at once,
/// or wait in an [`Inbox`]. All methods may be called from any task; those
/// that are not `async` do not block. A consumer that is dropped is shut down in the background.
pub struct Consumer(Arc<Shared>);

struct Shared {
    client: Client,
    config: ConsumerConfig,
    state: Mutex<State>,
    subscriptions: Arc<Subscriptions>,
    /// Messages for listeners.
    listened: Arc<ReadyQueue>,
    /// Closed with the consumer.
    inboxes: Mutex<Vec<Inbox>>,
}

#[derive(Default)]
struct State {
    lifecycle: Lifecycle,
    group: Option<Arc<Group>>,
}

impl Consumer {
    pub(crate) fn new(client: Client, config: ConsumerConfig) -> Self {
        Self(Arc::new(Shared {
            client,
            config,
            state: Mutex::default(),
            subscriptions: Arc::default(),
            listened: Arc::default(),
            inboxes: Mutex::default(),
        }))
    }

    /// Subscribes to a topic: all of it (`*` or nothing), or the tags between `||`. Each message
    /// is given to the listener; one whose future panics comes again later. A second subscription
    /// to a topic replaces the first. May be called before and after `start`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for an unfit topic or expression, [`ErrorKind::Closed`].
    pub fn subscribe<L, F>(&self, topic: &str, expression: &str, listener: L) -> Result<()>
    where
        L: Fn(MessageExt) -> F + Send + Sync + 'static,
        F: Future<Output = Action> + Send + 'static,
    {
        let listener: Listener = Arc::new(move |message| Box::pin(listener(message)));
        self.0
            .subscribe(topic, expression, Some(listener), &self.0.listened)
    }

    /// Makes an inbox, for [`Consumer::subscribe_inbox`].
    #[must_use]
    pub fn inbox(&self) -> Inbox {
        let inbox = Inbox::new(Arc::default());
        self.0.inboxes.lock().push(inbox.clone());
        inbox
    }

    /// Subscribes to a topic whose messages the application takes out of an inbox.
    ///
    /// # Errors
    /// As [`Consumer::subscribe`].
    pub fn subscribe_inbox(&self, topic: &str, expression: &str, inbox: &Inbox) -> Result<()> {
        self.0.subscribe(topic, expression, None, inbox.ready())
    }

    /// Ends a subscription. What was handed over may still be completed; the rest goes to other
    /// members of the group that subscribe to the topic, or waits.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] where the topic is not subscribed to, [`ErrorKind::Closed`].
    pub fn unsubscribe(&self, topic: &str) -> Result<()> {
        self.0.unsubscribe(topic)
    }

    /// Connects, joins the group and begins to consume. Returns when this member consumes the
    /// queues that it was given, so that what is sent afterwards is received; with a broker that
    /// does not answer, after 5 s. Starting twice is starting once.
    ///
    /// # Errors
    /// [`ErrorKind::NameServerUnreachable`], [`ErrorKind::Closed`], [`ErrorKind::InvalidState`]
    /// where a consumer of the group runs under the same InstanceName.
    pub async fn start(&self) -> Result<()> {
        if !self
            .0
            .state
            .lock()
            .lifecycle
            .start()
            .map_err(|_| self.0.closed())?
        {
            return Ok(());
        }
        let started = self.0.start().await;
        if started.is_err() {
            self.0.state.lock().lifecycle.start_failed();
        }
        started
    }

    /// Stops pulling, waits for the messages that were handed over (bounded by
    /// `AwaitTerminationMillisWhenShutdown`), commits offsets and leaves the group. What was
    /// completed before does not come again; what was not handed over does. A second call does
    /// nothing.
    ///
    /// A listener that calls this waits for itself: it should spawn it instead.
    pub async fn shutdown(&self) {
        self.0.shutdown().await;
    }

    /// Whether it was started and not shut down.
    #[must_use]
    pub fn is_started(&self) -> bool {
        self.0.state.lock().lifecycle.phase() == Phase::Running
    }

    /// Whether it was shut down, or is about to be.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(
            self.0.state.lock().lifecycle.phase(),
            Phase::Draining | Phase::Closed
        )
    }

    /// The group, without its namespace.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.0.config.group
    }

    /// Most listener calls that run at once: `ConsumeThreadNums`.
    #[must_use]
    pub fn consume_thread_nums(&self) -> usize {
        self.0.config.consume_thread_nums
    }
}

impl Shared {
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

    fn subscribe(
        &self,
        topic: &str,
        expression: &str,
        listener: Option<Listener>,
        ready: &Arc<ReadyQueue>,
    ) -> Result<()> {
        rules::topic(topic).map_err(|fault| {
            Error::new(ErrorKind::InvalidArgument, fault.to_string()).with_topic(topic)
        })?;
        let wire_topic = self.wrap(topic);
        let data = self.subscriptions.parse(&wire_topic, expression);
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

    fn unsubscribe(&self, topic: &str) -> Result<()> {
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
            group.instance.routes.forget_topic(&wire_topic);
            group.instance.subscriptions_changed();
        }
        Ok(())
    }

    async fn start(&self) -> Result<()> {
        let name = self.wrap(&self.config.group);
        let made = Mutex::new(None);
        self.client
            .join_consumer(&self.config.client, &name, |instance| {
                let subscriptions = Arc::clone(&self.subscriptions);
                let group = Arc::new(Group::new(
                    Arc::clone(instance),
                    self.config.clone(),
                    subscriptions,
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

    async fn begin(&self, group: &Arc<Group>) -> Result<()> {
        self.subscriptions
            .insert_all_of(&group.retry_topic(), &self.listened)?;
        for topic in self.subscriptions.topics() {
            group.instance.take_up(&topic).await?;
        }
        // Brokers refuse pulls of groups that they have not heard of.
        group.instance.heartbeat_all().await;
        {
            let mut state = self.state.lock();
            if state.lifecycle.phase() != Phase::Running {
                return Err(self.closed());
            }
            state.group = Some(Arc::clone(group));
        }
        let ready = Arc::clone(&self.listened);
        let at_once = self.config.consume_thread_nums;
        group
            .tasks
            .spawn(listener::run(ready, at_once, group.tasks.clone()));
        group.tasks.spawn(Arc::clone(group).run_rebalance());
        group.tasks.spawn(Arc::clone(group).run_commit());
        group.rebalance();
        group.wait_until_consuming().await;
        info!(
            group = group.name,
            client_id = group.instance.client_id,
            "consumer started"
        );
        Ok(())
    }

    async fn shutdown(&self) {
        let group = {
            let mut state = self.state.lock();
            if !state.lifecycle.shutdown() {
                return;
            }
            state.group.take()
        };
        if let Some(group) = group {
            self.end(&group).await;
        }
        self.close_inboxes();
        self.state.lock().lifecycle.drained();
    }

    async fn end(&self, group: &Arc<Group>) {
        group.stopping.cancel();
        self.listened.close();
        self.close_inboxes();
        self.wait_for_listeners(group).await;
        commit_last(group).await;
        for (_, queue) in group.assigned.lock().drain() {
            // What is completed from now on comes too late to count.
            let _ = queue.drop_queue();
        }
        group.instance.leave_consumer(&group.name).await;
        group.tasks.close();
        info!(group = group.name, "consumer shut down");
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
    group.instance.subscriptions_changed();
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let group = self.0.state.lock().group.clone();
        if let Some(group) = group {
            let shared = Arc::clone(&self.0);
            group
                .runtime()
                .spawn(async move { shared.shutdown().await });
        }
    }
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer")
            .field("group", &self.0.config.group)
            .finish_non_exhaustive()
    }
}
