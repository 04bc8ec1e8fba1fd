//! Frames: what the length field bounds (`wire.md`, section 1).

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::WireError;

/// The largest frame that servers of both versions take.
pub const DEFAULT_MAX_FRAME: usize = 16 * 1024 * 1024;

/// How a header is written. An answer may come in another one than its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Serialization {
    /// A JSON object.
    #[default]
    Json = 0,
    /// Java calls it ROCKETMQ: fields of fixed order, length and text.
    Binary = 1,
}

/// One frame off the wire. Header and body are slices of the read buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// How `header` is written.
    pub serialization: Serialization,
    /// The header's bytes.
    pub header: Bytes,
    /// The body's bytes.
    pub body: Bytes,
}

impl Frame {
    /// Takes the first frame out of `buf`, if all of it is there.
    ///
    /// Nothing is reserved or read on the word of a length field before it was checked against
    /// `max`, so that a peer that speaks something else costs no memory.
    ///
    /// # Errors
    /// [`WireError::FrameLength`], [`WireError::HeaderLength`], [`WireError::Serialization`]. The
    /// stream cannot be read on after any of them.
    pub fn decode(buf: &mut BytesMut, max: usize) -> Result<Option<Self>, WireError> {
        let Some(parts) = Parts::of_first(buf, max)? else {
            return Ok(None);
        };
        let mut frame = buf.split_to(8 + parts.header + parts.body).freeze();
        frame.advance(8);
        let header = frame.split_to(parts.header);
        Ok(Some(Self {
            serialization: parts.serialization,
            header,
            body: frame,
        }))
    }

    /// The first frame in `buf` without its body, where its header is there: for a frame that is
    /// too large to be taken, to tell what it is.
    #[must_use]
    pub fn peek(buf: &[u8]) -> Option<Self> {
        let (serialization, length) = header_mark(buf).ok()??;
        let header = buf[8..].get(..length)?;
        Some(Self {
            serialization,
            header: Bytes::copy_from_slice(header),
            body: Bytes::new(),
        })
    }

    /// Writes the eight bytes before the header, then what `header` writes, and fills in the
    /// lengths. `body_len` bytes of body are for the caller to write behind it.
    pub(super) fn encode_head(
        serialization: Serialization,
        body_len: usize,
        buf: &mut BytesMut,
        header: impl FnOnce(&mut BytesMut) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        let start = buf.len();
        buf.put_bytes(0, 8);
        let written = header(buf).and_then(|()| {
            let header = buf.len() - start - 8;
            let length = u32::try_from(4 + header + body_len).ok();
            match (length, header <= 0x00FF_FFFF) {
                (Some(length), true) => Ok((length, header)),
                _ => Err(WireError::TooLong {
                    what: "frame",
                    length: header + body_len,
                }),
            }
        });
        let (length, header) = written.inspect_err(|_| buf.truncate(start))?;
        buf[start..start + 4].copy_from_slice(&length.to_be_bytes());
        #[allow(
            clippy::cast_possible_truncation,
            reason = "three bytes, checked above"
        )]
        buf[start + 4..start + 8].copy_from_slice(&[
            serialization as u8,
            (header >> 16) as u8,
            (header >> 8) as u8,
            header as u8,
        ]);
        Ok(())
    }
}

/// How long the parts of a frame are that is there: behind eight bytes that say so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub(super) serialization: Serialization,
    pub(super) header: usize,
    pub(super) body: usize,
}

impl Parts {
    /// Those of the first frame in `buf`, if all of it is there; else there is room for it, once
    /// its length is known.
    ///
    /// # Errors
    /// As for [`Frame::decode`].
    pub(super) fn of_first(buf: &mut BytesMut, max: usize) -> Result<Option<Self>, WireError> {
        let Some(length) = buf.first_chunk::<4>().map(|raw| u32::from_be_bytes(*raw)) else {
            return Ok(None);
        };
        let total = length as usize;
        if total < 4 || total > max {
            return Err(WireError::FrameLength { length, max });
        }
        // The mark of the header is checked before the rest is waited for: a peer that speaks
        // HTTP or TLS is noticed at its eighth byte.
        let Some((serialization, header)) = header_mark(buf)? else {
            return Ok(None);
        };
        if header > total - 4 {
            return Err(WireError::HeaderLength {
                header,
                frame: total - 4,
            });
        }
        if buf.len() < 4 + total {
            buf.reserve(4 + total - buf.len());
            return Ok(None);
        }
        Ok(Some(Self {
            serialization,
            header,
            body: total - 4 - header,
        }))
    }
}

/// How the first frame's header is written and how long it is said to be, once that is there.
fn header_mark(buf: &[u8]) -> Result<Option<(Serialization, usize)>, WireError> {
    let Some(mark) = buf.get(4..8) else {
        return Ok(None);
    };
    let serialization = match mark[0] {
        0 => Serialization::Json,
        1 => Serialization::Binary,
        other => return Err(WireError::Serialization(other)),
    };
    let length = usize::from(mark[1]) << 16 | usize::from(mark[2]) << 8 | usize::from(mark[3]);
    Ok(Some((serialization, length)))
}
