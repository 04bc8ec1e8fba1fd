//! Messages as brokers keep and send them.

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::{compression, id, properties, sys_flag};
use crate::WireError;

const MAGIC_V1: u32 = 0xDAA3_20A7;
/// 5.x: the topic's length takes two bytes.
const MAGIC_V2: u32 = 0xDAA3_20AB;
const SYS_FLAG_AT: usize = 36;
const BORN_HOST_AT: usize = 48;
/// What comes before a record's body, with two IPv6 addresses.
const LONGEST_HEAD: usize = 112;

/// One message of a pull's answer: a slice of the frame that carried it, read where asked.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredMessage {
    record: Bytes,
    body: Range<u32>,
    topic: Range<u32>,
    properties: Range<u32>,
    /// Bytes 4 or 16 of the two host addresses, which shift all that follows.
    born_host_v6: bool,
    store_host_v6: bool,
    /// Set once the body was decompressed.
    decompressed: Option<Bytes>,
}

impl StoredMessage {
    fn decode(record: Bytes) -> Result<Self, WireError> {
        let mut cursor = Cursor {
            record: &record,
            at: SYS_FLAG_AT,
        };
        let magic = u32::from_be_bytes(array(&record, 4));
        if magic != MAGIC_V1 && magic != MAGIC_V2 {
            return Err(WireError::Magic(magic));
        }
        let flags = cursor.take(4, "sysFlag")?;
        let flags = i32::from_be_bytes(array(&record, flags.start as usize));
        let born_host_v6 = flags & sys_flag::BORN_HOST_V6 != 0;
        let store_host_v6 = flags & sys_flag::STORE_HOST_V6 != 0;
        cursor.take(
            8 + address_len(born_host_v6) + 8 + address_len(store_host_v6) + 12,
            "header",
        )?;
        let length = cursor.length::<4>("body")?;
        let body = cursor.take(length, "body")?;
        let length = match magic {
            MAGIC_V1 => cursor.length::<1>("topic")?,
            _ => cursor.length::<2>("topic")?,
        };
        let topic = cursor.take(length, "topic")?;
        let length = cursor.length::<2>("properties")?;
        let properties = cursor.take(length, "properties")?;
        for (range, what) in [(&topic, "topic"), (&properties, "properties")] {
            std::str::from_utf8(&record[slice(range)]).map_err(|_| WireError::Utf8 { what })?;
        }
        Ok(Self {
            record,
            body,
            topic,
            properties,
            born_host_v6,
            store_host_v6,
            decompressed: None,
        })
    }

    fn text(&self, range: &Range<u32>) -> &str {
        // Checked when it was decoded.
        std::str::from_utf8(&self.record[slice(range)]).unwrap_or_default()
    }

    fn store_timestamp_at(&self) -> usize {
        BORN_HOST_AT + address_len(self.born_host_v6)
    }

    fn reconsume_times_at(&self) -> usize {
        self.store_timestamp_at() + 8 + address_len(self.store_host_v6)
    }

    fn i32_at(&self, at: usize) -> i32 {
        i32::from_be_bytes(array(&self.record, at))
    }

    fn i64_at(&self, at: usize) -> i64 {
        i64::from_be_bytes(array(&self.record, at))
    }

    /// Bytes that the broker keeps for the message.
    #[must_use]
    pub fn store_size(&self) -> i32 {
        self.i32_at(0)
    }

    /// CRC32 of the body as it is stored.
    #[must_use]
    pub fn body_crc(&self) -> u32 {
        u32::from_be_bytes(array(&self.record, 8))
    }

    /// The queue that holds the message.
    #[must_use]
    pub fn queue_id(&self) -> i32 {
        self.i32_at(12)
    }

    /// The flag that the sender gave it, no use of the protocol's.
    #[must_use]
    pub fn flag(&self) -> i32 {
        self.i32_at(16)
    }

    /// Its place in the queue.
    #[must_use]
    pub fn queue_offset(&self) -> i64 {
        self.i64_at(20)
    }

    /// Its place in the broker's log.
    #[must_use]
    pub fn commit_log_offset(&self) -> i64 {
        self.i64_at(28)
    }

    /// The sysFlag; without the bits of compression once the body was decompressed.
    #[must_use]
    pub fn sys_flag(&self) -> i32 {
        let flags = self.i32_at(SYS_FLAG_AT);
        match self.decompressed {
            Some(_) => sys_flag::without_compression(flags),
            None => flags,
        }
    }

    /// When it was made, in ms since 1970.
    #[must_use]
    pub fn born_timestamp(&self) -> i64 {
        self.i64_at(40)
    }

    /// Where it was made, as the broker saw it.
    #[must_use]
    pub fn born_host(&self) -> SocketAddr {
        address(&self.record[BORN_HOST_AT..], self.born_host_v6)
    }

    /// When it was stored, in ms since 1970.
    #[must_use]
    pub fn store_timestamp(&self) -> i64 {
        self.i64_at(self.store_timestamp_at())
    }

    /// The broker's own address.
    #[must_use]
    pub fn store_host(&self) -> SocketAddr {
        address(
            &self.record[self.store_timestamp_at() + 8..],
            self.store_host_v6,
        )
    }

    /// How often it was delivered before.
    #[must_use]
    pub fn reconsume_times(&self) -> i32 {
        self.i32_at(self.reconsume_times_at())
    }

    /// Where a committed message's half message is in the log.
    #[must_use]
    pub fn prepared_transaction_offset(&self) -> i64 {
        self.i64_at(self.reconsume_times_at() + 4)
    }

    /// The topic under which it is stored.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.text(&self.topic)
    }

    /// All of its properties, as one string.
    #[must_use]
    pub fn raw_properties(&self) -> &str {
        self.text(&self.properties)
    }

    /// A property, system or user.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        let value = properties::find(&self.record[slice(&self.properties)], name)?;
        // All of them were checked when it was decoded, which would take longer than to find one.
        std::str::from_utf8(value).ok()
    }

    /// The body; compressed unless [`StoredMessage::decompress`] was called.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        match &self.decompressed {
            Some(body) => body,
            None => &self.record[slice(&self.body)],
        }
    }

    /// The body, as a slice of the frame that carried it: not a copy.
    #[must_use]
    pub fn body_bytes(&self) -> Bytes {
        match &self.decompressed {
            Some(body) => body.clone(),
            None => self.record.slice(slice(&self.body)),
        }
    }

    /// Decompresses the body, if it is compressed, up to `max` bytes.
    ///
    /// # Errors
    /// [`WireError::Compression`].
    pub fn decompress(&mut self, max: usize) -> Result<(), WireError> {
        let flags = self.sys_flag();
        if flags & sys_flag::COMPRESSED != 0 {
            self.decompressed = Some(compression::decompress(flags, self.body(), max)?);
        }
        Ok(())
    }

    /// The id that clients show: the sender's unique id, or the offset message id without one.
    #[must_use]
    pub fn message_id(&self) -> String {
        self.property(properties::name::UNIQ_KEY)
            .map_or_else(|| self.offset_message_id(), str::to_owned)
    }

    /// The id that names the message's place in its broker.
    #[must_use]
    pub fn offset_message_id(&self) -> String {
        id::OffsetMessageId {
            host: self.store_host(),
            commit_log_offset: self.commit_log_offset(),
        }
        .to_string()
    }

    /// Bytes of memory that it holds: the record, and the body once it was decompressed.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.record.len() + self.decompressed.as_ref().map_or(0, Bytes::len)
    }

    /// The record as it came.
    #[must_use]
    pub const fn record(&self) -> &Bytes {
        &self.record
    }
}

impl std::fmt::Debug for StoredMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredMessage")
            .field("topic", &self.topic())
            .field("queue_id", &self.queue_id())
            .field("queue_offset", &self.queue_offset())
            .field("body_len", &self.body().len())
            .finish_non_exhaustive()
    }
}

/// The messages of an answer's body, one after another.
///
/// A message that is cut short at the end ends the list. After an error, a fault inside a
/// record, the list goes on at the next one.
#[derive(Debug, Clone)]
pub struct StoredMessages(Bytes);

impl StoredMessages {
    /// Reads from the body of an answer.
    #[must_use]
    pub const fn new(body: Bytes) -> Self {
        Self(body)
    }

    /// How many there are left, were they all as long as the next one.
    #[must_use]
    pub fn about(&self) -> usize {
        let next = self.next_length().unwrap_or(0);
        self.0.len() / next.max(BORN_HOST_AT)
    }

    /// The bytes of the next one; `None` where it is not there as a whole.
    fn next_length(&self) -> Option<usize> {
        let total = i32::from_be_bytes(*self.0.first_chunk::<4>()?);
        let total = usize::try_from(total).ok()?;
        (total <= self.0.len()).then_some(total)
    }
}

impl Iterator for StoredMessages {
    type Item = Result<StoredMessage, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        let total = self.next_length()?;
        if total < BORN_HOST_AT {
            self.0.clear();
            let length = i64::try_from(total).unwrap_or(i64::MAX);
            return Some(Err(WireError::Length {
                what: "record",
                length,
            }));
        }
        Some(StoredMessage::decode(self.0.split_to(total)))
    }
}

/// A record for the wire: what a broker writes.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "the same fields as StoredMessage, which says what they are"
)]
pub struct StoredRecord<'a> {
    pub queue_id: i32,
    pub flag: i32,
    pub queue_offset: i64,
    pub commit_log_offset: i64,
    pub sys_flag: i32,
    pub born_timestamp: i64,
    pub born_host: SocketAddr,
    pub store_timestamp: i64,
    pub store_host: SocketAddr,
    pub reconsume_times: i32,
    pub prepared_transaction_offset: i64,
    pub body: &'a [u8],
    pub topic: &'a str,
    pub properties: &'a str,
}

impl StoredRecord<'_> {
    /// Appends the record. The bits of the hosts' address families are set as the hosts are, and
    /// a topic of more than 127 bytes takes the second form of 5.x.
    ///
    /// # Errors
    /// [`WireError::TooLong`]; then nothing was written.
    pub fn encode(&self, buf: &mut BytesMut) -> Result<(), WireError> {
        let topic = u16::try_from(self.topic.len()).map_err(|_| WireError::TooLong {
            what: "topic",
            length: self.topic.len(),
        })?;
        let properties = i16::try_from(self.properties.len()).map_err(|_| WireError::TooLong {
            what: "properties",
            length: self.properties.len(),
        })?;
        let body = i32::try_from(self.body.len()).map_err(|_| WireError::TooLong {
            what: "body",
            length: self.body.len(),
        })?;
        let v1 = topic <= 127;
        let mut head = [0; LONGEST_HEAD];
        let mut rest = head.as_mut_slice();
        self.put_head(&mut rest, v1, body);
        let head_length = LONGEST_HEAD - rest.len();
        let total = head_length
            + self.body.len()
            + if v1 { 1 } else { 2 }
            + self.topic.len()
            + 2
            + self.properties.len();
        let length = i32::try_from(total).map_err(|_| WireError::TooLong {
            what: "record",
            length: total,
        })?;
        head[..4].copy_from_slice(&length.to_be_bytes());
        buf.reserve(total);
        buf.put_slice(&head[..head_length]);
        buf.put_slice(self.body);
        match v1 {
            #[allow(clippy::cast_possible_truncation, reason = "at most 127")]
            true => buf.put_u8(topic as u8),
            false => buf.put_u16(topic),
        }
        buf.put_slice(self.topic.as_bytes());
        buf.put_i16(properties);
        buf.put_slice(self.properties.as_bytes());
        Ok(())
    }

    /// What comes before the body, the record's own length left out.
    fn put_head(&self, rest: &mut &mut [u8], v1: bool, body: i32) {
        rest.put_u32(0);
        rest.put_u32(if v1 { MAGIC_V1 } else { MAGIC_V2 });
        rest.put_u32(crc32fast::hash(self.body));
        rest.put_i32(self.queue_id);
        rest.put_i32(self.flag);
        rest.put_i64(self.queue_offset);
        rest.put_i64(self.commit_log_offset);
        let v6 = |host: SocketAddr, bit| if host.is_ipv6() { bit } else { 0 };
        rest.put_i32(
            self.sys_flag & !(sys_flag::BORN_HOST_V6 | sys_flag::STORE_HOST_V6)
                | v6(self.born_host, sys_flag::BORN_HOST_V6)
                | v6(self.store_host, sys_flag::STORE_HOST_V6),
        );
        rest.put_i64(self.born_timestamp);
        put_address(rest, self.born_host);
        rest.put_i64(self.store_timestamp);
        put_address(rest, self.store_host);
        rest.put_i32(self.reconsume_times);
        rest.put_i64(self.prepared_transaction_offset);
        rest.put_i32(body);
    }
}

struct Cursor<'a> {
    record: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn take(&mut self, length: usize, what: &'static str) -> Result<Range<u32>, WireError> {
        let end = self
            .at
            .checked_add(length)
            .filter(|end| *end <= self.record.len());
        let end = end.ok_or(WireError::Truncated { what })?;
        // A frame's length is 32 bits, so every place in it is too.
        #[allow(clippy::cast_possible_truncation, reason = "see above")]
        let range = self.at as u32..end as u32;
        self.at = end;
        Ok(range)
    }

    /// Reads a length of `N` bytes. Java's are signed, except the one of a byte.
    fn length<const N: usize>(&mut self, what: &'static str) -> Result<usize, WireError> {
        let range = self.take(N, what)?;
        let raw = &self.record[slice(&range)];
        let length = raw
            .iter()
            .fold(0i64, |length, byte| length << 8 | i64::from(*byte));
        let bits = 8 * N;
        let signed = if N == 1 {
            length
        } else {
            (length << (64 - bits)) >> (64 - bits)
        };
        usize::try_from(signed).map_err(|_| WireError::Length {
            what,
            length: signed,
        })
    }
}

const fn slice(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// Bytes that the decoder has seen to be there.
fn array<const N: usize>(record: &[u8], at: usize) -> [u8; N] {
    record
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .copied()
        .unwrap_or([0; N])
}

const fn address_len(v6: bool) -> usize {
    if v6 { 20 } else { 8 }
}

fn address(mut raw: &[u8], v6: bool) -> SocketAddr {
    let ip: IpAddr = if v6 {
        array::<16>(raw, 0).into()
    } else {
        array::<4>(raw, 0).into()
    };
    raw.advance(address_len(v6) - 4);
    #[allow(
        clippy::cast_possible_truncation,
        reason = "Java writes a port as an int"
    )]
    let port = u32::from_be_bytes(array(raw, 0)) as u16;
    SocketAddr::new(ip, port)
}

fn put_address(buf: &mut &mut [u8], address: SocketAddr) {
    match address.ip() {
        IpAddr::V4(ip) => buf.put_slice(&ip.octets()),
        IpAddr::V6(ip) => buf.put_slice(&ip.octets()),
    }
    buf.put_u32(u32::from(address.port()));
}
