//! Dividing the queues among the members of the group.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use onsmq_proto::machine::{MessageQueue, allocate_averagely, sort_members};
use rustc_hash::FxHashSet;
use tracing::{debug, info};

use super::assignment::AssignedQueue;
use super::group::Group;
use super::pull_loop;
use crate::instance::ConsumerMember as _;

/// A broker that does not know this member yet is asked again after this.
const NOT_LISTED_PAUSE: Duration = Duration::from_secs(1);

impl Group {
    /// Divides anew whenever that is due, until pulling stops.
    pub(super) async fn run_rebalance(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => return,
                () = self.rebalance_due.notified() => self.divide().await,
            }
        }
    }

    /// Commits whenever that is due, until pulling stops.
    pub(super) async fn run_commit(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => return,
                () = self.commit_due.notified() => drop(self.commit_all().await),
            }
        }
    }

    /// Takes up the queues that are this member's, and gives up the others.
    pub(super) async fn divide(self: &Arc<Self>) {
        let _turn = self.dividing.lock().await;
        let topics = self.subscriptions.topics();
        self.give_up(|queue| !topics.contains(&queue.topic)).await;
        if topics
            .iter()
            .all(|topic| self.instance.routes.get(topic).is_none())
        {
            // None of them exists yet.
            return self.note_divided();
        }
        if self.is_broadcasting() {
            self.divide_among(&topics, 1, 0).await;
            return self.note_divided();
        }
        let Some(mut members) = self.members(&topics).await else {
            return;
        };
        sort_members(&mut members);
        let index = members
            .iter()
            .position(|member| *member == self.instance.client_id);
        let Some(index) = index else {
            return self.not_listed().await;
        };
        self.divide_among(&topics, members.len(), index).await;
        self.note_divided();
    }

    /// Takes up what the member at `index` of so many has of the topics, and gives up the others.
    async fn divide_among(self: &Arc<Self>, topics: &[Arc<str>], members: usize, index: usize) {
        for topic in topics {
            // A topic that no name server knows may be back at the next look.
            let Some(route) = self.instance.routes.get(topic) else {
                continue;
            };
            let queues = &route.read_queues;
            let mine = &queues[allocate_averagely(queues.len(), members, index)];
            let mine: FxHashSet<&MessageQueue> = mine.iter().collect();
            self.give_up(|queue| queue.topic == *topic && !mine.contains(queue))
                .await;
            for queue in mine {
                self.take_up(queue);
            }
        }
    }

    fn note_divided(&self) {
        self.divided.store(true, Ordering::Release);
        self.progress.notify_waiters();
    }

    /// Who is in the group, as all of its brokers know it: a broker that has just restarted knows
    /// only some, and to believe it would have others take queues that are in good hands. `None`
    /// where none of them tells, as after a restart: then all stays as it is.
    async fn members(&self, topics: &[Arc<str>]) -> Option<Vec<String>> {
        let brokers: FxHashSet<String> = topics
            .iter()
            .flat_map(|topic| self.instance.routes.masters_of(topic))
            .collect();
        let lists = brokers
            .iter()
            .map(|address| self.instance.members_at(address, &self.name));
        let mut members = Vec::new();
        for list in join_all(lists).await {
            match list {
                Ok(list) => members.extend(list),
                Err(error) => debug!(
                    group = self.name,
                    "the group's members are not known: {error}"
                ),
            }
        }
        (!members.is_empty()).then_some(members)
    }

    /// The brokers are to know this member before it can be given queues.
    async fn not_listed(self: &Arc<Self>) {
        let _ = self.instance.heartbeat_all().await;
        let this = Arc::clone(self);
        self.tasks.spawn(async move {
            let stopping = this.stopping.clone();
            if stopping
                .run_until_cancelled(tokio::time::sleep(NOT_LISTED_PAUSE))
                .await
                .is_some()
            {
                this.rebalance();
            }
        });
    }

    fn take_up(self: &Arc<Self>, queue: &MessageQueue) {
        let mut assigned = self.assigned.lock();
        if self.stopping.is_cancelled() || assigned.contains_key(queue) {
            return;
        }
        let taken = AssignedQueue::new(queue.clone(), Arc::clone(self));
        assigned.insert(queue.clone(), Arc::clone(&taken));
        drop(assigned);
        info!(group = self.name, %queue, "queue taken up");
        self.tasks.spawn(pull_loop::run(taken));
    }

    /// Gives up some queues. What their listeners have completed is committed; what they have not
    /// goes to the next owner.
    async fn give_up(self: &Arc<Self>, which: impl Fn(&MessageQueue) -> bool) {
        let given_up: Vec<Arc<AssignedQueue>> = {
            let assigned = self.assigned.lock();
            let going = assigned
                .values()
                .filter(|it| which(&it.queue) && !it.stop.is_cancelled());
            going.cloned().collect()
        };
        let mut due = Vec::new();
        for queue in given_up {
            info!(group = self.name, queue = %queue.queue, "queue given up");
            if queue.order.is_some() {
                self.give_up_in_order(queue);
                continue;
            }
            self.assigned.lock().remove(&queue.queue);
            let offset = queue.drop_queue();
            due.extend(offset.map(|offset| (queue, offset)));
        }
        self.subscriptions.forget_stopped();
        self.commit_last(due).await;
    }
}
