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
    if batch.is_empty() {
        return Ok(None);
    }
    let short = |_| WireError::Truncated { what: "batch" };
    batch.try_get_i32().map_err(short)?;
    batch.try_get_u32().map_err(short)?;
    batch.try_get_u32().map_err(short)?;
    let flag = batch.try_get_i32().map_err(short)?;
    let body_len = batch.try_get_u32().map_err(short)? as usize;
    let body = split(batch, body_len)?;
    let properties_len = usize::from(batch.try_get_u16().map_err(short)?);
    let properties = split(batch, properties_len)?;
    let properties = std::str::from_utf8(&properties)
        .map_err(|_| WireError::Utf8 { what: "properties" })?
        .to_owned();
    Ok(Some(Entry {
        flag,
        body,
        properties,
    }))
}

fn split(batch: &mut Bytes, length: usize) -> Result<Bytes, WireError> {
    if length > batch.len() {
        return Err(WireError::Truncated { what: "batch" });
    }
    Ok(batch.split_to(length))
}
