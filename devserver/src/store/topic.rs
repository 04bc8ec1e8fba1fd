//! A broker's topics.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use onsmq_proto::body::perm;
use parking_lot::RwLock;

use super::Queue;

/// What is set of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TopicConfig {
    pub(crate) read_queues: u32,
    pub(crate) write_queues: u32,
    pub(crate) perm: i32,
    pub(crate) sys_flag: i32,
    pub(crate) order: bool,
}

impl TopicConfig {
    /// The perm bit of topics whose settings new topics take.
    pub(crate) const INHERIT: i32 = 1;

    /// A topic that may be read and written.
    pub(crate) const fn new(queues: u32) -> Self {
        Self {
            read_queues: queues,
            write_queues: queues,
            perm: perm::READ | perm::WRITE,
            sys_flag: 0,
            order: false,
        }
    }

    fn queues(&self) -> u32 {
        self.read_queues.max(self.write_queues)
    }
}

/// A topic at one broker. It does not change: one with other settings takes its place, and its
/// queues.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: Arc<str>,
    pub(crate) config: TopicConfig,
    queues: Vec<Arc<Queue>>,
}

impl Topic {
    fn new(name: &str, config: TopicConfig, mut queues: Vec<Arc<Queue>>) -> Self {
        let name: Arc<str> = Arc::from(name);
        let have = u32::try_from(queues.len()).unwrap_or(u32::MAX);
        for id in have..config.queues() {
            queues.push(Arc::new(Queue::new(Arc::clone(&name), id.cast_signed())));
        }
        Self {
            name,
            config,
            queues,
        }
    }

    /// The queue with this id.
    pub(crate) fn queue(&self, id: i32) -> Option<&Arc<Queue>> {
        self.queues.get(usize::try_from(id).ok()?)
    }

    pub(crate) fn queues(&self) -> &[Arc<Queue>] {
        &self.queues
    }

    pub(crate) const fn is_readable(&self) -> bool {
        self.config.perm & perm::READ != 0
    }
}

/// As Java writes it into remarks.
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bit = |bit, letter| {
            if self.config.perm & bit == 0 {
                '-'
            } else {
                letter
            }
        };
        write!(
            f,
            "TopicConfig [topicName={}, readQueueNums={}, writeQueueNums={}, perm={}{}{}, \
             topicFilterType=SINGLE_TAG, topicSysFlag={}, order={}, attributes={{}}]",
            self.name,
            self.config.read_queues,
            self.config.write_queues,
            bit(perm::READ, 'R'),
            bit(perm::WRITE, 'W'),
            bit(TopicConfig::INHERIT, 'X'),
            self.config.sys_flag,
            self.config.order,
        )
    }
}

/// All topics of a broker, by name.
#[derive(Debug, Default)]
pub(crate) struct Topics(RwLock<HashMap<String, Arc<Topic>>>);

impl Topics {
    pub(crate) fn get(&self, name: &str) -> Option<Arc<Topic>> {
        self.0.read().get(name).cloned()
    }

    /// The topic, made if there is none.
    pub(crate) fn get_or_create(&self, name: &str, config: TopicConfig) -> Arc<Topic> {
        if let Some(topic) = self.get(name) {
            return topic;
        }
        let mut topics = self.0.write();
        let topic = topics
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(Topic::new(name, config, Vec::new())));
        Arc::clone(topic)
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> Vec<Arc<Topic>> {
        let mut all: Vec<_> = self.0.read().values().cloned().collect();
        all.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        all
    }

    /// Takes the topic away, and gives it.
    pub(crate) fn remove(&self, name: &str) -> Option<Arc<Topic>> {
        self.0.write().remove(name)
    }

    /// Makes the topic, or changes its settings. Queues that it had keep their messages.
    pub(crate) fn set(&self, name: &str, config: TopicConfig) {
        let mut topics = self.0.write();
        let queues = topics
            .get(name)
            .map_or_else(Vec::new, |topic| topic.queues.clone());
        topics.insert(name.to_owned(), Arc::new(Topic::new(name, config, queues)));
    }
}
