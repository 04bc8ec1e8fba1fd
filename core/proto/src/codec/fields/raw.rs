//! Fields that are read.

use super::{ExtFields, Field};
use crate::WireError;

/// Fields as they come off the wire, which are text only once all of them were looked at: one look
/// at a few hundred bytes takes less than two at each field.
#[derive(Debug)]
pub(in crate::codec) struct RawFields {
    text: Vec<u8>,
    fields: Vec<Field>,
}

impl RawFields {
    /// No fields, with room for those of a header that has so many bytes left.
    pub(in crate::codec) fn to_be_read(bytes: usize) -> Self {
        let ExtFields { text, fields } = ExtFields::to_be_read(bytes);
        let text = text.into_bytes();
        Self { text, fields }
    }

    /// Adds a field.
    pub(in crate::codec) fn push(&mut self, name: &[u8], value: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(name);
        let name_end = self.text.len();
        self.text.extend_from_slice(value);
        self.fields.push(Field {
            start,
            name_end,
            end: self.text.len(),
        });
    }

    /// The fields, if each name and each value is text.
    ///
    /// # Errors
    /// [`WireError::Utf8`].
    pub(in crate::codec) fn checked(self) -> Result<ExtFields, WireError> {
        let not_text = || WireError::Utf8 { what: "fields" };
        let text = String::from_utf8(self.text).map_err(|_| not_text())?;
        let is_whole =
            |it: &Field| text.is_char_boundary(it.start) && text.is_char_boundary(it.name_end);
        if !self.fields.iter().all(is_whole) {
            return Err(not_text());
        }
        Ok(ExtFields {
            text,
            fields: self.fields,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&[u8], &[u8])]) -> Result<ExtFields, WireError> {
        let mut raw = RawFields::to_be_read(0);
        for (name, value) in fields {
            raw.push(name, value);
        }
        raw.checked()
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
}
