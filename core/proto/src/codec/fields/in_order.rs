//! Looking up many fields of one command.

use super::{ExtFields, parsed};
use crate::WireError;

/// Fields that are asked for one after another.
#[derive(Debug, Clone)]
pub struct InOrder<'a> {
    fields: &'a ExtFields,
    /// Behind the one that was found last.
    next: usize,
}

impl<'a> InOrder<'a> {
    pub(super) const fn of(fields: &'a ExtFields) -> Self {
        Self { fields, next: 0 }
    }

    /// The value of a field, wherever it is.
    pub fn get(&mut self, name: &str) -> Option<&'a str> {
        let (fields, next) = (self.fields, self.next);
        let at = match fields.fields.get(next) {
            Some(field) if fields.is_called(*field, name) => next,
            _ => fields
                .position(name, next..fields.len())
                .or_else(|| fields.position(name, 0..next))?,
        };
        self.next = at + 1;
        Some(fields.value_at(at))
    }

    /// The value of a field that must be there.
    ///
    /// # Errors
    /// [`WireError::MissingField`].
    pub fn required(&mut self, name: &'static str) -> Result<&'a str, WireError> {
        self.get(name).ok_or(WireError::MissingField(name))
    }

    /// The value of a field as a number or bool, if the field is there and not empty.
    ///
    /// # Errors
    /// [`WireError::BadField`] where it does not parse.
    pub fn parse<T: std::str::FromStr>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, WireError> {
        parsed(name, self.get(name))
    }

    /// The value of a field that must be there, as a number or bool.
    ///
    /// # Errors
    /// [`WireError::MissingField`], [`WireError::BadField`].
    pub fn parse_required<T: std::str::FromStr>(
        &mut self,
        name: &'static str,
    ) -> Result<T, WireError> {
        self.parse(name)?.ok_or(WireError::MissingField(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_in_any_order_and_what_is_not_there_is_not() {
        let mut fields = ExtFields::new();
        fields.push("a", 1).push("b", "two").push("c", "");
        for order in [["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"]] {
            let mut asked = fields.in_order();
            for name in order {
                assert_eq!(asked.get("d"), None);
                assert_eq!(asked.get(name), fields.get(name));
                assert_eq!(asked.get(name), fields.get(name), "again");
            }
        }
        let mut asked = fields.in_order();
        assert_eq!(asked.parse_required("a"), Ok(1));
        assert_eq!(asked.parse::<i32>("c"), Ok(None), "empty is unset");
        assert_eq!(asked.required("d"), Err(WireError::MissingField("d")));
    }
}
