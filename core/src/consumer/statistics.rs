//! How consumption goes, by topic.

use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::body::ConsumeStatus;
use onsmq_proto::machine::ConsumeStatistics;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::time::Instant;

/// The figures of one topic.
pub(super) struct TopicStatistics(Mutex<ConsumeStatistics>);

/// The figures of all topics of a consumer.
#[derive(Default)]
pub(super) struct Statistics(Mutex<FxHashMap<Arc<str>, Arc<TopicStatistics>>>);

impl Statistics {
    pub(super) fn of(&self, topic: &Arc<str>) -> Arc<TopicStatistics> {
        let mut topics = self.0.lock();
        let made = || Arc::new(TopicStatistics(Mutex::new(ConsumeStatistics::new(now()))));
        Arc::clone(topics.entry(Arc::clone(topic)).or_insert_with(made))
    }
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}

impl TopicStatistics {
    pub(super) fn pulled(&self, took: Duration, messages: usize) {
        self.0.lock().pulled(now(), took, messages);
    }

    pub(super) fn consumed(&self, since: Instant, succeeded: bool) {
        let now = Instant::now();
        let took = now.saturating_duration_since(since);
        self.0.lock().consumed(now.into_std(), took, succeeded);
    }

    pub(super) fn status(&self) -> ConsumeStatus {
        self.0.lock().status(now())
    }
}
