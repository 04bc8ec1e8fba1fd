//! The topics that a broker has from the start, and those that requests make.

use std::sync::Arc;

use onsmq_proto::body::perm;
use onsmq_proto::codec::ResponseCode;
use onsmq_proto::names;

use super::Broker;
use crate::answer::Refusal;
use crate::name_server::FAQ;
use crate::store::{Topic, TopicConfig};

/// Where delayed messages wait: one queue for each level.
pub(super) const SCHEDULE: &str = "SCHEDULE_TOPIC_XXXX";
/// Where messages with a time wait.
pub(super) const TIMER: &str = "rmq_sys_wheel_timer";
/// Where half messages wait.
pub(super) const HALF: &str = "RMQ_SYS_TRANS_HALF_TOPIC";

/// Topics that are the broker's own (`TopicValidator.NOT_ALLOWED_SEND_TOPIC_SET`).
const FORBIDDEN: [&str; 6] = [
    SCHEDULE,
    HALF,
    "RMQ_SYS_TRANS_OP_HALF_TOPIC",
    "TRANS_CHECK_MAX_TIME_TOPIC",
    "SELF_TEST_TOPIC",
    "OFFSET_MOVED_EVENT",
];

/// Java's `TopicValidator.TOPIC_MAX_LENGTH`.
const MAX_NAME: usize = 127;

/// Whether a broker takes the name; why not, in Java's words.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"%|-_".contains(&byte);
    let all_legal = name.bytes().all(is_legal);
    // What is legal is not blank, unless there is nothing of it.
    if name.is_empty() || (!all_legal && name.trim().is_empty()) {
        Err("The specified topic is blank.")
    } else if !all_legal {
        Err("The specified topic contains illegal characters, allowing only ^[%|a-zA-Z0-9_-]+$")
    } else if name.len() > MAX_NAME {
        Err("The specified topic is longer than topic max length.")
    } else {
        Ok(())
    }
}

/// Whether clients may not send to the topic.
pub(super) fn is_forbidden(name: &str) -> bool {
    FORBIDDEN.contains(&name)
}

/// The group of a retry topic.
pub(crate) fn group_of_retry_topic(topic: &str) -> Option<&str> {
    topic.strip_prefix("%RETRY%")
}

/// The refusal that all exchanges have in common.
pub(super) fn no_such_topic(topic: &str, separator: &str) -> Refusal {
    Refusal::new(
        ResponseCode::TOPIC_NOT_EXIST,
        format!("topic[{topic}] not exist, apply first please!{separator}{FAQ}"),
    )
}

impl Broker {
    pub(super) fn create_system_topics(&self) {
        let levels = u32::try_from(self.settings.delay_levels.len()).unwrap_or(u32::MAX);
        self.topics
            .restore(SCHEDULE, TopicConfig::new(levels.max(1)));
        self.topics.restore(TIMER, TopicConfig::new(1));
        self.topics.restore(HALF, TopicConfig::new(1));
        if self.settings.auto_create_topics {
            let config = TopicConfig::new(self.settings.queues);
            let inherited = TopicConfig {
                perm: config.perm | TopicConfig::INHERIT,
                ..config
            };
            self.topics.restore(names::DEFAULT_TOPIC, inherited);
        }
    }

    /// The topic of a sent message, made after `default_topic` if it may be.
    pub(super) fn topic_for_send(
        &self,
        name: &str,
        default_topic: &str,
        default_queues: i32,
    ) -> Result<Option<Arc<Topic>>, Refusal> {
        if let Some(topic) = self.topics.get(name) {
            return Ok(Some(topic));
        }
        let inherited = self
            .topics
            .get(default_topic)
            .filter(|topic| topic.config.perm & TopicConfig::INHERIT != 0);
        if let Some(default) = inherited {
            let asked = u32::try_from(default_queues).unwrap_or_default();
            let config = TopicConfig {
                perm: default.config.perm & !TopicConfig::INHERIT,
                ..TopicConfig::new(asked.min(default.config.write_queues))
            };
            return Ok(Some(self.topics.get_or_create(name, config)?));
        }
        names::is_retry_topic(name)
            .then(|| self.group_topic(name))
            .transpose()
    }

    /// A group's retry or dead-letter topic: one queue, read and written.
    pub(super) fn group_topic(&self, name: &str) -> Result<Arc<Topic>, Refusal> {
        let config = TopicConfig {
            perm: perm::READ | perm::WRITE,
            ..TopicConfig::new(1)
        };
        Ok(self.topics.get_or_create(name, config)?)
    }
}
