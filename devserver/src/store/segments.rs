//! The records of one queue, one after another in pieces of memory.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// A queue's first piece; each one is twice as large as the last, so that many small queues and
/// a large one both cost little more than their messages.
const FIRST_CAPACITY: usize = 16 * 1024;
const MAX_CAPACITY: usize = 512 * 1024;

/// Pieces of memory that hold whole records. Only the last is written to; the others are frozen,
/// so that what is read from them is not copied.
#[derive(Debug, Default)]
pub(super) struct Segments {
    sealed: Vec<Segment<Bytes>>,
    open: Option<Segment<BytesMut>>,
}

#[derive(Debug)]
struct Segment<B> {
    /// The address of its first byte in the broker's log.
    base: i64,
    bytes: B,
}

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) segment: u32,
    pub(super) start: u32,
}

impl Segments {
    /// How large a new piece must be before `length` bytes can be written; `None` where there is
    /// room for them.
    pub(super) fn needed(&self, length: usize) -> Option<usize> {
        let capacity = match &self.open {
            Some(open) if open.bytes.capacity() - open.bytes.len() >= length => return None,
            Some(open) => (2 * open.bytes.capacity()).clamp(FIRST_CAPACITY, MAX_CAPACITY),
            None => FIRST_CAPACITY,
        };
        Some(capacity.max(length))
    }

    /// The number that the next piece gets.
    pub(super) fn next_number(&self) -> u32 {
        let count = self.sealed.len() + usize::from(self.open.is_some());
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Begins a piece at an address of the log.
    pub(super) fn open(&mut self, base: i64, capacity: usize) {
        if let Some(full) = self.open.take() {
            self.sealed.push(Segment {
                base: full.base,
                bytes: full.bytes.freeze(),
            });
        }
        self.open = Some(Segment {
            base,
            bytes: BytesMut::with_capacity(capacity),
        });
    }

    /// The end of the open piece: its place, its address and the bytes to write to.
    pub(super) fn end(&mut self) -> Option<(Place, i64, &mut BytesMut)> {
        let segment = u32::try_from(self.sealed.len()).ok()?;
        let open = self.open.as_mut()?;
        let start = u32::try_from(open.bytes.len()).ok()?;
        let address = open.base + i64::from(start);
        Some((Place { segment, start }, address, &mut open.bytes))
    }

    /// Takes back what was written from a place on. The pieces stay.
    pub(super) fn truncate(&mut self, end: Place) {
        let first = end.segment as usize;
        let length_at = |at| if at == first { end.start as usize } else { 0 };
        let open_at = self.sealed.len();
        for (at, sealed) in self.sealed.iter_mut().enumerate().skip(first) {
            sealed.bytes.truncate(length_at(at));
        }
        if let Some(open) = self.open.as_mut().filter(|_| open_at >= first) {
            open.bytes.truncate(length_at(open_at));
        }
    }

    /// Writes a record that has an address already, and gives its place. A piece is begun where it
    /// does not follow the last one.
    pub(super) fn restore(&mut self, address: i64, record: &[u8]) -> Option<Place> {
        let follows = |open: &Segment<BytesMut>| {
            let length = open.bytes.len();
            length < MAX_CAPACITY && i64::try_from(length).is_ok_and(|it| open.base + it == address)
        };
        if !self.open.as_ref().is_some_and(follows) {
            self.seal();
            self.open(address, record.len());
        }
        let (place, _, bytes) = self.end()?;
        bytes.extend_from_slice(record);
        Some(place)
    }

    /// Has the last piece be full, and take no more memory than its records.
    pub(super) fn seal(&mut self) {
        if let Some(open) = self.open.take() {
            self.sealed.push(Segment {
                base: open.base,
                bytes: Bytes::copy_from_slice(&open.bytes),
            });
        }
    }

    /// The bytes of a piece that are written.
    pub(super) fn get(&self, segment: u32) -> &[u8] {
        let at = segment as usize;
        match (self.sealed.get(at), &self.open) {
            (Some(sealed), _) => &sealed.bytes,
            (None, Some(open)) => &open.bytes,
            (None, None) => &[],
        }
    }

    /// A range of a piece: lent where the piece is sealed, copied where it is still written to.
    pub(super) fn slice(&self, segment: u32, range: Range<usize>) -> Bytes {
        match self.sealed.get(segment as usize) {
            Some(sealed) if range.end <= sealed.bytes.len() => sealed.bytes.slice(range),
            _ => Bytes::copy_from_slice(self.get(segment).get(range).unwrap_or_default()),
        }
    }
}
