//! Looking up many fields of one command.

use std::array;
use std::str::FromStr;

use super::{ExtFields, Field, parsed};
use crate::WireError;

/// A field that was asked for: what it says, if it is there.
#[derive(Debug, Clone, Copy)]
pub struct FieldValue<'a> {
    name: &'static str,
    value: Option<&'a str>,
}

impl ExtFields {
    /// The fields of these names, wherever they are. All are looked at once, so that one that is
    /// not there costs no search: this is quickest where they are in the order of the names.
    #[must_use]
    pub fn select<const N: usize>(&self, names: &[&'static str; N]) -> [FieldValue<'_>; N] {
        let mut values = [None; N];
        let mut next = 0;
        for field in &self.fields {
            let is_next = next < N && self.is_called(*field, names[next]);
            if !is_next {
                match self.place(*field, names, next) {
                    Some(at) => next = at,
                    None => continue,
                }
            }
            // As `get` does: the first of two counts.
            if values[next].is_none() {
                values[next] = Some(&self.text[field.value()]);
            }
            next += 1;
        }
        array::from_fn(|at| FieldValue {
            name: names[at],
            value: values[at],
        })
    }

    /// Where a field's name is among these; the ones from `next` on are the likely ones.
    fn place(&self, field: Field, names: &[&str], next: usize) -> Option<usize> {
        let is_it = |at: &usize| self.is_called(field, names[*at]);
        (next..names.len()).chain(0..next).find(is_it)
    }
}

impl<'a> FieldValue<'a> {
    /// What it says.
    #[must_use]
    pub const fn get(self) -> Option<&'a str> {
        self.value
    }

    /// What it says; it must be there.
    ///
    /// # Errors
    /// [`WireError::MissingField`].
    pub fn required(self) -> Result<&'a str, WireError> {
        self.value.ok_or(WireError::MissingField(self.name))
    }

    /// What it says as a number or bool, if it is there and not empty.
    ///
    /// # Errors
    /// [`WireError::BadField`] where it does not parse.
    #[inline]
    pub fn parse<T: FromStr>(self) -> Result<Option<T>, WireError> {
        parsed(self.name, self.value)
    }

    /// What it says as a number or bool; it must be there.
    ///
    /// # Errors
    /// [`WireError::MissingField`], [`WireError::BadField`].
    #[inline]
    pub fn parse_required<T: FromStr>(self) -> Result<T, WireError> {
        self.parse()?.ok_or(WireError::MissingField(self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_in_any_order_and_what_is_not_there_is_not() {
        let mut fields = ExtFields::new();
        fields
            .push("a", 1)
            .push("other", 2)
            .push("b", "two")
            .push("c", "");
        for names in [
            ["a", "b", "c", "d"],
            ["d", "c", "b", "a"],
            ["b", "d", "a", "c"],
        ] {
            for (name, field) in names.into_iter().zip(fields.select(&names)) {
                assert_eq!(field.get(), fields.get(name), "{name} of {names:?}");
            }
        }
        let [a, c, d] = fields.select(&["a", "c", "d"]);
        assert_eq!(a.parse_required(), Ok(1));
        assert_eq!(c.parse::<i32>(), Ok(None), "empty is unset");
        assert_eq!(c.required(), Ok(""));
        assert_eq!(d.required(), Err(WireError::MissingField("d")));
    }

    #[test]
    fn the_first_of_two_fields_of_one_name_counts() {
        let mut fields = ExtFields::new();
        fields.push("a", 1).push("b", 2).push("a", 3);
        let [b, a] = fields.select(&["b", "a"]);
        assert_eq!((a.get(), b.get()), (fields.get("a"), Some("2")));
    }
}
