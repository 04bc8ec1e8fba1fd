//! The lines in which sends wait for a queue, one for each topic.

use std::sync::Arc;
use std::time::Duration;

use compact_str::CompactString;
use onsmq_proto::machine::{Accumulator, BatchLimits};
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;

use super::batch::Batch;
use super::topic::Topic;
use crate::config::ProducerConfig;

/// The lines of a producer.
pub(super) struct Lines {
    lines: RwLock<FxHashMap<CompactString, Arc<Line>>>,
    namespace: Option<String>,
    limits: BatchLimits,
    timeout: Duration,
}

/// The line of a topic.
pub(super) struct Line {
    pub(super) topic: Topic,
    /// How long each send has.
    pub(super) timeout: Duration,
    pub(super) sends: Mutex<Accumulator<Batch>>,
}

impl Lines {
    /// None where each send is to leave alone.
    pub(super) fn new(config: &ProducerConfig) -> Option<Self> {
        config.batch.map(|limits| Self {
            lines: RwLock::default(),
            namespace: config.client.namespace.clone(),
            limits,
            timeout: config.send_timeout,
        })
    }

    /// Whether a batch has room for so many bytes.
    pub(super) const fn have_room(&self, bytes: usize) -> bool {
        bytes <= self.limits.bytes
    }

    /// The line of a topic, as the application names it.
    pub(super) fn line<T>(&self, topic: &str, then: impl FnOnce(&Arc<Line>) -> T) -> T {
        // It stays, so that no count of who holds it needs to change.
        if let Some(line) = self.lines.read().get(topic) {
            return then(line);
        }
        let line = Arc::clone(self.lines.write().entry(topic.into()).or_insert_with(|| {
            Arc::new(Line {
                topic: Topic::new(topic, self.namespace.as_deref()),
                timeout: self.timeout,
                sends: Mutex::new(Accumulator::new(self.limits)),
            })
        }));
        then(&line)
    }
}
