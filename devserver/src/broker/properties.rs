//! The property strings of messages, changed as brokers change them.

use std::sync::LazyLock;

use onsmq_proto::message::properties::{self, name};

use super::delay::is_of_a_timer;
use crate::settings::{CLUSTER, REGION};
use crate::store::tag_code;

/// What brokers add to every message, beside its region.
const TRACE_ON: &str = "true";

/// A property of the pop protocol that a client has no business to set.
const POP_CHECKPOINT: &str = "POP_CK";

/// The property string without the named entries, and with those that have a value at its end.
pub(super) fn edit(raw: &str, changes: &[Change<'_>]) -> String {
    edit_seeing(raw, changes, &added(changes), |_, _| {})
}

/// A name, and its new value if it is to have one.
type Change<'a> = (&'a str, Option<&'a str>);

/// What changes put at the end.
fn added(changes: &[Change<'_>]) -> String {
    let mut added = String::new();
    for (name, value) in changes {
        if let Some(value) = value {
            properties::push(&mut added, name, value);
        }
    }
    added
}

/// The property string without the entries that are changed, and with `added` at its end. Each name
/// and value that was there is looked at.
fn edit_seeing<'a>(
    raw: &'a str,
    changes: &[Change<'_>],
    added: &str,
    mut see: impl FnMut(&'a str, &'a str),
) -> String {
    let mut edited = String::with_capacity(raw.len() + 1 + added.len());
    for (name, value) in properties::entries(raw) {
        see(name, value);
        if changes.iter().all(|(changed, _)| *changed != name) {
            properties::push(&mut edited, name, value);
        }
    }
    edited.push_str(added);
    edited
}

/// What a broker adds to every message, or has no client set.
const OF_ALL: [Change<'_>; 4] = [
    (name::MSG_REGION, Some(REGION)),
    (name::TRACE_ON, Some(TRACE_ON)),
    (name::CLUSTER, Some(CLUSTER)),
    (POP_CHECKPOINT, None),
];

/// What that puts at the end of each message's.
static ADDED_TO_ALL: LazyLock<String> = LazyLock::new(|| added(&OF_ALL));

/// A sent message's properties, and what was seen of them on the way.
pub(super) struct Received<'a> {
    /// As a broker stores them.
    pub(super) properties: String,
    /// The sender's id of the message, if it gave one.
    pub(super) unique_id: Option<&'a str>,
    /// The hash of the tag.
    pub(super) tag: i32,
    /// Whether there is anything among them by which it may have to wait, for a time or for an
    /// outcome: most messages have none of it.
    pub(super) may_wait: bool,
}

/// The properties of a message that was sent.
pub(super) fn received(raw: &str, new_id: impl FnOnce() -> String) -> Received<'_> {
    let (mut unique_id, mut tag, mut may_wait) = (None, None, false);
    let see = |name, value| match name {
        name::UNIQ_KEY => unique_id = Some(value),
        name::TAGS => tag = Some(value),
        name::DELAY | name::TRANSACTION_PREPARED => may_wait = true,
        other => may_wait |= is_of_a_timer(other),
    };
    let mut properties = edit_seeing(raw, &OF_ALL, &ADDED_TO_ALL, see);
    if unique_id.is_none() {
        properties::push(&mut properties, name::UNIQ_KEY, &new_id());
    }
    Received {
        properties,
        unique_id,
        tag: tag_code(tag),
        may_wait,
    }
}

/// What a batch adds to the properties of each of its messages: its own, and the broker's.
///
/// Its UNIQ_KEY comes after the message's, and so it is the one that counts: this is what
/// 5.3.3 does.
pub(super) fn of_batch(raw: &str) -> String {
    edit_seeing(raw, &OF_ALL, &ADDED_TO_ALL, |_, _| {})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_received(raw: &str, unique_id: impl FnOnce() -> String) -> String {
        received(raw, unique_id).properties
    }

    #[test]
    fn whatever_may_have_a_message_wait_is_seen() {
        for name in [
            name::DELAY,
            name::TRANSACTION_PREPARED,
            name::TIMER_DELIVER_MS,
            "TIMER_DELAY_MS",
            "TIMER_DELAY_SEC",
            "TIMER_OUT_MS",
        ] {
            let raw = format!("UNIQ_KEY\u{1}mine\u{2}{name}\u{1}1\u{2}");
            assert!(received(&raw, String::new).may_wait, "{name}");
        }
        assert!(!received("UNIQ_KEY\u{1}mine\u{2}KEYS\u{1}TIMER_\u{2}", String::new).may_wait);
    }

    #[test]
    fn entries_without_a_value_are_dropped_and_the_last_separator_is_not_needed() {
        let stored = of_received("KEYS\u{1}\u{2}a\u{1}b", || "ID".to_owned());
        let entries: Vec<_> = properties::entries(&stored).collect();
        assert_eq!(
            entries,
            [
                ("a", "b"),
                ("MSG_REGION", "DefaultRegion"),
                ("TRACE_ON", "true"),
                ("CLUSTER", "DefaultCluster"),
                ("UNIQ_KEY", "ID"),
            ]
        );
    }

    #[test]
    fn what_a_resent_message_brings_of_the_brokers_is_replaced() {
        let stored = of_received("CLUSTER\u{1}other\u{2}UNIQ_KEY\u{1}mine\u{2}", || {
            "ID".to_owned()
        });
        assert_eq!(stored.matches("CLUSTER").count(), 1);
        assert_eq!(properties::get(&stored, "CLUSTER"), Some("DefaultCluster"));
        assert_eq!(properties::get(&stored, "UNIQ_KEY"), Some("mine"));
    }
}
