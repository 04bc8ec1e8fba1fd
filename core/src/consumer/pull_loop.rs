//! The task that pulls one queue.

use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::codec::ResponseCode;
use onsmq_proto::machine::{Backoff, Slot};
use onsmq_proto::message::{StoredMessage, properties::name};
use onsmq_proto::names;
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use super::activity::Doing;
use super::assignment::AssignedQueue;
use super::group::Group;
use super::offset_store::Start;
use super::readable::{self, is_unreadable};
use super::ready::Chunk;
use super::subscription::Subscription;
use crate::received::Brought;
use crate::request::pull::{self, Pull, Pulled};
use crate::{Action, Error, ErrorKind, MessageExt, Result};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Short: a broker that returns is to be pulled from within seconds.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A refusal is not over soon.
const REFUSED_PAUSE: Duration = Duration::from_secs(5);

/// Pulls a queue until it is taken away or moved to another offset.
pub(super) async fn run(queue: Arc<AssignedQueue>) {
    let stop = queue.stop.clone();
    let _ = stop.run_until_cancelled(PullLoop::new(queue).run()).await;
}

/// The same, from an offset that is known, in the place of a queue that was consumed elsewhere.
pub(super) async fn run_from(queue: Arc<AssignedQueue>, offset: i64) {
    queue.begin(offset, false);
    if let Some(offset) = queue.uncommitted() {
        queue
            .group
            .commit_last(vec![(Arc::clone(&queue), offset)])
            .await;
    }
    let stop = queue.stop.clone();
    let pulling = async move {
        let pulling = PullLoop::new(queue);
        pulling.wait_for_lock().await;
        pulling.pull_on().await;
    };
    let _ = stop.run_until_cancelled(pulling).await;
}

/// The failure in a row that is told of. A broker lists a member just before it has compiled the
/// member's condition: only one that stays unknown is wrong.
fn tell_at(error: &Error) -> u32 {
    match error.broker_code() {
        Some(code) if code == ResponseCode::FILTER_DATA_NOT_EXIST.0 => 5,
        _ => 1,
    }
}

struct PullLoop {
    queue: Arc<AssignedQueue>,
    group: Arc<Group>,
    backoff: Backoff,
    /// The broker id that the last answer recommends.
    suggested_broker: i64,
    /// How long the last answer took to come.
    last_took: Duration,
}

impl PullLoop {
    fn new(queue: Arc<AssignedQueue>) -> Self {
        Self {
            group: Arc::clone(&queue.group),
            queue,
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            suggested_broker: 0,
            last_took: Duration::ZERO,
        }
    }

    async fn run(mut self) {
        self.wait_for_lock().await;
        self.begin().await;
        self.pull_on().await;
    }

    async fn wait_for_lock(&self) {
        if self.queue.order.is_some() {
            self.queue.activity.set(Doing::WaitingForLock);
            self.group.wait_for_lock(&self.queue).await;
        }
    }

    async fn pull_on(mut self) {
        while let Some(subscription) = self.group.subscriptions.get(&self.queue.queue.topic) {
            self.queue.wait_for_room().await;
            if !self.group.cache.has_room() {
                self.queue.activity.set(Doing::WaitingForRoom);
                self.group.cache.wait_for_room().await;
            }
            let pulled = self.pull(&subscription).await;
            let moved = match pulled {
                Ok(pulled) => self.handle(pulled, &subscription).await,
                Err(error) => {
                    self.pause(&error).await;
                    false
                }
            };
            if moved {
                return;
            }
        }
    }

    /// Finds out where to begin.
    async fn begin(&mut self) {
        loop {
            self.queue.activity.set(Doing::AskingForOffset);
            match self.group.start_of(&self.queue.queue).await {
                Ok(start) => {
                    debug!(queue = %self.queue.queue, offset = start.offset, "consuming");
                    self.backoff.succeeded();
                    return self.begin_at(start).await;
                }
                Err(error) => self.pause(&error).await,
            }
        }
    }

    /// An offset that is known here only is stored before anything is pulled: the next owner of
    /// the queue would skip what came since.
    async fn begin_at(&self, start: Start) {
        self.queue.begin(start.offset, start.is_stored);
        if let Some(offset) = self.queue.uncommitted() {
            let due = vec![(Arc::clone(&self.queue), offset)];
            for (queue, _, error) in self.group.commit_by_turns(due).await {
                debug!(queue = %queue.queue, "the first offset is stored later: {error}");
            }
        }
        self.group.progress.notify_waiters();
    }

    fn address(&self) -> Result<String> {
        let queue = &self.queue.queue;
        let routes = &self.group.instance.routes;
        routes.pull_address(&queue.topic, &queue.broker_name, self.suggested_broker)
    }

    async fn pull(&mut self, subscription: &Subscription) -> Result<Pulled> {
        let offset = self.queue.next_offset().ok_or_else(|| {
            Error::internal("a queue is pulled before it is known where to begin")
        })?;
        let command = Pull {
            group: &self.group.name,
            queue: &self.queue.queue,
            offset,
            max_messages: self.group.config.pull_batch_size,
            subscription: &subscription.data,
        }
        .command();
        self.queue.activity.set(Doing::Pulling { offset });
        let asked = Instant::now();
        let deadline = asked + pull::TIMEOUT;
        let answer = self
            .group
            .instance
            .peers
            .request(&self.address()?, command, deadline)
            .await?;
        self.last_took = asked.elapsed();
        pull::answer(answer)
    }

    /// Takes in what a pull brought. True where the queue goes on elsewhere.
    async fn handle(&mut self, pulled: Pulled, subscription: &Arc<Subscription>) -> bool {
        if self.backoff.failures() > 0 && !matches!(pulled, Pulled::SubscriptionUnknown) {
            info!(queue = %self.queue.queue, "pulls are answered again");
            self.backoff.succeeded();
        }
        match pulled {
            Pulled::Found {
                messages,
                next,
                suggested_broker,
            } => {
                self.suggested_broker = suggested_broker;
                let messages = readable::messages(messages, &self.queue.queue).await;
                self.take_in(messages, next, subscription);
            }
            Pulled::Nothing { next } => drop(self.queue.take_in(std::iter::empty(), next)),
            Pulled::Moved { next } => {
                warn!(
                    queue = %self.queue.queue, offset = self.queue.next_offset(), next,
                    "the offset is not in the queue, or was reset: consuming goes on at the broker's"
                );
                self.group.move_queue(&self.queue, next);
                return true;
            }
            Pulled::SubscriptionUnknown => {
                if let Ok(address) = self.address() {
                    let _ = self.group.instance.heartbeat(&address).await;
                }
                tokio::time::sleep(self.backoff.failed(fastrand::f64())).await;
            }
        }
        false
    }

    async fn pause(&mut self, error: &Error) {
        self.queue.activity.set(Doing::Pausing(error.clone()));
        let pause = match error.kind() {
            ErrorKind::NoPermission => {
                warn!(queue = %self.queue.queue, "{error}");
                REFUSED_PAUSE
            }
            // Asked again at once it would be as large, and cost the other queues their connection.
            _ if error.is_too_large() => {
                let offset = self.queue.next_offset();
                error!(queue = %self.queue.queue, offset, "the queue stands still: {error}");
                REFUSED_PAUSE
            }
            // One line a queue for each time that pulling breaks off; the reason is told once for
            // the connection.
            _ => {
                let pause = self.backoff.failed(fastrand::f64());
                match self.backoff.failures() {
                    n if n == tell_at(error) && error.kind() == ErrorKind::BrokerRefused => {
                        warn!(queue = %self.queue.queue, "a pull failed, trying again: {error}");
                    }
                    _ => debug!(queue = %self.queue.queue, "a pull failed: {error}"),
                }
                pause
            }
        };
        tokio::time::sleep(pause).await;
    }

    /// Puts messages into the window, and hands them to the listeners of their topics.
    fn take_in(
        &self,
        mut messages: Vec<StoredMessage>,
        next: i64,
        subscription: &Arc<Subscription>,
    ) {
        let is_retry = names::is_retry_topic(&self.queue.queue.topic);
        // The broker chose by the tag's hash.
        if !is_retry && !subscription.data.accepts(None) {
            messages.retain(|it| subscription.data.accepts(it.property(name::TAGS)));
        }
        self.queue.statistics.pulled(self.last_took, messages.len());
        let broker_name = Arc::clone(&self.queue.queue.broker_name);
        let taken = match is_retry {
            false => {
                let brought = Brought {
                    messages,
                    topic: Arc::clone(&subscription.topic),
                    broker_name,
                };
                self.queue.take_in(brought.each(), next)
            }
            true => {
                // Each was sent to a topic of its own.
                let messages = messages.into_iter().map(|stored| {
                    let topic = self.group.origin_topic(&stored);
                    MessageExt::alone(stored, topic, Arc::clone(&broker_name))
                });
                self.queue.take_in(messages, next)
            }
        };
        if let Some(order) = &self.queue.order {
            order.push(taken);
            return self.queue.hand_over_next();
        }
        let taken = self.without_unreadable(taken);
        if !is_retry {
            let chunk = Chunk {
                queue: Arc::clone(&self.queue),
                subscription: Arc::clone(subscription),
                messages: taken.into(),
            };
            return subscription.ready.push(chunk);
        }
        for (slot, message) in taken {
            match self.group.subscription_of(&message) {
                Some(subscription) => {
                    let queue = Arc::clone(&self.queue);
                    let ready = Arc::clone(&subscription.ready);
                    ready.push(Chunk {
                        queue,
                        subscription,
                        messages: [(slot, message)].into(),
                    });
                }
                None => self.refuse(slot, &message),
            }
        }
    }

    /// Has those come again that no listener can read. As a rule there are none.
    fn without_unreadable(&self, mut taken: Vec<(Slot, MessageExt)>) -> Vec<(Slot, MessageExt)> {
        taken.retain(|(slot, message)| {
            let unreadable = is_unreadable(message);
            if unreadable {
                self.group.outstanding.begin(1);
                self.group
                    .completed(&self.queue, *slot, message, Action::ReconsumeLater);
            }
            !unreadable
        });
        taken
    }

    /// A message whose topic is not subscribed to any more comes again later: it is not ours to
    /// throw away.
    fn refuse(&self, slot: Slot, message: &MessageExt) {
        warn!(
            topic = message.topic(),
            message_id = message.message_id(),
            "a retried message's topic is not subscribed to: {:?}",
            Action::ReconsumeLater
        );
        self.group.outstanding.begin(1);
        self.group
            .completed(&self.queue, slot, message, Action::ReconsumeLater);
    }
}
