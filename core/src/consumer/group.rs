//! A member of a consumer group, while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use onsmq_proto::body::{
    ConsumeType, ConsumerData, ConsumerRunningInfo, ConsumerStatus, DirectResult, MessageModel,
};
use onsmq_proto::machine::{MessageQueue, Route, Slot};
use onsmq_proto::message::StoredMessage;
use onsmq_proto::message::properties::name;
use onsmq_proto::names;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::assignment::AssignedQueue;
use super::cache::Cache;
use super::local_offsets::LocalOffsets;
use super::statistics::Statistics;
use super::subscription::{Subscription, Subscriptions};
use crate::config::ConsumerConfig;
use crate::instance::{ConsumerMember, Instance, now_ms};
use crate::net::REQUEST_TIMEOUT;
use crate::{Action, MessageExt, Result};

/// What the parts of a running consumer share.
pub(super) struct Group {
    pub(super) instance: Arc<Instance>,
    pub(super) config: ConsumerConfig,
    /// The group's name as it travels.
    pub(super) name: String,
    pub(super) subscriptions: Arc<Subscriptions>,
    pub(super) cache: Cache,
    pub(super) assigned: Mutex<FxHashMap<MessageQueue, Arc<AssignedQueue>>>,
    pub(super) outstanding: Outstanding,
    pub(super) statistics: Statistics,
    /// When it was started, in ms.
    pub(super) started: i64,
    /// The routes of topics when they were subscribed to: queues that are not in them came later.
    pub(super) first_routes: Mutex<FxHashMap<Arc<str>, Arc<Route>>>,
    /// Everything that runs for this member and ends with it.
    pub(super) tasks: TaskTracker,
    /// No more messages are pulled.
    pub(super) stopping: CancellationToken,
    pub(super) rebalance_due: Notify,
    pub(super) commit_due: Notify,
    pub(super) locks_due: Notify,
    pub(super) expiry_due: Notify,
    /// Offsets that are kept here (BROADCASTING); else brokers keep them.
    pub(super) local_offsets: Option<Arc<LocalOffsets>>,
    /// Held while an offset is stored that may be the first one of its topic.
    pub(super) first_commits: tokio::sync::Mutex<()>,
    /// Queues were divided, or one of them was begun.
    pub(super) progress: Notify,
    /// Held while queues are divided: the end waits for the last commits of those given up.
    pub(super) dividing: tokio::sync::Mutex<()>,
    /// Queues were divided once.
    pub(super) divided: AtomicBool,
    runtime: Handle,
}

impl Group {
    pub(super) fn new(
        instance: Arc<Instance>,
        config: ConsumerConfig,
        subscriptions: Arc<Subscriptions>,
        local_offsets: Option<Arc<LocalOffsets>>,
    ) -> Self {
        Self {
            name: instance.wrap(&config.group),
            cache: Cache::new(config.max_cached_messages, config.max_cached_bytes),
            instance,
            config,
            subscriptions,
            assigned: Mutex::default(),
            outstanding: Outstanding::default(),
            statistics: Statistics::default(),
            started: now_ms(),
            first_routes: Mutex::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            rebalance_due: Notify::new(),
            commit_due: Notify::new(),
            locks_due: Notify::new(),
            expiry_due: Notify::new(),
            local_offsets,
            first_commits: tokio::sync::Mutex::default(),
            progress: Notify::new(),
            dividing: tokio::sync::Mutex::default(),
            divided: AtomicBool::new(false),
            runtime: Handle::current(),
        }
    }

    /// The runtime that it was started on.
    pub(super) const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    pub(super) fn retry_topic(&self) -> String {
        names::retry_topic(&self.name)
    }

    /// The queues that are consumed now.
    pub(super) fn assigned(&self) -> Vec<Arc<AssignedQueue>> {
        self.assigned.lock().values().cloned().collect()
    }

    /// Waits until it is known of every queue where it begins: what is sent from then on is
    /// consumed, whatever ConsumeFromWhere says. Bounded, since a broker may be down.
    pub(super) async fn wait_until_consuming(&self) {
        let consuming = async {
            loop {
                let progress = self.progress.notified();
                let divided = self.divided.load(Ordering::Acquire);
                if divided && self.assigned().iter().all(|it| it.next_offset().is_some()) {
                    return;
                }
                progress.await;
            }
        };
        let _ = tokio::time::timeout(REQUEST_TIMEOUT, consuming).await;
    }

    /// The application has said what becomes of a message. May be called on any thread.
    pub(super) fn completed(
        self: &Arc<Self>,
        queue: &Arc<AssignedQueue>,
        slot: Slot,
        message: &MessageExt,
        action: Action,
    ) {
        if queue.order.is_some() {
            return self.completed_in_order(queue, slot, message, action);
        }
        match action {
            // In BROADCASTING each member has its own copy, and none is brought again. One that
            // took longer than ConsumeTimeout was sent back already.
            Action::ReconsumeLater if !self.is_broadcasting() && queue.begin_return(slot) => {
                // Counted as outstanding until the broker has it.
                self.send_back(queue, slot, message);
            }
            Action::ReconsumeLater if !self.is_broadcasting() => self.outstanding.end(1),
            _ => self.done_with(queue, &[slot]),
        }
    }

    /// Messages that were handed over are done with.
    pub(super) fn done_with(&self, queue: &AssignedQueue, slots: &[Slot]) {
        queue.complete(slots);
        self.outstanding.end(slots.len());
    }

    pub(super) fn is_broadcasting(&self) -> bool {
        self.config.message_model == MessageModel::Broadcasting
    }

    /// The topic that a retried message was sent to.
    pub(super) fn origin_topic(&self, stored: &StoredMessage) -> Arc<str> {
        let origin = stored.property(name::RETRY_TOPIC).unwrap_or(stored.topic());
        self.instance.unwrap(origin).into()
    }

    /// The subscription whose listener a message is for.
    pub(super) fn subscription_of(&self, message: &MessageExt) -> Option<Arc<Subscription>> {
        self.subscriptions.get(&self.instance.wrap(message.topic()))
    }
}

impl ConsumerMember for Group {
    fn heartbeat(&self) -> ConsumerData {
        ConsumerData {
            group_name: self.name.clone(),
            consume_type: ConsumeType::ConsumePassively,
            message_model: self.config.message_model,
            consume_from_where: self.config.consume_from_where,
            subscription_data_set: self.subscriptions.data(),
            unit_mode: false,
        }
    }

    fn subscribes_to(&self, topic: &str) -> bool {
        self.subscriptions.get(topic).is_some()
    }

    fn rebalance(&self) {
        self.rebalance_due.notify_one();
    }

    fn commit(&self) {
        self.commit_due.notify_one();
    }

    fn renew_locks(&self) {
        self.locks_due.notify_one();
    }

    fn expire(&self) {
        self.expiry_due.notify_one();
    }

    fn reset(self: Arc<Self>, topic: &str, offsets: &[(MessageQueue, i64)]) {
        self.reset_offsets(topic, offsets);
    }

    fn offsets(&self, topic: &str) -> ConsumerStatus {
        self.status_of(topic)
    }

    fn running_info(&self, with_workers: bool) -> ConsumerRunningInfo {
        self.describe(with_workers)
    }

    fn consume_directly(
        self: Arc<Self>,
        message: StoredMessage,
        broker_name: String,
    ) -> BoxFuture<'static, Result<DirectResult>> {
        Box::pin(async move { self.consume_direct(message, &broker_name).await })
    }
}

/// Messages that were handed over and are not completed.
#[derive(Default)]
pub(super) struct Outstanding {
    count: AtomicUsize,
    none: Notify,
}

impl Outstanding {
    pub(super) fn begin(&self, count: usize) {
        self.count.fetch_add(count, Ordering::AcqRel);
    }

    pub(super) fn end(&self, count: usize) {
        if self.count.fetch_sub(count, Ordering::AcqRel) == count {
            self.none.notify_waiters();
        }
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Waits until none is left.
    pub(super) async fn wait(&self) {
        loop {
            let none = self.none.notified();
            if self.count() == 0 {
                return;
            }
            none.await;
        }
    }
}
