//! Going on with a queue at another offset: the broker says that the one asked for is not there, or
//! an operator has reset it (Java's `resetOffset`).

use std::sync::Arc;

use onsmq_proto::body::ConsumerStatus;
use onsmq_proto::machine::MessageQueue;
use tracing::{info, warn};

use super::assignment::AssignedQueue;
use super::group::Group;
use super::pull_loop;

impl Group {
    /// Goes on with those of the queues that are this member's at the offsets that are given.
    pub(super) fn reset_offsets(self: &Arc<Self>, topic: &str, offsets: &[(MessageQueue, i64)]) {
        for (queue, offset) in offsets.iter().filter(|(queue, _)| *queue.topic == *topic) {
            let assigned = self.assigned.lock().get(queue).cloned();
            // Others are another member's, which is told as well.
            let Some(assigned) = assigned else { continue };
            info!(group = self.name, %queue, offset, "the offset is reset");
            self.move_queue(&assigned, *offset);
        }
    }

    /// Goes on with a queue at another offset. What was handed over before counts no more.
    pub(super) fn move_queue(self: &Arc<Self>, queue: &Arc<AssignedQueue>, offset: i64) {
        let moved = {
            let mut assigned = self.assigned.lock();
            let current = assigned.get(&queue.queue);
            // Given up, or about to be.
            if queue.stop.is_cancelled() || !current.is_some_and(|it| Arc::ptr_eq(it, queue)) {
                return;
            }
            let moved = queue.successor();
            assigned.insert(queue.queue.clone(), Arc::clone(&moved));
            moved
        };
        let _ = queue.drop_queue();
        self.subscriptions.forget_stopped();
        self.follow_in_order(queue, &moved);
        // In a task of its own: the old queue's ends with it.
        self.tasks
            .spawn_on(pull_loop::run_from(moved, offset), self.runtime());
    }

    /// Where messages are consumed in order, the next one waits for the call that still runs.
    fn follow_in_order(self: &Arc<Self>, old: &Arc<AssignedQueue>, moved: &Arc<AssignedQueue>) {
        let (Some(before), Some(after)) = (&old.order, &moved.order) else {
            return;
        };
        if before.is_idle() {
            return;
        }
        after.begin_under_way();
        let (this, old, moved) = (Arc::clone(self), Arc::clone(old), Arc::clone(moved));
        let waiting = async move {
            let (Some(before), Some(after)) = (&old.order, &moved.order) else {
                return;
            };
            if !before.wait_until_idle().await {
                warn!(group = this.name, queue = %old.queue, "a message of before the reset is still being consumed");
            }
            after.not_handed_over();
            moved.hand_over_next();
        };
        self.tasks.spawn_on(waiting, self.runtime());
    }

    /// How far each of this member's queues of a topic is consumed.
    pub(super) fn status_of(&self, topic: &str) -> ConsumerStatus {
        let queues = self.assigned();
        let of_topic = queues.iter().filter(|it| *it.queue.topic == *topic);
        let offsets = of_topic.filter_map(|it| {
            let offset = it.window(onsmq_proto::machine::ProcessQueue::commit_offset)?;
            Some(((&it.queue).into(), offset))
        });
        ConsumerStatus {
            offsets: offsets.collect(),
        }
    }
}
