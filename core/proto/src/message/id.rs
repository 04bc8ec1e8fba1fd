//! Message ids (`wire.md`, section 12).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};

use compact_str::CompactString;

use crate::WireError;
use crate::codec::FieldText;

/// Makes a process's unique message ids, in the form of Java's `MessageClientIDSetter`: 32 digits
/// out of address, process, a number of this process's own, time and a counter.
#[derive(Debug)]
pub struct UniqueIds {
    prefix: [u8; 10],
    counter: AtomicU16,
}

impl UniqueIds {
    /// `seed` tells processes apart that have the same address and process id, as containers
    /// do; Java takes its class loader's hash.
    #[must_use]
    pub fn new(address: Ipv4Addr, process_id: u32, seed: u32) -> Self {
        let mut prefix = [0; 10];
        prefix[..4].copy_from_slice(&address.octets());
        prefix[4..6].copy_from_slice(&process_id.to_be_bytes()[2..]);
        prefix[6..].copy_from_slice(&seed.to_be_bytes());
        Self {
            prefix,
            counter: AtomicU16::new(0),
        }
    }

    /// The next id. `ms_since_month` is the time since the first of this month, 00:00 local.
    ///
    /// Ids of one millisecond differ by a counter of 16 bits, as in Java.
    #[must_use]
    pub fn next(&self, ms_since_month: u32) -> UniqueId {
        let counter = self.counter.fetch_add(1, Ordering::Relaxed);
        let mut raw = [0; 16];
        raw[..10].copy_from_slice(&self.prefix);
        raw[10..14].copy_from_slice(&ms_since_month.to_be_bytes());
        raw[14..].copy_from_slice(&counter.to_be_bytes());
        UniqueId(hex(&raw))
    }
}

/// A message's unique id: 32 upper-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UniqueId([u8; 32]);

impl UniqueId {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::ops::Deref for UniqueId {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<T: AsRef<str>> PartialEq<T> for UniqueId {
    fn eq(&self, other: &T) -> bool {
        self.as_str() == other.as_ref()
    }
}

impl PartialEq<UniqueId> for String {
    fn eq(&self, other: &UniqueId) -> bool {
        self == other.as_str()
    }
}

impl From<UniqueId> for String {
    fn from(id: UniqueId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn hex(raw: &[u8; 16]) -> [u8; 32] {
    // Computed, not looked up: this is done to all bytes at once.
    let digit = |value: u8| value + if value < 10 { b'0' } else { b'A' - 10 };
    let mut out = [0; 32];
    for (at, byte) in raw.iter().enumerate() {
        out[2 * at] = digit(byte >> 4);
        out[2 * at + 1] = digit(byte & 15);
    }
    out
}

/// A message's place: the broker's own address and the offset in its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OffsetMessageId {
    /// The broker's own address, not the one that was connected to.
    pub host: SocketAddr,
    /// The place in the broker's log.
    pub commit_log_offset: i64,
}

impl OffsetMessageId {
    /// Appends it to a text: brokers tell one of each message.
    pub fn append_to(&self, text: &mut String) {
        // Writing to a string does not fail.
        let _ = self.write_to(text);
    }

    fn write_to(&self, text: &mut impl fmt::Write) -> fmt::Result {
        match self.host.ip() {
            IpAddr::V4(ip) => {
                let mut raw = [0; 16];
                raw[..4].copy_from_slice(&ip.octets());
                raw[4..8].copy_from_slice(&u32::from(self.host.port()).to_be_bytes());
                raw[8..].copy_from_slice(&self.commit_log_offset.to_be_bytes());
                text.write_str(std::str::from_utf8(&hex(&raw)).unwrap_or_default())
            }
            IpAddr::V6(ip) => write!(
                text,
                "{:032X}{:08X}{:016X}",
                u128::from(ip),
                self.host.port(),
                self.commit_log_offset
            ),
        }
    }
}

impl FieldText for OffsetMessageId {
    fn append_to(&self, text: &mut String) {
        self.append_to(text);
    }
}

impl fmt::Display for OffsetMessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl std::str::FromStr for OffsetMessageId {
    type Err = WireError;

    fn from_str(text: &str) -> Result<Self, WireError> {
        let fault = || WireError::MessageId(text.to_owned());
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(fault());
        }
        let number = |range| u128::from_str_radix(&text[range], 16).map_err(|_| fault());
        #[allow(
            clippy::cast_possible_truncation,
            reason = "as many digits as the type takes"
        )]
        let (ip, rest): (IpAddr, usize) = match text.len() {
            32 => (Ipv4Addr::from(number(0..8)? as u32).into(), 8),
            56 => (std::net::Ipv6Addr::from(number(0..32)?).into(), 32),
            _ => return Err(fault()),
        };
        let port = u16::try_from(number(rest..rest + 8)?).map_err(|_| fault())?;
        #[allow(clippy::cast_possible_truncation, reason = "16 digits")]
        let commit_log_offset = number(rest + 8..rest + 24)? as u64;
        Ok(Self {
            host: SocketAddr::new(ip, port),
            commit_log_offset: commit_log_offset.cast_signed(),
        })
    }
}

/// The ids of a batch's answer, or the one of a single message's.
pub fn split_batch_ids(ids: &str) -> impl Iterator<Item = CompactString> + '_ {
    ids.split(',')
        .filter(|id| !id.is_empty())
        .map(CompactString::new)
}
