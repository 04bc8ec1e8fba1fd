//! The properties of a producer.

use std::time::Duration;

use onsmq_proto::machine::BatchLimits;
use onsmq_proto::message::compression::Algorithm;
use onsmq_proto::names::DEFAULT_PRODUCER_GROUP;

use super::keys;
use super::{ClientConfig, Config};
use crate::{Error, Result, TimedFallback};

/// The properties of a producer, checked.
#[derive(Debug, Clone)]
pub struct ProducerConfig {
    /// Where and who.
    pub client: ClientConfig,
    /// The group, without its namespace.
    pub group: String,
    /// What one send may take, its retries included.
    pub send_timeout: Duration,
    /// Most bytes in a body.
    pub max_message_size: usize,
    /// Bodies of more bytes travel compressed.
    pub compress_over: usize,
    /// What they are compressed with.
    pub compression: Algorithm,
    /// The level of zlib.
    pub compress_level: u32,
    /// What becomes of timed messages at brokers without timers.
    pub timed_fallback: TimedFallback,
    /// How sends leave together, if they do.
    pub batch: Option<BatchLimits>,
    /// What the producer holds at most.
    pub buffer: BufferLimits,
    /// Whether sends go to the brokers' ports for sends, two below their usual ones.
    pub vip_channel: bool,
    /// Seconds before a broker asks for a transaction's outcome.
    pub check_immunity: u32,
}

/// What a producer holds at most until brokers have stored it.
#[derive(Debug, Clone, Copy)]
pub struct BufferLimits {
    /// Messages.
    pub count: usize,
    /// Bytes.
    pub bytes: usize,
    /// What a send does while there is no room.
    pub when_full: WhenFull,
}

/// What a send does while there is no room for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// It waits, within its time.
    Wait,
    /// It fails.
    Fail,
    /// It waits, and asynchronous ones do not hold up their caller.
    Queue,
}

/// Messages that leave as one request. More save little, and would go to a single queue.
const MAX_BATCH: usize = 128;

impl TryFrom<&Config> for ProducerConfig {
    type Error = Error;

    fn try_from(config: &Config) -> Result<Self> {
        config.check()?;
        Ok(Self {
            client: ClientConfig::new(config)?,
            group: config
                .text(keys::GROUP_ID)
                .or_else(|| config.text(keys::PRODUCER_ID))
                .unwrap_or_else(|| DEFAULT_PRODUCER_GROUP.to_owned()),
            send_timeout: config.millis(keys::SEND_MSG_TIMEOUT_MILLIS),
            max_message_size: config.number(keys::MAX_MESSAGE_SIZE),
            compress_over: config.number(keys::COMPRESS_OVER),
            compression: compression(config),
            compress_level: config.number(keys::COMPRESS_LEVEL),
            batch: config.is(keys::AUTO_BATCH, "true").then(|| BatchLimits {
                count: MAX_BATCH,
                bytes: config.number(keys::BATCH_MAX_BYTES),
            }),
            buffer: BufferLimits {
                count: config.number(keys::SEND_BUFFER_MAX_MESSAGES),
                bytes: config.number(keys::SEND_BUFFER_MAX_BYTES),
                when_full: when_full(config),
            },
            vip_channel: config.is(keys::VIP_CHANNEL, "true"),
            timed_fallback: match config.is(keys::TIMED_FALLBACK, "NEAREST") {
                true => TimedFallback::Nearest,
                false => TimedFallback::Exact,
            },
            check_immunity: config.number(keys::CHECK_IMMUNITY_TIME),
        })
    }
}

fn when_full(config: &Config) -> WhenFull {
    match () {
        () if config.is(keys::SEND_BUFFER_FULL, "FAIL") => WhenFull::Fail,
        () if config.is(keys::SEND_BUFFER_FULL, "QUEUE") => WhenFull::Queue,
        () => WhenFull::Wait,
    }
}

fn compression(config: &Config) -> Algorithm {
    match () {
        () if config.is(keys::COMPRESS_TYPE, "LZ4") => Algorithm::Lz4,
        () if config.is(keys::COMPRESS_TYPE, "ZSTD") => Algorithm::Zstd,
        () => Algorithm::Zlib,
    }
}
