//! Which member of a group takes which queues: Java's `AllocateMessageQueueAveragely`, so that
//! mixed groups split the queues without overlap or gap.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::hash::java_string_cmp;

/// A queue of a topic at a broker. Ordered as Java orders queues: topic, broker, id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MessageQueue {
    /// The topic, as it travels.
    pub topic: Arc<str>,
    /// The broker.
    pub broker_name: Arc<str>,
    /// The queue's number at that broker.
    pub queue_id: i32,
}

impl Ord for MessageQueue {
    fn cmp(&self, other: &Self) -> Ordering {
        java_string_cmp(&self.topic, &other.topic)
            .then_with(|| java_string_cmp(&self.broker_name, &other.broker_name))
            .then_with(|| self.queue_id.cmp(&other.queue_id))
    }
}

impl PartialOrd for MessageQueue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for MessageQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}#{}", self.topic, self.broker_name, self.queue_id)
    }
}

impl fmt::Debug for MessageQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Sorts the client ids of a group as Java does, each once.
pub fn sort_members(members: &mut Vec<String>) {
    members.sort_unstable_by(|left, right| java_string_cmp(left, right));
    members.dedup();
}

/// The queues, by place in their sorted list, that the member at `index` of `members` takes:
/// a run of `queues / members` or one more. The last members of too many get none.
#[must_use]
pub fn allocate_averagely(queues: usize, members: usize, index: usize) -> Range<usize> {
    if index >= members {
        return 0..0;
    }
    let (each, more) = (queues / members, queues % members);
    let start = index * each + index.min(more);
    start..start + each + usize::from(index < more)
}

/// The same, dealt out in turn: the vendor's AVG_BY_CIRCLE.
pub fn allocate_averagely_by_circle(
    queues: usize,
    members: usize,
    index: usize,
) -> impl Iterator<Item = usize> {
    let queues = if index < members { queues } else { 0 };
    (index..queues).step_by(members.max(1))
}
