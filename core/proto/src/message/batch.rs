//! The body of SEND_BATCH_MESSAGE: Java's `MessageDecoder.encodeMessages`.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::WireError;

/// Bytes of an entry beside its body and properties.
pub const ENTRY_OVERHEAD: usize = 22;

/// Appends one message.
///
/// # Errors
/// [`WireError::TooLong`]; then nothing was written.
pub fn put(buf: &mut BytesMut, flag: i32, body: &[u8], properties: &str) -> Result<(), WireError> {
    let length = i16::try_from(properties.len()).map_err(|_| WireError::TooLong {
        what: "properties",
        length: properties.len(),
    })?;
    let total = ENTRY_OVERHEAD + body.len() + properties.len();
    let total = i32::try_from(total).map_err(|_| WireError::TooLong {
        what: "body",
        length: body.len(),
    })?;
    let mut head = [0; 20];
    head[..4].copy_from_slice(&total.to_be_bytes());
    // Then a magic number and a CRC of the body, of which the broker makes its own.
    head[12..16].copy_from_slice(&flag.to_be_bytes());
    let body_len = u32::try_from(body.len()).unwrap_or_default();
    head[16..].copy_from_slice(&body_len.to_be_bytes());
    buf.reserve(ENTRY_OVERHEAD + body.len() + properties.len());
    buf.put_slice(&head);
    buf.put_slice(body);
    buf.put_i16(length);
    buf.put_slice(properties.as_bytes());
    Ok(())
}

/// One message of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The sender's own flag.
    pub flag: i32,
    /// The body, a slice of the batch.
    pub body: Bytes,
    /// The property string.
    pub properties: String,
}

/// Takes the first message off a batch; `None` at its end.
///
/// # Errors
/// [`WireError::Truncated`], [`WireError::Utf8`].
pub fn take(batch: &mut Bytes) -> Result<Option<Entry>, WireError> {
    let mut rest = Entries::new(batch);
    let Some(entry) = rest.next().transpose()? else {
        return Ok(None);
    };
    let taken = Entry {
        flag: entry.flag,
        body: batch.slice_ref(entry.body),
        properties: entry.properties.to_owned(),
    };
    batch.advance(batch.len() - rest.0.len());
    Ok(Some(taken))
}

/// One message of a batch, in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRef<'a> {
    /// The sender's own flag.
    pub flag: i32,
    /// The body.
    pub body: &'a [u8],
    /// The property string.
    pub properties: &'a str,
}

/// The messages of a batch, in place. After an error there is nothing more.
///
/// # Errors
/// [`WireError::Truncated`], [`WireError::Utf8`].
#[derive(Debug, Clone)]
pub struct Entries<'a>(&'a [u8]);

impl<'a> Entries<'a> {
    /// Reads the body of a SEND_BATCH_MESSAGE.
    #[must_use]
    pub const fn new(batch: &'a [u8]) -> Self {
        Self(batch)
    }

    fn entry(&mut self) -> Option<Result<EntryRef<'a>, WireError>> {
        let (head, rest) = self.0.split_first_chunk::<20>()?;
        let number = |at: usize| head[at..].first_chunk().copied().unwrap_or_default();
        let (body, rest) = rest.split_at_checked(u32::from_be_bytes(number(16)) as usize)?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (properties, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        self.0 = rest;
        let Ok(properties) = std::str::from_utf8(properties) else {
            return Some(Err(WireError::Utf8 { what: "properties" }));
        };
        Some(Ok(EntryRef {
            // Behind the length, a magic number and a CRC that nobody reads.
            flag: i32::from_be_bytes(number(12)),
            body,
            properties,
        }))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<EntryRef<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let entry = self
            .entry()
            .unwrap_or(Err(WireError::Truncated { what: "batch" }));
        if entry.is_err() {
            self.0 = &[];
        }
        Some(entry)
    }
}
