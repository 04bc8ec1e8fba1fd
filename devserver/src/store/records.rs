//! The messages of one queue, in memory.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use onsmq_proto::WireError;
use onsmq_proto::message::{StoredMessage, StoredMessages, StoredRecord};

use super::segments::{Place, Segments};
use super::{Ask, Boundary, NewMessage, Read, Status, tag_code_among};

/// More than any record takes beside its body, topic and properties.
const OVERHEAD: usize = 128;

/// The records of a queue and where each of them is.
#[derive(Debug, Default)]
pub(super) struct Records {
    segments: Segments,
    /// By queue offset.
    index: Vec<Entry>,
    last_store_time: i64,
}

/// What is known of a message without looking at its record: 12 bytes, since there may be a
/// million.
#[derive(Debug, Clone, Copy)]
struct Entry {
    place: Place,
    tag: i32,
}

/// What all messages of a queue have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Common<'a> {
    pub(super) topic: &'a str,
    pub(super) queue_id: i32,
    pub(super) store_host: std::net::SocketAddr,
}

/// Neighbouring records.
#[derive(Debug)]
struct Run {
    segment: u32,
    range: Range<usize>,
}

impl Records {
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// One past the last message.
    pub(super) fn max_offset(&self) -> i64 {
        offset_of(self.index.len())
    }

    /// The tags of the messages from `first` on.
    pub(super) fn tags_from(&self, first: usize) -> impl Iterator<Item = i32> + '_ {
        self.index.iter().skip(first).map(|entry| entry.tag)
    }

    /// Times do not fall within a queue, so that it can be searched by them.
    pub(super) fn store_time(&mut self, now: i64) -> i64 {
        self.last_store_time = self.last_store_time.max(now);
        self.last_store_time
    }

    /// Appends a message and gives its address in the log. `reserve` takes a range of addresses
    /// for the segment of this number and size.
    ///
    /// # Errors
    /// [`WireError::TooLong`]; then it is not stored.
    pub(super) fn append(
        &mut self,
        common: Common<'_>,
        store_timestamp: i64,
        message: &NewMessage<'_>,
        reserve: impl FnOnce(u32, usize) -> i64,
    ) -> Result<i64, WireError> {
        let length = OVERHEAD + message.body.len() + common.topic.len() + message.properties.len();
        if let Some(capacity) = self.segments.needed(length) {
            let base = reserve(self.segments.next_number(), capacity);
            self.segments.open(base, capacity);
        }
        let queue_offset = self.max_offset();
        let too_long = || WireError::TooLong {
            what: "queue",
            length,
        };
        let (place, commit_log_offset, buf) = self.segments.end().ok_or_else(too_long)?;
        StoredRecord {
            queue_id: common.queue_id,
            flag: message.flag,
            queue_offset,
            commit_log_offset,
            sys_flag: message.sys_flag,
            born_timestamp: message.born_timestamp,
            born_host: message.born_host,
            store_timestamp,
            store_host: common.store_host,
            reconsume_times: message.reconsume_times,
            prepared_transaction_offset: message.prepared_transaction_offset,
            body: message.body,
            topic: common.topic,
            properties: message.properties,
        }
        .encode(buf)?;
        let tag = message.tag;
        self.index.push(Entry { place, tag });
        Ok(commit_log_offset)
    }

    /// Takes back the messages from `first` on.
    pub(super) fn take_back(&mut self, first: usize) {
        if let Some(entry) = self.index.get(first) {
            self.segments.truncate(entry.place);
            self.index.truncate(first);
        }
    }

    /// Appends a message as it was stored before, and gives its place; `None` where it does not
    /// follow the last one.
    pub(super) fn restore(&mut self, message: &StoredMessage) -> Option<Place> {
        if message.queue_offset() != self.max_offset() {
            return None;
        }
        let address = message.commit_log_offset();
        let place = self.segments.restore(address, message.record())?;
        let tag = tag_code_among(message.raw_properties());
        self.index.push(Entry { place, tag });
        self.last_store_time = self.last_store_time.max(message.store_timestamp());
        Some(place)
    }

    /// All that was stored before is here again.
    pub(super) fn restored(&mut self) {
        self.segments.seal();
    }

    /// The record with this offset.
    pub(super) fn record(&self, at: usize) -> Option<&[u8]> {
        let run = self.run(at)?;
        self.segments.get(run.segment).get(run.range)
    }

    /// The message with this offset.
    pub(super) fn message(&self, at: usize) -> Option<StoredMessage> {
        let run = self.run(at)?;
        decode(self.segments.slice(run.segment, run.range))
    }

    /// The message that begins at a place of the memory.
    pub(super) fn message_at(&self, segment: u32, start: usize) -> Option<StoredMessage> {
        let rest = self.segments.get(segment).get(start..)?;
        let length = u32::from_be_bytes(*rest.first_chunk::<4>()?) as usize;
        if length > rest.len() {
            return None;
        }
        decode(self.segments.slice(segment, start..start + length))
    }

    /// The offset that a time names.
    pub(super) fn offset_by_time(&self, time: i64, boundary: Boundary) -> i64 {
        let (mut low, mut high) = (0, self.index.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let stored = self
                .message(middle)
                .map_or(i64::MAX, |message| message.store_timestamp());
            let is_before = match boundary {
                Boundary::Lower => stored < time,
                Boundary::Upper => stored <= time,
            };
            if is_before {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        match boundary {
            Boundary::Lower => offset_of(low),
            Boundary::Upper => offset_of(low.saturating_sub(1)),
        }
    }

    /// What a pull gets: Java's `DefaultMessageStore.getMessage`.
    pub(super) fn read(&self, ask: &Ask<'_>) -> Read {
        let max_offset = self.max_offset();
        let nothing = |status, next_offset| Read {
            status,
            next_offset,
            min_offset: 0,
            max_offset,
            count: 0,
            records: Bytes::new(),
        };
        match usize::try_from(ask.offset) {
            _ if max_offset == 0 => nothing(Status::NoMessageInQueue, 0),
            Err(_) => nothing(Status::OffsetTooSmall, 0),
            Ok(from) if from == self.len() => nothing(Status::OffsetOverflowOne, max_offset),
            Ok(from) if from > self.len() => nothing(Status::OffsetOverflowBadly, max_offset),
            Ok(from) => {
                let (runs, count, next) = self.matching_runs(from, ask);
                let mut read = nothing(Status::NoMatchedMessage, offset_of(next));
                read.count = count;
                if !runs.is_empty() {
                    read.status = Status::Found;
                    read.records = self.join(&runs);
                }
                read
            }
        }
    }

    /// The records that are wanted, neighbours as one, how many they are, and the offset after
    /// the last one that was looked at.
    fn matching_runs(&self, from: usize, ask: &Ask<'_>) -> (Vec<Run>, usize, usize) {
        let mut runs: Vec<Run> = Vec::new();
        let (mut count, mut bytes) = (0, 0);
        let mut next = from;
        let until = self.len().min(from.saturating_add(ask.scan_limit()));
        while next < until {
            let Some(record) = self.run(next) else {
                break;
            };
            let message = || self.message(next);
            if ask.filter.accepts(self.index[next].tag, message) {
                let length = record.range.len();
                let is_full = count + 1 > ask.max_messages || bytes + length > ask.max_bytes;
                // The first one is given however large it is, or the queue would be stuck.
                if count > 0 && is_full {
                    break;
                }
                count += 1;
                bytes += length;
                match runs.last_mut() {
                    Some(run) if run.is_followed_by(&record) => run.range.end = record.range.end,
                    _ => runs.push(record),
                }
            }
            next += 1;
        }
        (runs, count, next)
    }

    /// Where a record is.
    fn run(&self, at: usize) -> Option<Run> {
        let place = self.index.get(at)?.place;
        let end = match self.index.get(at + 1) {
            Some(next) if next.place.segment == place.segment => next.place.start as usize,
            _ => self.segments.get(place.segment).len(),
        };
        Some(Run {
            segment: place.segment,
            range: place.start as usize..end,
        })
    }

    /// One run is lent if it can be; several are copied, once.
    fn join(&self, runs: &[Run]) -> Bytes {
        if let [run] = runs {
            return self.segments.slice(run.segment, run.range.clone());
        }
        let length = runs.iter().map(|run| run.range.len()).sum();
        let mut joined = BytesMut::with_capacity(length);
        for run in runs {
            let bytes = self.segments.get(run.segment);
            joined.extend_from_slice(bytes.get(run.range.clone()).unwrap_or_default());
        }
        joined.freeze()
    }
}

impl Run {
    fn is_followed_by(&self, next: &Self) -> bool {
        self.segment == next.segment && self.range.end == next.range.start
    }
}

fn decode(record: Bytes) -> Option<StoredMessage> {
    StoredMessages::new(record).next()?.ok()
}

pub(super) fn offset_of(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}
