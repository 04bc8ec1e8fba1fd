//! Consuming in order: a queue is locked at its broker, and its messages are handed over one at a
//! time (`wire.md`, section 10; Java's `ConsumeMessageOrderlyService`).

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use onsmq_proto::machine::{MessageQueue, OrderedQueue, Slot};
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::message::sys_flag;
use onsmq_proto::names;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::assignment::AssignedQueue;
use super::group::Group;
use super::readable::is_unreadable;
use super::ready::Chunk;
use crate::instance::{ConsumerMember as _, now_ms};
use crate::net::REQUEST_TIMEOUT;
use crate::request::lock;
use crate::request::send::{self, Send};
use crate::{Action, MessageExt, Result};

/// How long a lock counts after the broker has given it: half of what the broker's own lives.
const LOCK_LIFE: Duration = Duration::from_secs(30);
/// The pause before a queue that somebody else holds is asked for again.
const LOCK_PAUSE: Duration = Duration::from_secs(1);
/// How long a queue that is given up waits for the call that runs.
const GIVE_UP: Duration = Duration::from_secs(60);

/// The order of one queue.
#[derive(Default)]
pub(super) struct Order {
    queue: Mutex<OrderedQueue<(Slot, MessageExt)>>,
    /// A call is over, or was not made.
    idle: Notify,
    last_lock: AtomicI64,
}

impl Order {
    pub(super) fn push(&self, messages: impl IntoIterator<Item = (Slot, MessageExt)>) {
        self.queue.lock().push(messages);
    }

    fn locked_from(&self, asked: Instant) {
        self.last_lock.store(now_ms(), Ordering::Relaxed);
        self.queue.lock().locked((asked + LOCK_LIFE).into_std());
    }

    /// The message that was to be handed over was not.
    pub(super) fn not_handed_over(&self) {
        self.queue.lock().done();
        self.idle.notify_waiters();
    }

    /// A message of before is still out.
    pub(super) fn begin_under_way(&self) {
        self.queue.lock().begin_under_way();
    }

    pub(super) fn is_idle(&self) -> bool {
        self.queue.lock().is_idle()
    }

    pub(super) fn is_locked(&self) -> bool {
        self.queue.lock().is_locked(Instant::now().into_std())
    }

    /// When the broker last gave the lock, in ms; 0 where it never did.
    pub(super) fn last_lock(&self) -> i64 {
        self.last_lock.load(Ordering::Relaxed)
    }

    /// Waits, within bounds, until no message is out. False where one still is.
    pub(super) async fn wait_until_idle(&self) -> bool {
        tokio::time::timeout(GIVE_UP, self.idle()).await.is_ok()
    }

    async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.queue.lock().is_idle() {
                return;
            }
            idle.await;
        }
    }
}

impl AssignedQueue {
    /// Hands over the next message, if none is out and the lock is held.
    pub(super) fn hand_over_next(self: &Arc<Self>) {
        if self.stop.is_cancelled() {
            return;
        }
        let Some(order) = &self.order else { return };
        let next = order.queue.lock().next(Instant::now().into_std());
        let Some((slot, message)) = next else { return };
        if is_unreadable(&message) {
            self.group.outstanding.begin(1);
            return self.group.suspend_unreadable(self, slot, message);
        }
        match self.group.subscription_of(&message) {
            Some(subscription) => {
                let queue = Arc::clone(self);
                let ready = Arc::clone(&subscription.ready);
                ready.push(Chunk {
                    queue,
                    subscription,
                    messages: [(slot, message)].into(),
                });
            }
            // Not subscribed to any more: the queue is about to be given up.
            None => {
                let mut waiting = order.queue.lock();
                waiting.put_back((slot, message));
                waiting.resume();
            }
        }
    }
}

impl Group {
    /// A listener has said what becomes of the message that it was handed.
    pub(super) fn completed_in_order(
        self: &Arc<Self>,
        queue: &Arc<AssignedQueue>,
        slot: Slot,
        message: &MessageExt,
        action: Action,
    ) {
        let Some(order) = &queue.order else { return };
        match action {
            Action::CommitMessage => {
                queue.complete(&[slot]);
                order.not_handed_over();
                queue.hand_over_next();
                self.outstanding.end(1);
            }
            Action::ReconsumeLater => {
                let (this, queue) = (Arc::clone(self), Arc::clone(queue));
                let message = message.clone();
                let task = async move { this.suspend(&queue, slot, message).await };
                self.tasks.spawn_on(task, self.runtime());
            }
        }
    }

    /// A message that cannot be read does not hold up the queue for as often as it may fail: it
    /// has done so, and becomes a dead letter at once.
    fn suspend_unreadable(
        self: &Arc<Self>,
        queue: &Arc<AssignedQueue>,
        slot: Slot,
        mut message: MessageExt,
    ) {
        let missing = self.config.max_reconsume_times - message.reconsume_times();
        message.delivered_again(missing.max(0));
        self.completed_in_order(queue, slot, &message, Action::ReconsumeLater);
    }

    /// Pauses a queue, then hands the same message over again; one that failed too often goes to
    /// the dead letters, and the queue goes on behind it.
    async fn suspend(
        self: &Arc<Self>,
        queue: &Arc<AssignedQueue>,
        slot: Slot,
        mut message: MessageExt,
    ) {
        let Some(order) = &queue.order else { return };
        let is_last = message.reconsume_times() >= self.config.max_reconsume_times;
        let buried = is_last && self.bury(queue, &message).await;
        if buried {
            queue.complete(&[slot]);
            order.not_handed_over();
        } else {
            message.delivered_again(1);
            order.queue.lock().put_back((slot, message));
            order.idle.notify_waiters();
        }
        self.outstanding.end(1);
        if !buried {
            let pause = tokio::time::sleep(self.config.suspend_time);
            if queue.stop.run_until_cancelled(pause).await.is_none() {
                return;
            }
            order.queue.lock().resume();
        }
        queue.hand_over_next();
    }

    /// Sends a message to the dead letters. True where the broker has it.
    async fn bury(&self, queue: &AssignedQueue, message: &MessageExt) -> bool {
        match self.request_bury(queue, message).await {
            Ok(()) => true,
            Err(error) => {
                warn!(
                    group = self.name,
                    message_id = message.message_id(),
                    "a message that failed too often is kept, since it could not become a dead letter: {error}"
                );
                false
            }
        }
    }

    /// As Java does: the broker makes a dead letter of a retry whose count is over its limit.
    async fn request_bury(&self, queue: &AssignedQueue, message: &MessageExt) -> Result<()> {
        let times = message.reconsume_times() + 1;
        let max = self.config.max_reconsume_times;
        let address = self
            .instance
            .routes
            .master(&queue.queue.topic, &queue.queue.broker_name)?;
        let command = Send {
            group: names::INNER_PRODUCER_GROUP,
            topic: &self.retry_topic(),
            queue_id: 0,
            // A body that could not be decompressed goes on as it came.
            sys_flag: sys_flag::compression(message.stored().sys_flag()),
            born_timestamp: now_ms(),
            properties: &self.retry_properties(message, times, max),
            reconsume_times: times,
            max_reconsume_times: Some(max),
            body: message.body_bytes(),
        }
        .command();
        let deadline = Instant::now() + REQUEST_TIMEOUT;
        send::answer(
            self.instance
                .peers
                .request(&address, command, deadline)
                .await?,
        )
        .map(drop)
    }

    fn retry_properties(&self, message: &MessageExt, times: i32, max: i32) -> String {
        let own = [
            (name::RETRY_TOPIC, self.instance.wrap(message.topic())),
            (name::RECONSUME_TIME, times.to_string()),
            (name::MAX_RECONSUME_TIMES, max.to_string()),
            (name::DELAY, (3 + times - 1).to_string()),
        ];
        let mut text = String::new();
        let kept = properties::entries(message.stored().raw_properties()).filter(|(name, _)| {
            *name != name::TRANSACTION_PREPARED && !own.iter().any(|(it, _)| it == name)
        });
        for (name, value) in kept {
            properties::push(&mut text, name, value);
        }
        // 4.9.7 has dead letters wait for the delay level that Java gives them. What never came to a
        // listener need not: there is nothing of Java's to be like.
        let unreadable = is_unreadable(message);
        let own = own
            .iter()
            .filter(|(it, _)| !unreadable || *it != name::DELAY);
        for (name, value) in own {
            properties::push(&mut text, name, value);
        }
        text
    }

    /// Waits until a queue is locked for this member.
    pub(super) async fn wait_for_lock(&self, queue: &AssignedQueue) {
        let mut asked_before = false;
        loop {
            match self.lock(&queue.queue.broker_name, &[queue]).await {
                Ok(locked) if locked.contains(&queue.queue) => return,
                Ok(_) if !asked_before => {
                    info!(group = self.name, queue = %queue.queue, "another member still holds the queue");
                }
                Ok(_) => {}
                Err(error) => debug!(queue = %queue.queue, "the queue is not locked: {error}"),
            }
            asked_before = true;
            tokio::time::sleep(LOCK_PAUSE).await;
        }
    }

    /// Asks a broker for the locks of some of its queues, which count from now on where it gives
    /// them.
    async fn lock(
        &self,
        broker_name: &str,
        queues: &[&AssignedQueue],
    ) -> Result<Vec<MessageQueue>> {
        let asked = Instant::now();
        let named: Vec<_> = queues.iter().map(|it| it.queue.clone()).collect();
        let command = lock::lock(&self.instance.client_id, &self.name, &named)?;
        let answer = self.ask_broker(&named, broker_name, command).await?;
        let locked = lock::locked(answer)?;
        for queue in queues.iter().filter(|it| locked.contains(&it.queue)) {
            queue
                .order
                .iter()
                .for_each(|order| order.locked_from(asked));
        }
        Ok(locked)
    }

    async fn ask_broker(
        &self,
        queues: &[MessageQueue],
        broker_name: &str,
        command: onsmq_proto::codec::Command,
    ) -> Result<onsmq_proto::codec::Command> {
        let topic = queues.first().map_or("", |queue| &queue.topic);
        let address = self.instance.routes.master(topic, broker_name)?;
        let deadline = Instant::now() + REQUEST_TIMEOUT;
        self.instance
            .peers
            .request(&address, command, deadline)
            .await
    }

    /// Renews the locks whenever that is due, until pulling stops.
    pub(super) async fn run_locks(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => return,
                () = self.locks_due.notified() => self.renew_locks().await,
            }
        }
    }

    /// Renews the locks of the queues that are being consumed. One that was lost is begun anew:
    /// somebody else may have gone on with it.
    async fn renew_locks(self: &Arc<Self>) {
        let by_broker = self.begun_by_broker();
        join_all(by_broker.iter().map(|(broker_name, queues)| async move {
            let asked: Vec<&AssignedQueue> = queues.iter().map(|it| &**it).collect();
            match self.lock(broker_name, &asked).await {
                Ok(locked) => self.restart_lost(queues, &locked),
                // What they are worth runs out by itself.
                Err(error) => debug!(
                    broker_name = &**broker_name,
                    "locks are not renewed: {error}"
                ),
            }
        }))
        .await;
        for queue in by_broker.values().flatten() {
            queue.hand_over_next();
        }
    }

    fn begun_by_broker(&self) -> HashMap<Arc<str>, Vec<Arc<AssignedQueue>>> {
        let mut by_broker: HashMap<Arc<str>, Vec<_>> = HashMap::new();
        for queue in self
            .assigned()
            .into_iter()
            .filter(|it| it.next_offset().is_some() && !it.is_dropped())
        {
            by_broker
                .entry(Arc::clone(&queue.queue.broker_name))
                .or_default()
                .push(queue);
        }
        by_broker
    }

    fn restart_lost(self: &Arc<Self>, queues: &[Arc<AssignedQueue>], locked: &[MessageQueue]) {
        for queue in queues.iter().filter(|it| !locked.contains(&it.queue)) {
            warn!(group = self.name, queue = %queue.queue, "the queue's lock was lost: it is begun anew");
            queue.supersede();
            let _ = queue.drop_queue();
            let (this, queue) = (Arc::clone(self), Arc::clone(queue));
            self.tasks.spawn(async move {
                // Should the lock come back at once: one message at a time.
                if let Some(order) = &queue.order {
                    order.wait_until_idle().await;
                }
                this.remove(&queue);
                this.rebalance();
            });
        }
    }

    /// Takes a queue off the list, unless another object is there in its place.
    fn remove(&self, queue: &Arc<AssignedQueue>) {
        let mut assigned = self.assigned.lock();
        let is_it = |it: &Arc<AssignedQueue>| Arc::ptr_eq(it, queue);
        if assigned.get(&queue.queue).is_some_and(is_it) {
            assigned.remove(&queue.queue);
        }
    }

    /// Gives up an ordered queue once the call that runs is over: until then it stays locked.
    pub(super) fn give_up_in_order(self: &Arc<Self>, queue: Arc<AssignedQueue>) {
        queue.stop.cancel();
        let this = Arc::clone(self);
        self.tasks.spawn(async move {
            if let Some(order) = &queue.order
                && !order.wait_until_idle().await
            {
                warn!(group = this.name, queue = %queue.queue, "a queue is given up while its message is still being consumed");
            }
            if let Some(offset) = queue.drop_queue() {
                this.commit_last(vec![(Arc::clone(&queue), offset)]).await;
            }
            this.unlock(std::slice::from_ref(&queue)).await;
            this.remove(&queue);
            this.rebalance();
        });
    }

    /// Lets go of the locks of some queues.
    pub(super) async fn unlock(&self, queues: &[Arc<AssignedQueue>]) {
        let mut by_broker: HashMap<&str, Vec<MessageQueue>> = HashMap::new();
        for queue in queues.iter().filter(|it| it.order.is_some()) {
            by_broker
                .entry(&queue.queue.broker_name)
                .or_default()
                .push(queue.queue.clone());
        }
        join_all(by_broker.iter().map(|(broker_name, queues)| async move {
            let unlock = async {
                let command = lock::unlock(&self.instance.client_id, &self.name, queues)?;
                lock::unlocked(self.ask_broker(queues, broker_name, command).await?)
            };
            if let Err(error) = unlock.await {
                debug!(
                    broker_name,
                    "locks are let go of only when they run out: {error}"
                );
            }
        }))
        .await;
    }
}
