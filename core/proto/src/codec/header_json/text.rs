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

/// Whether there is any such byte: without a stop at the first one, so that many are looked at at
/// a time.
pub(super) fn has_special(text: &[u8]) -> bool {
    let any = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(false, |any, &byte| any | is_special(byte))
    };
    let Some(last) = text.last_chunk::<32>() else {
        return any(text);
    };
    // The last ones overlap those before, so that none is left over.
    let (chunks, _) = text.as_chunks::<32>();
    chunks.iter().any(|chunk| any(chunk)) || any(last)
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
    fn it_is_told_whether_any_byte_is_special_wherever_it_is() {
        for length in 0..100 {
            let mut text = vec![b'x'; length];
            assert!(!has_special(&text));
            for at in 0..length {
                for byte in ["\"", "\\", "\u{1}", "~"].map(|it| it.as_bytes()[0]) {
                    text[at] = byte;
                    assert_eq!(has_special(&text), is_special(byte), "{byte:#x} at {at}");
                }
                text[at] = b'x';
            }
        }
    }
}
