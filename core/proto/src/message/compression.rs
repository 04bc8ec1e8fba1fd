//! Compressed bodies.

use std::io::{Read, Write as _};

use bytes::Bytes;
use ruzstd::encoding::CompressionLevel;

use super::sys_flag;
use crate::WireError;

/// Bodies above this many bytes are worth compressing: Java's `compressMsgBodyOverHowmuch`.
pub const DEFAULT_THRESHOLD: usize = 4096;

/// The level of zlib that Java's clients compress with.
pub const DEFAULT_LEVEL: u32 = 5;

/// Bodies that decompress to more are no message's: 16 times what brokers and senders take unless
/// configured. A few bytes can hold gigabytes, and a pull brings 32 of them.
pub const MAX_BODY: usize = 64 << 20;

/// An algorithm that a sender may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// What every client reads, and the only one that the vendor's and those before 4.9.4 do.
    #[default]
    Zlib,
    /// The LZ4 frame format: the fastest.
    Lz4,
    /// Zstandard.
    Zstd,
}

impl Algorithm {
    /// What a sender adds to sysFlag. The vendor writes no type bits for zlib, and every receiver
    /// reads none as zlib.
    #[must_use]
    pub const fn flag(self) -> i32 {
        match self {
            Self::Zlib => sys_flag::COMPRESSED,
            Self::Lz4 => sys_flag::COMPRESSED | sys_flag::compression_bits(1),
            Self::Zstd => sys_flag::COMPRESSED | sys_flag::compression_bits(2),
        }
    }

    /// Compresses a body. The level, 0 to 9, is zlib's.
    ///
    /// # Errors
    /// [`WireError::Compression`].
    pub fn compress(self, body: &[u8], level: u32) -> Result<Bytes, WireError> {
        let mut out = Vec::with_capacity(body.len() / 2);
        match self {
            Self::Zlib => zlib(body, level, &mut out),
            Self::Lz4 => lz4(body, &mut out),
            Self::Zstd => {
                ruzstd::encoding::compress(body, &mut out, CompressionLevel::Fastest);
                Ok(())
            }
        }
        .map_err(|error| fault("compressing", &error))?;
        Ok(out.into())
    }
}

fn zlib(body: &[u8], level: u32, out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut encoder = flate2::write::ZlibEncoder::new(out, flate2::Compression::new(level));
    encoder.write_all(body)?;
    encoder.finish().map(drop)
}

fn lz4(body: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(out);
    encoder.write_all(body)?;
    encoder.finish().map(drop).map_err(std::io::Error::other)
}

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

fn read_all(algorithm: &'static str, decoder: impl Read, max: usize) -> Result<Bytes, WireError> {
    let mut out = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|error| fault(algorithm, &error))?;
    // No body is empty. LZ4's decoder takes a header that is cut short for the end.
    if out.is_empty() {
        return Err(fault(algorithm, &"nothing comes out: it is cut short"));
    }
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

#[cfg(test)]
mod tests {
    use super::{Algorithm, decompress};

    #[test]
    fn what_is_cut_short_is_an_error_wherever_that_is() {
        for algorithm in [Algorithm::Zlib, Algorithm::Lz4, Algorithm::Zstd] {
            for level in [0, 5] {
                let small = algorithm.compress(b"a body", level).unwrap();
                for length in 0..small.len() {
                    let read = decompress(algorithm.flag(), &small[..length], 100);
                    // Of LZ4's end nothing is missed.
                    let is_whole = read.as_deref() == Ok(b"a body");
                    assert!(
                        read.is_err() || is_whole,
                        "{algorithm:?} {level} {length}: {read:?}"
                    );
                }
            }
        }
    }
}
