//! Property strings: `name \x01 value \x02`, repeated.

use bytes::{BufMut, BytesMut};
use memchr::{memchr, memrchr};

/// Stands between a name and its value.
pub const NAME_SEPARATOR: char = '\u{1}';
/// Ends an entry.
pub const ENTRY_SEPARATOR: char = '\u{2}';

/// The most bytes of system and user properties together: the format's 32 767 less what brokers
/// add themselves (`wire.md`, section 7).
pub const MAX_BYTES: usize = 32_000;

/// Names that the protocol and the clients keep for themselves.
#[allow(
    missing_docs,
    reason = "the protocol's own names; wire.md, section 7 says what they are for"
)]
pub mod name {
    pub const UNIQ_KEY: &str = "UNIQ_KEY";
    pub const KEYS: &str = "KEYS";
    pub const TAGS: &str = "TAGS";
    pub const WAIT: &str = "WAIT";
    pub const DELAY: &str = "DELAY";
    pub const INSTANCE_ID: &str = "INSTANCE_ID";
    pub const START_DELIVER_TIME: &str = "__STARTDELIVERTIME";
    pub const SHARDING_KEY: &str = "__SHARDINGKEY";
    pub const TIMER_DELIVER_MS: &str = "TIMER_DELIVER_MS";
    pub const RETRY_TOPIC: &str = "RETRY_TOPIC";
    pub const ORIGIN_MESSAGE_ID: &str = "ORIGIN_MESSAGE_ID";
    pub const REAL_TOPIC: &str = "REAL_TOPIC";
    pub const REAL_QUEUE_ID: &str = "REAL_QID";
    pub const RECONSUME_TIME: &str = "RECONSUME_TIME";
    pub const MAX_RECONSUME_TIMES: &str = "MAX_RECONSUME_TIMES";
    pub const TRANSACTION_PREPARED: &str = "TRAN_MSG";
    pub const PRODUCER_GROUP: &str = "PGROUP";
    pub const CHECK_IMMUNITY_TIME: &str = "CheckImmunityTimeInSeconds";
    pub const APACHE_CHECK_IMMUNITY_TIME: &str = "CHECK_IMMUNITY_TIME_IN_SECONDS";
    pub const TRANSACTION_ID: &str = "__transactionId__";
    pub const TRANSACTION_CHECK_TIMES: &str = "TRANSACTION_CHECK_TIMES";
    pub const CLUSTER: &str = "CLUSTER";
    pub const MSG_REGION: &str = "MSG_REGION";
    pub const TRACE_ON: &str = "TRACE_ON";
}

/// Every name that is not the application's: not taken as a user property, and not shown as one.
///
/// Java's `MessageConst.STRING_HASH_SET` of 5.3.3, the names that the vendor's SDK keeps for
/// itself, and what brokers add to stored messages.
const RESERVED: &[&str] = &[
    name::UNIQ_KEY,
    name::KEYS,
    name::TAGS,
    name::WAIT,
    name::DELAY,
    name::INSTANCE_ID,
    name::START_DELIVER_TIME,
    name::SHARDING_KEY,
    name::TIMER_DELIVER_MS,
    name::RETRY_TOPIC,
    name::ORIGIN_MESSAGE_ID,
    name::REAL_TOPIC,
    name::REAL_QUEUE_ID,
    name::RECONSUME_TIME,
    name::MAX_RECONSUME_TIMES,
    name::TRANSACTION_PREPARED,
    name::PRODUCER_GROUP,
    name::CHECK_IMMUNITY_TIME,
    name::TRANSACTION_ID,
    name::TRANSACTION_CHECK_TIMES,
    name::CLUSTER,
    name::MSG_REGION,
    name::TRACE_ON,
    "TIMER_DELAY_MS",
    "TIMER_DELAY_SEC",
    "TIMER_OUT_MS",
    "TIMER_ENQUEUE_MS",
    "TIMER_DEQUEUE_MS",
    "TIMER_ROLL_TIMES",
    "TIMER_DEL_UNIQKEY",
    "TIMER_DELAY_LEVEL",
    "BUYER_ID",
    "TRANSFER_FLAG",
    "CORRECTION_FLAG",
    "MQ2_FLAG",
    "MIN_OFFSET",
    "MAX_OFFSET",
    "CONSUME_START_TIME",
    "EXTEND_UNIQ_INFO",
    "TRAN_PREPARED_QUEUE_OFFSET",
    "CORRELATION_ID",
    "REPLY_TO_CLIENT",
    "TTL",
    "ARRIVE_TIME",
    "MSG_TYPE",
    "PUSH_REPLY_TIME",
    "BORN_HOST",
    name::APACHE_CHECK_IMMUNITY_TIME,
    "DLQ_ORIGIN_TOPIC",
    "DLQ_ORIGIN_MESSAGE_ID",
    "BORN_TIMESTAMP",
    "DUP_INFO",
    "INNER_NUM",
    "INNER_BASE",
    "INNER_MULTI_DISPATCH",
    "INNER_MULTI_QUEUE_OFFSET",
    "1ST_POP_TIME",
    "POP_CK",
    "POP_CK_OFFSET",
    "__FQN_TOPIC",
    "__MESSAGE_DECODED_TIME",
    "__TAG",
    "__KEY",
    "__MSGID",
    "__RECONSUMETIMES",
    "__BORNHOST",
    "__BORNTIMESTAMP",
];

/// Names that begin so are not stored by 5.x.
const TRANSIENT_PREFIX: &str = "__RMQ.TRANSIENT.";

/// Whether a name is the protocol's, not the application's.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || name.starts_with(TRANSIENT_PREFIX)
}

/// The entries of a property string, as Java reads it: entries without a separator, without a
/// name or without a value are dropped. Where a name comes twice, the later one counts.
pub fn entries(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = memchr(ENTRY_SEPARATOR as u8, rest.as_bytes()).unwrap_or(rest.len());
            let entry = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            if let Some((name, value)) = name_and_value(entry) {
                return Some((name, value));
            }
        }
        None
    })
}

fn name_and_value(entry: &str) -> Option<(&str, &str)> {
    let end = memchr(NAME_SEPARATOR as u8, entry.as_bytes())?;
    let (name, value) = (&entry[..end], &entry[end + 1..]);
    (!name.is_empty() && !value.is_empty()).then_some((name, value))
}

/// The value of a property.
#[must_use]
pub fn get<'a>(raw: &'a str, name: &str) -> Option<&'a str> {
    // Separators are characters of their own.
    find(raw.as_bytes(), name).and_then(|value| std::str::from_utf8(value).ok())
}

/// The value of a property, in the bytes of a property string.
#[must_use]
pub fn find<'a>(raw: &'a [u8], name: &str) -> Option<&'a [u8]> {
    if name.is_empty() {
        return None;
    }
    let name = name.as_bytes();
    // Not by `entries`, which looks for the end of each name: this is asked several times a
    // message. From the end on: the last one counts.
    let mut rest = raw;
    while !rest.is_empty() {
        let separator = memrchr(ENTRY_SEPARATOR as u8, rest);
        let entry = &rest[separator.map_or(0, |at| at + 1)..];
        rest = &rest[..separator.unwrap_or(0)];
        // Most names end elsewhere, which a look at one byte tells.
        let is_as_long = entry.get(name.len()) == Some(&(NAME_SEPARATOR as u8));
        let value = match is_as_long && entry.starts_with(name) {
            true => &entry[name.len() + 1..],
            false => &[],
        };
        if !value.is_empty() {
            // What has a separator within is no name.
            return (!name.contains(&(NAME_SEPARATOR as u8))).then_some(value);
        }
    }
    None
}

/// The entries that are the application's own, of each name the one that counts, in their order.
pub fn user_entries(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    entries(raw)
        .filter(|(name, _)| !is_reserved(name))
        .filter(|(name, value)| get(raw, name).is_some_and(|it| std::ptr::eq(it, *value)))
}

/// Appends an entry.
pub fn put(buf: &mut BytesMut, name: &str, value: &str) {
    buf.put_slice(name.as_bytes());
    buf.put_u8(NAME_SEPARATOR as u8);
    buf.put_slice(value.as_bytes());
    buf.put_u8(ENTRY_SEPARATOR as u8);
}

/// Appends an entry to a string.
pub fn push(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push(NAME_SEPARATOR);
    text.push_str(value);
    text.push(ENTRY_SEPARATOR);
}
