//! How consumption goes, by topic.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use onsmq_proto::body::ConsumeStatus;
use onsmq_proto::machine::ConsumeStatistics;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::time::Instant;

/// The figures of one topic.
pub(super) struct TopicStatistics {
    over_time: Mutex<ConsumeStatistics>,
    recent: Recent,
}

/// What was consumed since the figures were last looked at: counted without a lock, since many
/// threads do.
#[derive(Default)]
struct Recent {
    succeeded: AtomicU64,
    failed: AtomicU64,
    took_us: AtomicU64,
}

/// The figures of all topics of a consumer.
#[derive(Default)]
pub(super) struct Statistics(Mutex<FxHashMap<Arc<str>, Arc<TopicStatistics>>>);

impl Statistics {
    pub(super) fn of(&self, topic: &Arc<str>) -> Arc<TopicStatistics> {
        let mut topics = self.0.lock();
        let made = || Arc::new(TopicStatistics::new());
        Arc::clone(topics.entry(Arc::clone(topic)).or_insert_with(made))
    }
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}

impl TopicStatistics {
    fn new() -> Self {
        Self {
            over_time: Mutex::new(ConsumeStatistics::new(now())),
            recent: Recent::default(),
        }
    }

    pub(super) fn pulled(&self, took: Duration, messages: usize) {
        self.with(|over_time| over_time.pulled(now(), took, messages));
    }

    /// So many messages were consumed, each of which took so long.
    pub(super) fn consumed(&self, took: Duration, messages: usize, succeeded: bool) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let messages = messages as u64;
        let took = took.saturating_mul(messages);
        self.recent.took_us.fetch_add(took, Ordering::Relaxed);
        let count = match succeeded {
            true => &self.recent.succeeded,
            false => &self.recent.failed,
        };
        count.fetch_add(messages, Ordering::Relaxed);
    }

    pub(super) fn status(&self) -> ConsumeStatus {
        self.with(|over_time| over_time.status(now()))
    }

    /// Looks at the figures, with what is recent among them. Each pull does, so that it is counted
    /// soon.
    fn with<T>(&self, look: impl FnOnce(&mut ConsumeStatistics) -> T) -> T {
        let mut over_time = self.over_time.lock();
        let take = |of: &AtomicU64| of.swap(0, Ordering::Relaxed);
        let Recent {
            succeeded,
            failed,
            took_us,
        } = &self.recent;
        let took = Duration::from_micros(take(took_us));
        over_time.consumed(now(), took, take(succeeded), take(failed));
        look(&mut over_time)
    }
}
