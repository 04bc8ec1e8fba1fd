//! Java's `String`: the hash that tag filters and sharding keys use, and the order of members.

/// `String.hashCode` of Java: over UTF-16 code units, wrapping.
#[must_use]
pub fn java_string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(i32::from(unit))
    })
}

/// The index of the queue that the vendor's `OrderProducer` takes for a sharding key among
/// `queues` queues: the hash's absolute value modulo their number, and 0 for the one hash that
/// has no absolute value (`wire.md`, section 7).
///
/// `None` where there are no queues.
#[must_use]
pub fn sharding_index(sharding_key: &str, queues: usize) -> Option<usize> {
    let hash = java_string_hash(sharding_key).checked_abs().unwrap_or(0);
    (hash.unsigned_abs() as usize).checked_rem(queues)
}

/// `String.compareTo` of Java: by UTF-16 code units, which differs from the order of bytes where
/// a character outside the first plane meets one from its end.
#[must_use]
pub fn java_string_cmp(left: &str, right: &str) -> std::cmp::Ordering {
    left.encode_utf16().cmp(right.encode_utf16())
}
