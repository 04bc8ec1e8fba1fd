//! The property strings of messages, changed as brokers change them.

use onsmq_proto::message::properties::{self, name};

use super::delay::is_of_a_timer;
use crate::settings::{CLUSTER, REGION};

/// What brokers add to every message, beside its region.
const TRACE_ON: &str = "true";

/// A property of the pop protocol that a client has no business to set.
const POP_CHECKPOINT: &str = "POP_CK";

/// The property string without the named entries, and with those that have a value at its end.
pub(super) fn edit(raw: &str, changes: &[(&str, Option<&str>)]) -> String {
    edit_seeing(raw, changes, |_| {})
}

/// The same, with a look at each name that was there.
fn edit_seeing(raw: &str, changes: &[(&str, Option<&str>)], mut see: impl FnMut(&str)) -> String {
    let added = changes
        .iter()
        .map(|(name, value)| name.len() + value.map_or(0, str::len) + 2);
    let mut edited = String::with_capacity(raw.len() + 1 + added.sum::<usize>());
    for (name, value) in properties::entries(raw) {
        see(name);
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

/// A sent message's properties.
pub(super) struct Received {
    /// As a broker stores them.
    pub(super) properties: String,
    /// Whether there is anything among them by which it may have to wait, for a time or for an
    /// outcome: most messages have none of it.
    pub(super) may_wait: bool,
}

/// The properties of a message that was sent.
pub(super) fn received(raw: &str, unique_id: impl FnOnce() -> String) -> Received {
    let (mut has_id, mut may_wait) = (false, false);
    let mut properties = edit_seeing(raw, &OF_ALL, |it| {
        has_id |= it == name::UNIQ_KEY;
        may_wait |= it == name::DELAY || it == name::TRANSACTION_PREPARED || is_of_a_timer(it);
    });
    if !has_id {
        properties::push(&mut properties, name::UNIQ_KEY, &unique_id());
    }
    Received {
        properties,
        may_wait,
    }
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
