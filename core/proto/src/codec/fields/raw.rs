//! Fields that are read.

use std::ops::Range;

use super::{BEHIND_VALUE, ExtFields, Field, USUAL};
use crate::WireError;

impl ExtFields {
    /// The fields of a binary header: of each the length of its name and the name, then the length
    /// of its value and the value.
    ///
    /// All is copied and looked at in one piece, which takes much less than two pieces of each
    /// field. What is a length then says nothing more, and is no text: zeros take its place, which
    /// are, and over which no character can be spread.
    ///
    /// What `spare` holds goes; they take its memory.
    ///
    /// # Errors
    /// [`WireError::Truncated`], [`WireError::Utf8`].
    pub(in crate::codec) fn read(raw: &[u8], mut spare: Self) -> Result<Self, WireError> {
        spare.clear();
        let Self { text, mut fields } = spare;
        let mut text = text.into_bytes();
        text.extend_from_slice(raw);
        fields.reserve(USUAL);
        let mut end = 0;
        while end < text.len() {
            let length_of_name = |raw| i16::from_be_bytes(raw).into();
            let name = piece(&mut text, end, length_of_name, "name of a field")?;
            // Java reads a value of no length as null.
            let value = piece(&mut text, name.end, i32::from_be_bytes, "value of a field")?;
            end = value.end;
            fields.push(Field::at(name, value));
        }
        let text = String::from_utf8(text).map_err(|_| WireError::Utf8 { what: "fields" })?;
        Ok(Self { text, fields })
    }

    /// No fields, with room for those of a header.
    pub(in crate::codec) fn to_be_read() -> Self {
        Self {
            text: String::new(),
            fields: Vec::with_capacity(USUAL),
        }
    }

    /// Adds a field that stands in a text, which is [set](Self::set_text) when all are added.
    pub(in crate::codec) fn mark(&mut self, name: Range<usize>, value: Range<usize>) {
        self.fields.push(Field::at(name, value));
    }

    /// The text that the fields stand in: of JSON, from behind the first quote to behind the last
    /// value.
    pub(in crate::codec) fn set_text(&mut self, text: &str) {
        self.text.clear();
        self.text.reserve(text.len() + BEHIND_VALUE.len());
        self.text.push_str(text);
        self.text.push_str(BEHIND_VALUE);
    }
}

/// Where the piece is whose length is at a place of the text; the length is wiped out.
#[inline]
fn piece<const N: usize>(
    text: &mut [u8],
    at: usize,
    length: impl FnOnce([u8; N]) -> i32,
    what: &'static str,
) -> Result<Range<usize>, WireError> {
    let there = text.len();
    let raw = text.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<N>);
    let Some(raw) = raw else {
        return Err(WireError::Truncated { what });
    };
    let length = length(std::mem::replace(raw, [0; N]));
    let start = at + N;
    match usize::try_from(length) {
        Ok(length) if length <= there - start => Ok(start..start + length),
        _ => Err(WireError::Truncated { what }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&[u8], &[u8])]) -> Result<ExtFields, WireError> {
        let mut raw = Vec::new();
        for (name, value) in fields {
            raw.extend_from_slice(&u16::try_from(name.len()).expect("short").to_be_bytes());
            raw.extend_from_slice(name);
            raw.extend_from_slice(&u32::try_from(value.len()).expect("short").to_be_bytes());
            raw.extend_from_slice(value);
        }
        ExtFields::read(&raw, ExtFields::new())
    }

    #[test]
    fn a_character_that_is_spread_over_two_fields_is_no_text() {
        let whole = read(&[("é".as_bytes(), "ü".as_bytes()), (b"b", b"")]).expect("text");
        assert_eq!(whole.iter().collect::<Vec<_>>(), [("é", "ü"), ("b", "")]);
        let [first, second] = *"é".as_bytes() else {
            panic!("it has two bytes");
        };
        for spread in [
            [(&[first][..], &[second][..]), (b"b", b"c")],
            [(b"a", &[first]), (&[second], b"c")],
            [(b"a", b"b"), (b"c", &[first])],
        ] {
            assert_eq!(read(&spread), Err(WireError::Utf8 { what: "fields" }));
        }
    }

    #[test]
    fn lengths_of_all_sizes_are_no_part_of_what_is_read() {
        for length in [0, 1, 0x7F, 0x80, 0xC3, 0xFF, 0x100, 0x7FFF] {
            let name = "n".repeat(length.max(1));
            let value = "v".repeat(3 * length);
            let read = read(&[(name.as_bytes(), value.as_bytes()), (b"b", b"c")]).expect("text");
            let mut added = ExtFields::new();
            added.push(&name, &value).push("b", "c");
            assert_eq!(read, added);
            assert_eq!(read.get(&name), Some(value.as_str()));
            assert_eq!(read.get("b"), Some("c"));
        }
    }

    #[test]
    fn what_is_cut_short_or_of_a_negative_length_is_no_field() {
        let whole = [0, 1, b'a', 0, 0, 0, 2, b'b', b'c'];
        assert_eq!(
            ExtFields::read(&whole, ExtFields::new())
                .expect("whole")
                .get("a"),
            Some("bc")
        );
        for length in 1..whole.len() {
            let what = if length < 3 {
                "name of a field"
            } else {
                "value of a field"
            };
            let cut = ExtFields::read(&whole[..length], ExtFields::new());
            assert_eq!(cut, Err(WireError::Truncated { what }), "{length}");
        }
        for (at, what) in [(0, "name of a field"), (3, "value of a field")] {
            let mut negative = whole;
            negative[at] = 0xFF;
            let read = ExtFields::read(&negative, ExtFields::new());
            assert_eq!(read, Err(WireError::Truncated { what }));
        }
    }
}
