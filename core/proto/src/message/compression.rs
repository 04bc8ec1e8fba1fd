//! Compressed bodies.

use std::io::{Read, Write as _};

use bytes::Bytes;

use super::sys_flag;
use crate::WireError;

/// Bodies above this many bytes are worth compressing: Java's `compressMsgBodyOverHowmuch`.
pub const DEFAULT_THRESHOLD: usize = 4096;

/// What a sender of zlib adds to sysFlag. The vendor writes no type bits, and every receiver
/// reads none as zlib.
pub const ZLIB_FLAG: i32 = sys_flag::COMPRESSED;

/// Decompresses a body by the algorithm that its sysFlag names, up to `max` bytes.
///
/// # Errors
/// [`WireError::Compression`] where it is no such stream, is cut short, or holds more.
pub fn decompress(sys_flag: i32, body: &[u8], max: usize) -> Result<Bytes, WireError> {
    match sys_flag::compression_type(sys_flag) {
        0 | 3 => read_all("zlib", flate2::read::ZlibDecoder::new(body), max),
        1 => read_all("LZ4", lz4_flex::frame::FrameDecoder::new(body), max),
        2 => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(body)
                .map_err(|error| fault("zstd", &error))?;
            read_all("zstd", decoder, max)
        }
        other => Err(fault(
            "an unknown algorithm",
            &format_args!("type {other} is none of zlib (0, 3), LZ4 (1) and zstd (2)"),
        )),
    }
}

/// Compresses a body as zlib, which every client reads.
#[must_use]
pub fn compress_zlib(body: &[u8], level: u32) -> Bytes {
    let out = Vec::with_capacity(body.len() / 2);
    let mut encoder = flate2::write::ZlibEncoder::new(out, flate2::Compression::new(level));
    encoder
        .write_all(body)
        .and_then(|()| encoder.finish())
        .expect("writing to memory does not fail")
        .into()
}

fn read_all(algorithm: &'static str, decoder: impl Read, max: usize) -> Result<Bytes, WireError> {
    let mut out = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|error| fault(algorithm, &error))?;
    if out.len() > max {
        return Err(fault(
            algorithm,
            &format_args!("more than {max} bytes come out"),
        ));
    }
    Ok(out.into())
}

fn fault(algorithm: &'static str, detail: &dyn std::fmt::Display) -> WireError {
    WireError::Compression {
        algorithm,
        detail: detail.to_string(),
    }
}
