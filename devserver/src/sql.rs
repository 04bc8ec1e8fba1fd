//! Conditions on properties, as brokers understand them with `enablePropertyFilter`: what remains
//! of SQL92 in RocketMQ's `filter` module.

mod parse;
mod token;

use std::fmt;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Compare(Operand, Comparison, Operand),
    In(String, Vec<String>),
    IsNull(Operand),
    /// `CONTAINS`, `STARTSWITH`, `ENDSWITH`.
    Text(Operand, Place, String),
    /// `TRUE`, `FALSE`, or a property that is one of them.
    Value(Operand),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Property(String),
    Text(String),
    Number(f64),
    Boolean(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Anywhere,
    Start,
    End,
}

/// What is wrong with a condition's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError(String);

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value while a condition is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Value<'a> {
    Text(&'a str),
    Number(f64),
    Boolean(bool),
}

impl Condition {
    pub(crate) fn parse(text: &str) -> Result<Self, SyntaxError> {
        parse::condition(text)
    }

    /// Whether a message with these properties fulfils it. What is not known does not.
    pub(crate) fn accepts<'a>(&'a self, property: &impl Fn(&str) -> Option<&'a str>) -> bool {
        self.evaluate(property) == Some(true)
    }

    /// `None`: not known, since a property is missing or cannot be compared.
    fn evaluate<'a>(&'a self, property: &impl Fn(&str) -> Option<&'a str>) -> Option<bool> {
        match self {
            Self::And(left, right) => match (left.evaluate(property), right.evaluate(property)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(left, right) => match (left.evaluate(property), right.evaluate(property)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Self::Not(condition) => condition.evaluate(property).map(|it| !it),
            Self::Compare(left, comparison, right) => {
                comparison.holds(left.value(property)?, right.value(property)?)
            }
            Self::In(name, texts) => property(name).map(|value| texts.iter().any(|it| it == value)),
            Self::IsNull(operand) => Some(operand.value(property).is_none()),
            Self::Text(operand, place, part) => match operand.value(property)? {
                Value::Text(text) => Some(place.is_of(part, text)),
                _ => None,
            },
            Self::Value(operand) => operand.value(property)?.boolean(),
        }
    }
}

impl Operand {
    fn value<'a>(&'a self, property: &impl Fn(&str) -> Option<&'a str>) -> Option<Value<'a>> {
        match self {
            Self::Property(name) => property(name).map(Value::Text),
            Self::Text(text) => Some(Value::Text(text)),
            Self::Number(number) => Some(Value::Number(*number)),
            Self::Boolean(boolean) => Some(Value::Boolean(*boolean)),
        }
    }
}

impl Value<'_> {
    fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Boolean(_) => None,
        }
    }

    fn boolean(self) -> Option<bool> {
        match self {
            Self::Boolean(boolean) => Some(boolean),
            Self::Text(text) => Some(text.eq_ignore_ascii_case("true")),
            Self::Number(_) => None,
        }
    }
}

impl Comparison {
    /// Texts are equal or not; they have an order where both are numbers only.
    fn holds(self, left: Value<'_>, right: Value<'_>) -> Option<bool> {
        if self == Self::Equal {
            return match (left, right) {
                (Value::Text(left), Value::Text(right)) => Some(left == right),
                (Value::Boolean(_), _) | (_, Value::Boolean(_)) => {
                    Some(left.boolean()? == right.boolean()?)
                }
                _ => Some(left.number()? == right.number()?),
            };
        }
        let (left, right) = (left.number()?, right.number()?);
        Some(match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        })
    }
}

impl Place {
    fn is_of(self, part: &str, text: &str) -> bool {
        match self {
            Self::Anywhere => text.contains(part),
            Self::Start => text.starts_with(part),
            Self::End => text.ends_with(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Condition;

    fn accepts(condition: &str) -> bool {
        let properties = |name: &str| match name {
            "amount" => Some("101"),
            "region" => Some("north"),
            "urgent" => Some("true"),
            _ => None,
        };
        Condition::parse(condition)
            .expect("a condition")
            .accepts(&properties)
    }

    #[test]
    fn conditions_hold_or_do_not() {
        for holds in [
            "amount > 100",
            "amount >= 101 AND amount <= 101.0 and 5 < amount",
            "region = 'north' AND (amount < 5 OR amount <> 5)",
            "NOT region = 'south'",
            "region IN ('east', 'north')",
            "region not in ('east')",
            "amount BETWEEN 100 AND 200",
            "amount NOT BETWEEN 1 AND 100",
            "missing IS NULL AND region IS NOT NULL",
            "urgent = TRUE AND urgent",
            "region CONTAINS 'ort' AND region STARTSWITH 'no' AND region ENDSWITH 'th'",
            "region NOT CONTAINS 'x'",
            "amount > -5",
            "TRUE",
            "region = 'it''s' OR amount = 101",
        ] {
            assert!(accepts(holds), "{holds}");
        }
        for does_not in [
            "amount > 101",
            "region = 'NORTH'",
            "missing > 5 OR missing <> 5 OR NOT missing = 5",
            "missing IN ('a') OR missing NOT IN ('a')",
            "region > 5",
            "FALSE",
            "region IS NULL",
        ] {
            assert!(!accepts(does_not), "{does_not}");
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for wrong in [
            "",
            "amount >",
            "amount > 'text'",
            "amount ** 5",
            "region IN ()",
            "region IN ('a'",
            "(amount > 5",
            "amount > 5 extra",
            "'open",
            "amount BETWEEN 5 AND 1",
            "amount = NULL",
        ] {
            assert!(Condition::parse(wrong).is_err(), "{wrong}");
        }
        let deep = "(".repeat(100_000);
        assert!(Condition::parse(&deep).is_err());
        let deep = "NOT ".repeat(100_000);
        assert!(Condition::parse(&deep).is_err());
    }
}
