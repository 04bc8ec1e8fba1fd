//! How many messages groups were given, minute by minute: what trends are drawn from.

use std::collections::{BTreeMap, HashMap};

use parking_lot::Mutex;

use crate::clock;

/// So many minutes are kept: a day.
const KEPT: usize = 24 * 60;
/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// The counters, by group and topic.
#[derive(Debug, Default)]
pub(super) struct Throughput(Mutex<HashMap<String, HashMap<String, Minutes>>>);

/// Messages by the minute since 1970 in which they were pulled; minutes without any are not there.
type Minutes = BTreeMap<i64, u64>;

impl Throughput {
    /// A group was given messages of a topic.
    pub(super) fn pulled(&self, group: &str, topic: &str, count: usize) {
        if count == 0 {
            return;
        }
        let mut groups = self.0.lock();
        if !groups.contains_key(group) {
            groups.insert(group.to_owned(), HashMap::new());
        }
        let Some(topics) = groups.get_mut(group) else {
            return;
        };
        if !topics.contains_key(topic) {
            topics.insert(topic.to_owned(), Minutes::new());
        }
        if let Some(minutes) = topics.get_mut(topic) {
            *minutes.entry(clock::now_ms() / MINUTE).or_default() +=
                u64::try_from(count).unwrap_or_default();
            if minutes.len() > KEPT {
                minutes.pop_first();
            }
        }
    }

    /// How many messages of a topic all groups were given from the minute of `begin` on and before
    /// that of `end`.
    pub(super) fn of_topic(&self, topic: &str, begin: i64, end: i64) -> u64 {
        let groups = self.0.lock();
        let of_topic = groups.values().filter_map(|topics| topics.get(topic));
        let (begin, end) = (begin.div_euclid(MINUTE), end.div_euclid(MINUTE));
        let minutes = begin..end.max(begin);
        of_topic
            .flat_map(|it| it.range(minutes.clone()))
            .map(|(_, count)| count)
            .sum()
    }

    /// How many messages a second a group was given in this minute and the one before.
    pub(super) fn per_second(&self, group: &str, topic: &str) -> f64 {
        let now = clock::now_ms();
        let before = now / MINUTE - 1;
        let groups = self.0.lock();
        let minutes = groups.get(group).and_then(|topics| topics.get(topic));
        let counts = minutes.into_iter().flat_map(|it| it.range(before..));
        let count: u64 = counts.map(|(_, count)| count).sum();
        #[allow(clippy::cast_precision_loss, reason = "a rate")]
        let (count, millis) = (count as f64, (now - before * MINUTE) as f64);
        count * 1000.0 / millis
    }

    /// A topic is gone.
    pub(super) fn forget(&self, topic: &str) {
        for topics in self.0.lock().values_mut() {
            topics.remove(topic);
        }
    }
}
