//! The property strings of messages, changed as brokers change them.

use onsmq_proto::message::properties::{self, name};

use crate::settings::{CLUSTER, REGION};

/// What brokers add to every message, beside its region.
const TRACE_ON: &str = "true";

/// A property of the pop protocol that a client has no business to set.
const POP_CHECKPOINT: &str = "POP_CK";

/// The property string without the named entries, and with those that have a value at its end.
pub(super) fn edit(raw: &str, changes: &[(&str, Option<&str>)]) -> String {
    let added = changes
        .iter()
        .map(|(name, value)| name.len() + value.map_or(0, str::len) + 2);
    let mut edited = String::with_capacity(raw.len() + 1 + added.sum::<usize>());
    for (name, value) in properties::entries(raw) {
        if changes.iter().all(|(changed, _)| *changed != name) {
            properties::push(&mut edited, name, value);
        }
    }
    for (name, value) in changes {
        if let Some(value) = value {
            properties::push(&mut edited, name, value);
        }
    }
    edited
}

/// What a broker adds to every message, or has no client set.
const OF_ALL: [(&str, Option<&str>); 4] = [
    (name::MSG_REGION, Some(REGION)),
    (name::TRACE_ON, Some(TRACE_ON)),
    (name::CLUSTER, Some(CLUSTER)),
    (POP_CHECKPOINT, None),
];

/// The properties of a sent message as a broker stores them.
pub(super) fn received(raw: &str, unique_id: impl FnOnce() -> String) -> String {
    let mut stored = edit(raw, &OF_ALL);
    if properties::get(raw, name::UNIQ_KEY).is_none() {
        properties::push(&mut stored, name::UNIQ_KEY, &unique_id());
    }
    stored
}

/// What a batch adds to the properties of each of its messages: its own, and the broker's.
///
/// Its UNIQ_KEY comes after the message's, and so it is the one that counts: this is what
/// 5.3.3 does.
pub(super) fn of_batch(raw: &str) -> String {
    edit(raw, &OF_ALL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_without_a_value_are_dropped_and_the_last_separator_is_not_needed() {
        let stored = received("KEYS\u{1}\u{2}a\u{1}b", || "ID".to_owned());
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
        let stored = received("CLUSTER\u{1}other\u{2}UNIQ_KEY\u{1}mine\u{2}", || {
            "ID".to_owned()
        });
        assert_eq!(stored.matches("CLUSTER").count(), 1);
        assert_eq!(properties::get(&stored, "CLUSTER"), Some("DefaultCluster"));
        assert_eq!(properties::get(&stored, "UNIQ_KEY"), Some("mine"));
    }
}
