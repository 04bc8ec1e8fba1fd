//! The bits of a message's sysFlag.

/// The body is compressed.
pub const COMPRESSED: i32 = 1;
/// A half message.
pub const TRANSACTION_PREPARED: i32 = 4;
/// A committed message.
pub const TRANSACTION_COMMIT: i32 = 8;
/// A rolled-back message: both bits.
pub const TRANSACTION_ROLLBACK: i32 = 12;
/// The born host is an IPv6 address.
pub const BORN_HOST_V6: i32 = 16;
/// The store host is an IPv6 address.
pub const STORE_HOST_V6: i32 = 32;
/// Where the compression type begins.
const COMPRESSION_SHIFT: i32 = 8;
const COMPRESSION_MASK: i32 = 0x7;

/// The three bits that say how a body is compressed: 0 or 3 zlib, 1 LZ4, 2 zstd.
#[must_use]
pub const fn compression_type(sys_flag: i32) -> i32 {
    (sys_flag >> COMPRESSION_SHIFT) & COMPRESSION_MASK
}

/// The bits of a compression type.
#[must_use]
pub(super) const fn compression_bits(compression_type: i32) -> i32 {
    compression_type << COMPRESSION_SHIFT
}

/// What is said of compression, and nothing else.
#[must_use]
pub const fn compression(sys_flag: i32) -> i32 {
    sys_flag & (COMPRESSED | COMPRESSION_MASK << COMPRESSION_SHIFT)
}

/// The same flag without what is said of compression, as it is for a decompressed body.
#[must_use]
pub const fn without_compression(sys_flag: i32) -> i32 {
    sys_flag & !(COMPRESSED | COMPRESSION_MASK << COMPRESSION_SHIFT)
}
