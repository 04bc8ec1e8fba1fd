//! Names of topics and groups: what they may hold, and what the protocol makes of them.

/// The topic whose route stands in for topics that brokers may create on the first message.
pub const DEFAULT_TOPIC: &str = "TBW102";
/// The group of producers that were given none (vendor's SDK).
pub const DEFAULT_PRODUCER_GROUP: &str = "__ONS_PRODUCER_DEFAULT_GROUP";
/// The group that Java's client sends retries of ordered messages with.
pub const INNER_PRODUCER_GROUP: &str = "CLIENT_INNER_PRODUCER";

const RETRY_PREFIX: &str = "%RETRY%";
const DLQ_PREFIX: &str = "%DLQ%";

/// The longest name of a topic or group, in characters.
pub const MAX_NAME: usize = 255;

/// Whether `name` is a topic or group: 1 to 255 characters of `a-z A-Z 0-9 - _`.
#[must_use]
pub fn is_valid(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Whether `name` can be subscribed to: a topic, or a group's dead letters.
#[must_use]
pub fn may_be_subscribed(name: &str) -> bool {
    is_valid(name.strip_prefix(DLQ_PREFIX).unwrap_or(name))
}

/// The topic that a group's messages come again through.
#[must_use]
pub fn retry_topic(group: &str) -> String {
    format!("{RETRY_PREFIX}{group}")
}

/// The topic of a group's dead letters.
#[must_use]
pub fn dlq_topic(group: &str) -> String {
    format!("{DLQ_PREFIX}{group}")
}

/// Whether a topic is some group's retry topic.
#[must_use]
pub fn is_retry_topic(topic: &str) -> bool {
    topic.starts_with(RETRY_PREFIX)
}

/// Splits what the protocol puts before a name from the name: `%RETRY%x` to `("%RETRY%", "x")`.
fn split_prefix(name: &str) -> (&str, &str) {
    for prefix in [RETRY_PREFIX, DLQ_PREFIX] {
        if let Some(rest) = name.strip_prefix(prefix) {
            return (prefix, rest);
        }
    }
    ("", name)
}

/// The name of a topic or group as it travels: with its instance's namespace (`wire.md`,
/// section 10). No namespace, an already wrapped name and the protocol's own topics stay as
/// they are.
#[must_use]
pub fn wrap_namespace(namespace: Option<&str>, name: &str) -> String {
    let (prefix, bare) = split_prefix(name);
    match namespace {
        Some(namespace)
            if !namespace.is_empty()
                && !is_system_topic(bare)
                && strip(namespace, bare).is_none() =>
        {
            format!("{prefix}{namespace}%{bare}")
        }
        _ => name.to_owned(),
    }
}

/// The name that an application sees: without its instance's namespace.
#[must_use]
pub fn unwrap_namespace(namespace: Option<&str>, name: &str) -> String {
    let (prefix, bare) = split_prefix(name);
    match namespace.and_then(|namespace| strip(namespace, bare)) {
        Some(bare) => format!("{prefix}{bare}"),
        None => name.to_owned(),
    }
}

fn strip<'a>(namespace: &str, name: &'a str) -> Option<&'a str> {
    name.strip_prefix(namespace)?.strip_prefix('%')
}

/// The topics that brokers keep for themselves: never in a namespace.
#[must_use]
pub fn is_system_topic(topic: &str) -> bool {
    const SYSTEM: [&str; 8] = [
        DEFAULT_TOPIC,
        "SCHEDULE_TOPIC_XXXX",
        "BenchmarkTest",
        "RMQ_SYS_TRANS_HALF_TOPIC",
        "RMQ_SYS_TRACE_TOPIC",
        "RMQ_SYS_TRANS_OP_HALF_TOPIC",
        "SELF_TEST_TOPIC",
        "OFFSET_MOVED_EVENT",
    ];
    SYSTEM.contains(&topic) || topic.starts_with("rmq_sys_")
}
