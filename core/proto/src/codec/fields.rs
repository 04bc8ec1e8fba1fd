//! The ext fields of a command: names to text.

use std::fmt;

use compact_str::{CompactString, ToCompactString};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::WireError;

/// A name or value of an ext field. Up to 24 bytes, which all numbers are, need no allocation.
pub type FieldValue = CompactString;

/// A command's own fields, in the order in which they were added. All values are text on the
/// wire: decimal numbers, `true` and `false` (`wire.md`, section 1).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ExtFields(Vec<(CompactString, FieldValue)>);

impl ExtFields {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// No fields, with room for `capacity`.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Adds a field. A name must be added once only.
    pub fn push(&mut self, name: &str, value: impl ToCompactString) -> &mut Self {
        self.0
            .push((CompactString::new(name), value.to_compact_string()));
        self
    }

    /// Adds a field if there is a value: what is unset is left out on the wire.
    pub fn push_some(&mut self, name: &str, value: Option<impl ToCompactString>) -> &mut Self {
        if let Some(value) = value {
            self.push(name, value);
        }
        self
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
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
        match self.get(name) {
            None | Some("") => Ok(None),
            Some(value) => value.parse().map(Some).map_err(|_| WireError::BadField {
                name,
                value: value.to_owned(),
            }),
        }
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
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for ExtFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for ExtFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
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
                while let Some((name, value)) =
                    map.next_entry::<CompactString, Option<FieldValue>>()?
                {
                    if let Some(value) = value {
                        fields.0.push((name, value));
                    }
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}
