//! The properties of a consumer.

use std::path::PathBuf;
use std::time::Duration;

use onsmq_proto::body::{ConsumeFromWhere, MessageModel};

use super::values::configuration;
use super::{ClientConfig, Config};
use super::{keys, local_time};
use crate::instance::now_ms;
use crate::{Error, Result};

/// Where Java's clients start when they are told to start at a time, and not at which.
const HALF_AN_HOUR_MS: i64 = 30 * 60_000;

/// The properties of a consumer, checked.
#[derive(Debug, Clone)]
pub struct ConsumerConfig {
    /// Where and who.
    pub client: ClientConfig,
    /// The group, without its namespace.
    pub group: String,
    /// Whether the members of the group share the messages.
    pub message_model: MessageModel,
    /// Most listener calls at once.
    pub consume_thread_nums: usize,
    /// Deliveries after the first before a message is a dead letter.
    pub max_reconsume_times: i32,
    /// Most messages that are held.
    pub max_cached_messages: usize,
    /// Most bytes of messages that are held.
    pub max_cached_bytes: usize,
    /// Most messages of one pull.
    pub pull_batch_size: i32,
    /// Where a group without offsets starts.
    pub consume_from_where: ConsumeFromWhere,
    /// Whether that was asked for. If not, brokers may answer as they do to Java's clients: that a
    /// group without offsets is at the beginning of queues that are young.
    pub consume_from_where_given: bool,
    /// From when on, with `ConsumeFromTimestamp`, in ms.
    pub consume_timestamp: i64,
    /// How long a listener may take over a message.
    pub consume_timeout: Duration,
    /// Whether queues are locked and consumed in order; not a property: the class says it.
    pub ordered: bool,
    /// How long a queue pauses after a failure.
    pub suspend_time: Duration,
    /// Most messages of one call of a batch listener.
    pub batch_max_size: usize,
    /// Where offsets are kept in BROADCASTING.
    pub local_offset_dir: Option<PathBuf>,
    /// How long shutdown waits for listeners.
    pub shutdown_timeout: Duration,
}

impl TryFrom<&Config> for ConsumerConfig {
    type Error = Error;

    fn try_from(config: &Config) -> Result<Self> {
        config.check()?;
        let group = config
            .text(keys::GROUP_ID)
            .or_else(|| config.text(keys::CONSUMER_ID));
        let group = group.ok_or_else(|| {
            configuration("property GROUP_ID is missing: a consumer needs it, or ConsumerId")
        })?;
        Ok(Self {
            client: ClientConfig::new(config)?,
            group,
            message_model: match config.is(keys::MESSAGE_MODEL, "BROADCASTING") {
                true => MessageModel::Broadcasting,
                false => MessageModel::Clustering,
            },
            consume_thread_nums: config.number(keys::CONSUME_THREAD_NUMS),
            max_reconsume_times: config.number(keys::MAX_RECONSUME_TIMES),
            max_cached_messages: config.number(keys::MAX_CACHED_MESSAGE_AMOUNT),
            max_cached_bytes: config.number::<usize>(keys::MAX_CACHED_MESSAGE_SIZE) << 20,
            pull_batch_size: config.number(keys::PULL_BATCH_SIZE),
            consume_from_where: consume_from_where(config),
            consume_from_where_given: config.text(keys::CONSUME_FROM_WHERE).is_some(),
            consume_timestamp: config
                .text(keys::CONSUME_TIMESTAMP)
                .and_then(|text| local_time::millis(&text))
                .unwrap_or_else(|| now_ms() - HALF_AN_HOUR_MS),
            consume_timeout: Duration::from_secs(60 * config.number::<u64>(keys::CONSUME_TIMEOUT)),
            ordered: false,
            suspend_time: config.millis(keys::SUSPEND_TIME_MILLIS),
            batch_max_size: config.number(keys::CONSUME_MESSAGE_BATCH_MAX_SIZE),
            local_offset_dir: config.text(keys::LOCAL_OFFSET_STORE_DIR).map(PathBuf::from),
            shutdown_timeout: config.millis(keys::SHUTDOWN_TIMEOUT_MILLIS),
        })
    }
}

fn consume_from_where(config: &Config) -> ConsumeFromWhere {
    let is = |word| config.is(keys::CONSUME_FROM_WHERE, word);
    if is("CONSUME_FROM_FIRST_OFFSET") {
        ConsumeFromWhere::ConsumeFromFirstOffset
    } else if is("CONSUME_FROM_TIMESTAMP") {
        ConsumeFromWhere::ConsumeFromTimestamp
    } else {
        ConsumeFromWhere::ConsumeFromLastOffset
    }
}
