//! The ext fields of a command: names to text.

mod raw;
mod select;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use compact_str::CompactString;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

pub use self::select::FieldValue;
use crate::WireError;

/// Fields that there is room for where some are read: as many as a sent message has, so that
/// nothing grows.
const USUAL: usize = 13;
/// What stands in the text behind a field's name, and behind its value.
const BEHIND_NAME: &str = "\":\"";
const BEHIND_VALUE: &str = "\",\"";
const AROUND: usize = BEHIND_NAME.len() + BEHIND_VALUE.len();
/// The quotes among these.
pub(super) const QUOTES: usize = 4;

/// A command's own fields, in the order in which they were added. All values are text on the
/// wire: decimal numbers, `true` and `false` (`wire.md`, section 1).
///
/// All text is in one piece: a command has up to a dozen fields, most of a few bytes.
#[derive(Default)]
pub struct ExtFields {
    /// The fields as they are in a JSON header if nothing of them is escaped there, so that one is
    /// written at once, from behind the first quote to in front of the next: `name":"value","`. Where
    /// they were read, with whatever stood between them.
    text: String,
    fields: Vec<Field>,
}

/// Where a field is in the text.
#[derive(Debug, Clone, Copy)]
struct Field {
    name_start: usize,
    name_end: usize,
    value_start: usize,
    value_end: usize,
}

impl Field {
    const fn at(name: Range<usize>, value: Range<usize>) -> Self {
        Self {
            name_start: name.start,
            name_end: name.end,
            value_start: value.start,
            value_end: value.end,
        }
    }

    const fn name(self) -> Range<usize> {
        self.name_start..self.name_end
    }

    const fn value(self) -> Range<usize> {
        self.value_start..self.value_end
    }
}

impl ExtFields {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            text: String::new(),
            fields: Vec::new(),
        }
    }

    /// No fields, with room for `fields` short ones.
    #[must_use]
    pub fn with_capacity(fields: usize) -> Self {
        Self::with_text_capacity(fields, 16 * fields)
    }

    /// No fields, with room for `fields` of them, whose names and values have `bytes` in all.
    #[must_use]
    pub fn with_text_capacity(fields: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes + AROUND * fields),
            fields: Vec::with_capacity(fields),
        }
    }

    /// Takes all fields away, and keeps their memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.fields.clear();
    }

    /// Bytes of memory that it holds, used or not.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.text.capacity() + self.fields.capacity() * size_of::<Field>()
    }

    /// Adds a field. A name must be added once only.
    pub fn push(&mut self, name: &str, value: impl FieldText) -> &mut Self {
        // Always Some: what appends here never fails.
        let _ = self.push_with(name, |text| {
            value.append_to(text);
            Some(())
        });
        self
    }

    /// Adds a field if there is a value: what is unset is left out on the wire.
    pub fn push_some(&mut self, name: &str, value: Option<impl FieldText>) -> &mut Self {
        if let Some(value) = value {
            self.push(name, value);
        }
        self
    }

    /// Adds a field whose value `append` writes; if it cannot, there are to be no fields at all.
    pub(super) fn push_with(
        &mut self,
        name: &str,
        append: impl FnOnce(&mut String) -> Option<()>,
    ) -> Option<()> {
        let name_start = self.text.len();
        self.text.push_str(name);
        let name_end = self.text.len();
        self.text.push_str(BEHIND_NAME);
        let value_start = self.text.len();
        append(&mut self.text)?;
        let value_end = self.text.len();
        self.text.push_str(BEHIND_VALUE);
        self.fields
            .push(Field::at(name_start..name_end, value_start..value_end));
        Some(())
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let is_it = |field: &&Field| self.is_called(**field, name);
        let field = self.fields.iter().find(is_it)?;
        Some(&self.text[field.value()])
    }

    #[inline]
    fn is_called(&self, field: Field, name: &str) -> bool {
        let (text, name) = (self.text.as_bytes(), name.as_bytes());
        // The first byte tells most names apart, without a call to compare the rest.
        field.name_end - field.name_start == name.len()
            && text.get(field.name_start) == name.first()
            && (name.len() == 1 || &text[field.name()] == name)
    }

    /// The value of a field that must be there.
    ///
    /// # Errors
    /// [`WireError::MissingField`].
    pub fn required(&self, name: &'static str) -> Result<&str, WireError> {
        self.get(name).ok_or(WireError::MissingField(name))
    }

    /// The value of a field as a number or bool, if the field is there and not empty.
    ///
    /// # Errors
    /// [`WireError::BadField`] where it does not parse.
    pub fn parse<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, WireError> {
        parsed(name, self.get(name))
    }

    /// The value of a field that must be there, as a number or bool.
    ///
    /// # Errors
    /// [`WireError::MissingField`], [`WireError::BadField`].
    pub fn parse_required<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, WireError> {
        self.parse(name)?.ok_or(WireError::MissingField(name))
    }

    /// All fields, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|field| (&self.text[field.name()], &self.text[field.value()]))
    }

    /// All of them in one piece, behind the first quote: as JSON, if its only special bytes are the
    /// [`QUOTES`] of each. Then the last ones lead to a field that is not there.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

#[inline]
fn parsed<T: std::str::FromStr>(
    name: &'static str,
    value: Option<&str>,
) -> Result<Option<T>, WireError> {
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    match value.parse() {
        Ok(parsed) => Ok(Some(parsed)),
        Err(_) => Err(bad_field(name, value)),
    }
}

#[cold]
fn bad_field(name: &'static str, value: &str) -> WireError {
    WireError::BadField {
        name,
        value: value.to_owned(),
    }
}

impl Clone for ExtFields {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            fields: self.fields.clone(),
        }
    }

    fn clone_from(&mut self, other: &Self) {
        self.text.clone_from(&other.text);
        self.fields.clone_from(&other.fields);
    }
}

impl PartialEq for ExtFields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for ExtFields {}

impl fmt::Debug for ExtFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<'de> Deserialize<'de> for ExtFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = ExtFields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ExtFields, A::Error> {
                let mut fields = ExtFields::new();
                // Java writes null for an unset value: the same as no field.
                while let Some((name, value)) = map.next_entry::<String, Option<String>>()? {
                    fields.push_some(&name, value);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// What the value of a field can be: text, a number, `true` or `false`.
pub trait FieldText {
    /// Writes it as it is on the wire.
    fn append_to(&self, text: &mut String);
}

impl<T: FieldText + ?Sized> FieldText for &T {
    fn append_to(&self, text: &mut String) {
        (**self).append_to(text);
    }
}

impl FieldText for str {
    fn append_to(&self, text: &mut String) {
        text.push_str(self);
    }
}

impl FieldText for bool {
    fn append_to(&self, text: &mut String) {
        text.push_str(if *self { "true" } else { "false" });
    }
}

macro_rules! field_text {
    (text: $($text:ty),*; numbers: $($number:ty),*) => {
        $(impl FieldText for $text {
            fn append_to(&self, text: &mut String) {
                text.push_str(self);
            }
        })*
        $(impl FieldText for $number {
            fn append_to(&self, text: &mut String) {
                text.push_str(itoa::Buffer::new().format(*self));
            }
        })*
    };
}

field_text!(text: String, CompactString, Cow<'_, str>; numbers: i16, i32, i64, u32, u64, u128, usize);
