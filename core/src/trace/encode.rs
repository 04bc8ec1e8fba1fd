//! Records as Java's `TraceDataEncoder` writes them: fields, U+0001 between them, U+0002 behind
//! each record.

use std::fmt::{Display, Write as _};

use super::destination::Destination;
use crate::TransactionStatus;

const FIELD: char = '\u{1}';
const RECORD: char = '\u{2}';
/// Java appends null as a word, and its decoder needs it: it drops empty fields at the end.
const NONE: &str = "null";

/// `MessageType` of Java, by its place: later ones than these are unknown to decoders of 4.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageType {
    Normal = 0,
    Half = 1,
    Commit = 2,
    Delayed = 3,
}

/// What all records of a message say.
pub(super) struct Subject<'a> {
    /// As the application names them.
    pub(super) group: &'a str,
    pub(super) topic: &'a str,
    pub(super) message_id: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) keys: Option<&'a str>,
}

/// A message was stored.
pub(super) struct Pub<'a> {
    /// When it was sent, in ms since 1970.
    pub(super) time: i64,
    pub(super) store_host: &'a str,
    pub(super) body_length: usize,
    pub(super) cost_ms: u128,
    pub(super) message_type: MessageType,
    pub(super) offset_message_id: &'a str,
    pub(super) success: bool,
}

impl Pub<'_> {
    pub(super) fn encode(&self, to: &Destination, subject: &Subject<'_>) -> String {
        Fields::new("Pub")
            .put(self.time)
            .put(&to.region)
            .put(subject.group)
            .put(subject.topic)
            .put(subject.message_id)
            .put(subject.tag.unwrap_or(NONE))
            .put(subject.keys.unwrap_or(NONE))
            .put(self.store_host)
            .put(self.body_length)
            .put(self.cost_ms)
            .put(self.message_type as u8)
            .put(self.offset_message_id)
            .put(self.success)
            .end()
    }
}

/// A message is handed to a listener.
pub(super) struct SubBefore<'a> {
    /// In ms since 1970.
    pub(super) time: i64,
    /// The same as in its `SubAfter`.
    pub(super) request_id: &'a str,
    pub(super) retry_times: i32,
}

impl SubBefore<'_> {
    pub(super) fn encode(&self, to: &Destination, subject: &Subject<'_>) -> String {
        Fields::new("SubBefore")
            .put(self.time)
            .put(&to.region)
            .put(subject.group)
            .put(self.request_id)
            .put(subject.message_id)
            .put(self.retry_times)
            .put(subject.keys.unwrap_or(NONE))
            .end()
    }
}

/// A listener has said what becomes of a message.
pub(super) struct SubAfter<'a> {
    /// When it was handed over.
    pub(super) time: i64,
    pub(super) request_id: &'a str,
    pub(super) cost_ms: u128,
    pub(super) success: bool,
}

impl SubAfter<'_> {
    pub(super) fn encode(&self, to: &Destination, subject: &Subject<'_>) -> String {
        // Java's `ConsumeReturnType`: SUCCESS and FAILED.
        let code = if self.success { 0 } else { 4 };
        let fields = Fields::new("SubAfter")
            .put(self.request_id)
            .put(subject.message_id)
            .put(self.cost_ms)
            .put(self.success)
            .put(subject.keys.unwrap_or(NONE))
            .put(code);
        match to.is_vendors {
            true => fields.put("").end(),
            false => fields.put(self.time).put(subject.group).end(),
        }
    }
}

/// A broker was told the outcome of a half message.
pub(super) struct EndTransaction<'a> {
    /// In ms since 1970.
    pub(super) time: i64,
    pub(super) store_host: &'a str,
    pub(super) transaction_id: Option<&'a str>,
    pub(super) status: TransactionStatus,
    /// The broker had asked for it.
    pub(super) from_check: bool,
}

impl EndTransaction<'_> {
    pub(super) fn encode(&self, to: &Destination, subject: &Subject<'_>) -> String {
        let state = match self.status {
            TransactionStatus::CommitTransaction => "COMMIT_MESSAGE",
            TransactionStatus::RollbackTransaction => "ROLLBACK_MESSAGE",
            TransactionStatus::Unknow => "UNKNOW",
        };
        Fields::new("EndTransaction")
            .put(self.time)
            .put(&to.region)
            .put(subject.group)
            .put(subject.topic)
            .put(subject.message_id)
            .put(subject.tag.unwrap_or(NONE))
            .put(subject.keys.unwrap_or(NONE))
            .put(self.store_host)
            .put(MessageType::Commit as u8)
            .put(self.transaction_id.unwrap_or(NONE))
            .put(state)
            .put(self.from_check)
            .end()
    }
}

struct Fields(String);

impl Fields {
    fn new(kind: &str) -> Self {
        let mut text = String::with_capacity(256);
        text.push_str(kind);
        Self(text)
    }

    fn put(mut self, field: impl Display) -> Self {
        self.0.push(FIELD);
        // Writing to a string does not fail.
        let _ = write!(self.0, "{field}");
        self
    }

    fn end(mut self) -> String {
        self.0.push(RECORD);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject<'static> = Subject {
        group: "GID_a",
        topic: "t",
        message_id: "7F0001",
        tag: None,
        keys: Some("k1 k2"),
    };

    fn apaches() -> Destination {
        Destination {
            topic: "RMQ_SYS_TRACE_TOPIC".into(),
            region: "DefaultRegion".into(),
            is_vendors: false,
        }
    }

    #[test]
    fn a_send_has_java_s_fields() {
        let record = Pub {
            time: 17,
            store_host: "127.0.0.1:10911",
            body_length: 5,
            cost_ms: 3,
            message_type: MessageType::Half,
            offset_message_id: "7F00",
            success: true,
        };
        assert_eq!(
            record.encode(&apaches(), &SUBJECT).replace(FIELD, "|"),
            "Pub|17|DefaultRegion|GID_a|t|7F0001|null|k1 k2|127.0.0.1:10911|5|3|1|7F00|true\u{2}"
        );
    }

    #[test]
    fn the_end_of_a_delivery_is_shorter_for_the_vendor() {
        let record = SubAfter {
            time: 17,
            request_id: "AB",
            cost_ms: 3,
            success: false,
        };
        let encode = |to: &Destination| record.encode(to, &SUBJECT).replace(FIELD, "|");
        let common = "SubAfter|AB|7F0001|3|false|k1 k2|4|";
        assert_eq!(encode(&apaches()), format!("{common}17|GID_a\u{2}"));
        let vendors = Destination {
            is_vendors: true,
            ..apaches()
        };
        assert_eq!(encode(&vendors), format!("{common}\u{2}"));
    }
}
