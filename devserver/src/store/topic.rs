//! A broker's topics.

use std::fmt;
use std::io;
use std::sync::Arc;

use onsmq_proto::body::perm;
use parking_lot::RwLock;
use rustc_hash::FxHashMap;

use super::{Log, Queue};
use crate::journal::Journal;

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
    fn new(name: &str, config: TopicConfig, queues: Vec<Arc<Queue>>) -> Self {
        let mut topic = Self {
            name: Arc::from(name),
            config,
            queues,
        };
        topic.grow(config.queues());
        topic
    }

    /// Adds queues until it has so many.
    fn grow(&mut self, queues: u32) {
        let have = u32::try_from(self.queues.len()).unwrap_or(u32::MAX);
        for id in have..queues {
            let queue = Queue::new(Arc::clone(&self.name), id.cast_signed());
            self.queues.push(Arc::new(queue));
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

/// All topics of a broker, by name. They are kept under their lock, so that what is kept is what is
/// here.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    journal: Journal,
    by_name: RwLock<FxHashMap<String, Arc<Topic>>>,
}

impl Topics {
    pub(crate) fn new(journal: Journal) -> Self {
        Self {
            journal,
            by_name: RwLock::default(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Topic>> {
        self.by_name.read().get(name).cloned()
    }

    /// The topic, made if there is none.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub(crate) fn get_or_create(&self, name: &str, config: TopicConfig) -> io::Result<Arc<Topic>> {
        if let Some(topic) = self.get(name) {
            return Ok(topic);
        }
        let mut topics = self.by_name.write();
        if let Some(topic) = topics.get(name) {
            return Ok(Arc::clone(topic));
        }
        self.journal.topic_set(name, &config)?;
        let topic = Arc::new(Topic::new(name, config, Vec::new()));
        topics.insert(name.to_owned(), Arc::clone(&topic));
        Ok(topic)
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> Vec<Arc<Topic>> {
        let mut all: Vec<_> = self.by_name.read().values().cloned().collect();
        all.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        all
    }

    /// Takes the topic away, and gives it.
    ///
    /// # Errors
    /// Where that cannot be kept.
    pub(crate) fn remove(&self, name: &str, log: &Log) -> io::Result<Option<Arc<Topic>>> {
        let mut topics = self.by_name.write();
        let Some(topic) = topics.get(name) else {
            return Ok(None);
        };
        let is_gone = |is_gone| topic.queues.iter().for_each(|it| it.set_gone(is_gone));
        is_gone(true);
        let removed = self.journal.topic_removed(name, log.end());
        removed.inspect_err(|_| is_gone(false))?;
        Ok(topics.remove(name))
    }

    /// Makes the topic, or changes its settings. Queues that it had keep their messages.
    ///
    /// # Errors
    /// Where that cannot be kept.
    pub(crate) fn set(&self, name: &str, config: TopicConfig) -> io::Result<()> {
        let mut topics = self.by_name.write();
        self.journal.topic_set(name, &config)?;
        put(&mut topics, name, config);
        Ok(())
    }

    /// The same with a topic that is not to be kept: it is, or it is there from the start.
    pub(crate) fn restore(&self, name: &str, config: TopicConfig) {
        put(&mut self.by_name.write(), name, config);
    }

    /// The queue of a topic, made where the topic has fewer now than it had.
    pub(crate) fn restore_queue(&self, name: &str, id: i32) -> Option<Arc<Queue>> {
        let topic = self.get(name)?;
        if let Some(queue) = topic.queue(id) {
            return Some(Arc::clone(queue));
        }
        let mut grown = Topic::new(name, topic.config, topic.queues.clone());
        grown.grow(u32::try_from(id).ok()?.saturating_add(1));
        let queue = grown.queue(id).cloned();
        self.by_name
            .write()
            .insert(name.to_owned(), Arc::new(grown));
        queue
    }
}

fn put(topics: &mut FxHashMap<String, Arc<Topic>>, name: &str, config: TopicConfig) {
    let queues = topics
        .get(name)
        .map_or_else(Vec::new, |topic| topic.queues.clone());
    topics.insert(name.to_owned(), Arc::new(Topic::new(name, config, queues)));
}
