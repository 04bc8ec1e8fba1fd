//! Records that leave together: those of one topic, in one message.

use std::collections::HashSet;
use std::sync::Arc;

/// As Java's: records of one message, at most.
const MAX_RECORDS: usize = 100;
/// Bytes after which a message leaves.
const MAX_BYTES: usize = 128_000;
/// The keys of a message are a property of it, and share 32,000 bytes with the others.
const MAX_KEYS: usize = 16_000;
/// Longer keys of an application are not searched for; the id is.
const MAX_KEYS_OF_RECORD: usize = 8_000;

/// A record, and what it is found by.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) topic: Arc<str>,
    pub(super) text: String,
    pub(super) message_id: String,
    /// The application's keys, between blanks.
    pub(super) keys: Option<String>,
}

/// Records of one topic.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) text: String,
    keys: HashSet<String>,
    key_bytes: usize,
    records: usize,
}

impl Batch {
    fn add(&mut self, record: Record) {
        self.records += 1;
        self.text.push_str(&record.text);
        self.add_key(record.message_id);
        let keys = record.keys.filter(|keys| keys.len() <= MAX_KEYS_OF_RECORD);
        for key in keys.iter().flat_map(|keys| keys.split_whitespace()) {
            self.add_key(key.to_owned());
        }
    }

    fn add_key(&mut self, key: String) {
        let bytes = key.len() + 1;
        if self.keys.insert(key) {
            self.key_bytes += bytes;
        }
    }

    fn is_full(&self) -> bool {
        self.records >= MAX_RECORDS || self.text.len() >= MAX_BYTES || self.key_bytes >= MAX_KEYS
    }

    /// What the message is found by, between blanks.
    pub(super) fn keys(&self) -> String {
        let keys: Vec<_> = self.keys.iter().map(String::as_str).collect();
        keys.join(" ")
    }
}

/// Records that wait, by topic.
#[derive(Debug, Default)]
pub(super) struct Batches(Vec<(Arc<str>, Batch)>);

impl Batches {
    /// Takes a record. False where it is time to send.
    pub(super) fn add(&mut self, record: Record) -> bool {
        let known = self.0.iter().position(|(topic, _)| *topic == record.topic);
        let index = known.unwrap_or_else(|| {
            self.0.push((Arc::clone(&record.topic), Batch::default()));
            self.0.len() - 1
        });
        let batch = &mut self.0[index].1;
        batch.add(record);
        !batch.is_full()
    }

    pub(super) fn into_messages(self) -> impl Iterator<Item = (Arc<str>, Batch)> {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(topic: &str, id: usize, keys: &str) -> Record {
        Record {
            topic: topic.into(),
            text: "text".to_owned(),
            message_id: format!("{id:032}"),
            keys: Some(keys.to_owned()),
        }
    }

    #[test]
    fn a_batch_is_full_by_records_or_by_keys() {
        let mut batches = Batches::default();
        let few = (0..200).take_while(|id| batches.add(record("t", *id, "same key")));
        assert_eq!(few.count(), MAX_RECORDS - 1);
        let mut batches = Batches::default();
        let few = (0..200).take_while(|id| batches.add(record("t", *id, &format!("{id:04000}"))));
        assert!(few.count() < 5);
    }

    #[test]
    fn records_are_found_by_ids_and_keys_and_topics_stay_apart() {
        let mut batches = Batches::default();
        batches.add(record("a", 1, "one two"));
        batches.add(record("a", 2, "two"));
        batches.add(record("b", 3, &"long".repeat(3000)));
        let messages: Vec<_> = batches.into_messages().collect();
        assert_eq!(messages.len(), 2);
        let mut keys: Vec<_> = messages[0].1.keys().split(' ').map(str::to_owned).collect();
        keys.sort();
        assert_eq!(
            keys,
            [&format!("{:032}", 1), &format!("{:032}", 2), "one", "two"]
        );
        assert_eq!(messages[1].1.keys(), format!("{:032}", 3));
    }
}
