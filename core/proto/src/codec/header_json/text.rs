//! Text within a JSON header: where it has to be escaped, or ends.

/// The first byte from `from` on that does not stand for itself in a JSON string: a quote, a
/// backslash, or a control character, which the properties of a message are separated by.
///
/// It looks at eight bytes at a time: most of a header is plain text.
pub(super) fn find_special(text: &[u8], mut from: usize) -> Option<usize> {
    while let Some(chunk) = text.get(from..).and_then(<[u8]>::first_chunk::<8>) {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return Some(from + (special.trailing_zeros() / 8) as usize);
        }
        from += 8;
    }
    let rest = text.get(from..)?;
    let at = rest.iter().position(|&byte| is_special(byte))?;
    Some(from + at)
}

/// How many such bytes there are: without a stop at each, so that many are looked at at a time.
pub(super) fn count_special(text: &[u8]) -> usize {
    const CHUNK: usize = 32;
    let count = |chunk: &[u8; CHUNK]| chunk.iter().map(|&it| u8::from(is_special(it))).sum::<u8>();
    let (chunks, rest) = text.as_chunks::<CHUNK>();
    let mut last = [b' '; CHUNK];
    last[..rest.len()].copy_from_slice(rest);
    let counts = chunks.iter().chain([&last]).map(count);
    counts.map(usize::from).sum()
}

const fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// The highest bit of each special byte, up to the first: a borrow may set it in those behind one.
const fn special_bytes(chunk: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    let quote = chunk ^ (ONES * b'"' as u64);
    let backslash = chunk ^ (ONES * b'\\' as u64);
    let below_space = chunk.wrapping_sub(ONES * b' ' as u64);
    let found = below_space | quote.wrapping_sub(ONES) | backslash.wrapping_sub(ONES);
    // What is not ASCII stands for itself.
    found & !chunk & HIGHEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_what_a_look_at_each_byte_finds() {
        for special in 0..=u8::MAX {
            for at in 0..20 {
                let mut text = *b"0123456789 !~#[]^_|{";
                text[at] = special;
                for from in 0..=at {
                    let expected = is_special(special).then_some(at);
                    assert_eq!(find_special(&text, from), expected, "{special:#x} at {at}");
                }
                assert_eq!(find_special(&text, at + 1), None);
            }
        }
    }

    #[test]
    fn special_bytes_are_counted_wherever_they_are() {
        let special = |at: usize| b"\"\\\x01"[at % 3];
        for length in 0..100 {
            let mut text = vec![b'x'; length];
            assert_eq!(count_special(&text), 0);
            for at in 0..length {
                text[at] = b'~';
                assert_eq!(count_special(&text), at);
                text[at] = special(at);
                assert_eq!(count_special(&text), at + 1);
            }
        }
    }
}
