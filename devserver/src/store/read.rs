//! What a pull asks of a queue, and what it gets.

use bytes::Bytes;

use super::Filter;

/// What a pull asks for.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) offset: i64,
    pub(crate) max_messages: usize,
    pub(crate) max_bytes: usize,
    pub(crate) filter: &'a Filter,
}

impl Ask<'_> {
    /// How many messages are looked at for one answer: Java's `maxFilterMessageSize`, 16000
    /// bytes of its index of 20 bytes a message.
    const SCAN: usize = 800;

    pub(super) fn scan_limit(&self) -> usize {
        self.max_messages.max(Self::SCAN)
    }
}

/// Java's `GetMessageStatus`; its names are the answers' remarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Found,
    NoMatchedMessage,
    NoMessageInQueue,
    OffsetTooSmall,
    OffsetOverflowOne,
    OffsetOverflowBadly,
}

impl Status {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Found => "FOUND",
            Self::NoMatchedMessage => "NO_MATCHED_MESSAGE",
            Self::NoMessageInQueue => "NO_MESSAGE_IN_QUEUE",
            Self::OffsetTooSmall => "OFFSET_TOO_SMALL",
            Self::OffsetOverflowOne => "OFFSET_OVERFLOW_ONE",
            Self::OffsetOverflowBadly => "OFFSET_OVERFLOW_BADLY",
        }
    }
}

/// What a pull gets.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) status: Status,
    /// Where to pull next.
    pub(crate) next_offset: i64,
    pub(crate) min_offset: i64,
    /// One past the last message.
    pub(crate) max_offset: i64,
    /// How many records there are.
    pub(crate) count: usize,
    /// The records, one after another.
    pub(crate) records: Bytes,
}
