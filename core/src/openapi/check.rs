//! What is checked before anything is sent (`openapi.md`, Checks before sending).

use onsmq_proto::names;

use super::operation::{Operation, Parameter, ParameterKind};
use crate::{Error, ErrorKind, Result};

/// Parameters as they are given.
pub(super) type Given = [(String, String)];

/// Checks what is given to an operation of the table. Parameters that the table does not have are
/// let through: a newer console may.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] with the parameter.
pub(super) fn check(operation: &Operation, given: &Given) -> Result<()> {
    for parameter in operation.parameters {
        let name = parameter.name;
        match find(given, name) {
            Some(value) => check_value(parameter, value).map_err(|why| {
                wrong(&format!("parameter {name} has the value `{value}`: {why}"))
            })?,
            None if parameter.is_required => {
                return Err(wrong(&format!("parameter {name} is missing: it is needed")));
            }
            None => {}
        }
    }
    check_times(given)?;
    check_reset(operation, given)
}

/// Checks the names of parameters: those of every request are this library's to set.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] with the parameter.
pub(super) fn check_names(given: &Given) -> Result<()> {
    for (at, (name, _)) in given.iter().enumerate() {
        if name.is_empty() {
            return Err(wrong("a parameter has an empty name"));
        }
        if name.starts_with('_') {
            return Err(wrong(&format!(
                "parameter {name} is set by the client itself: leave it out (the region is RegionId in the configuration)"
            )));
        }
        if given[..at].iter().any(|(other, _)| other == name) {
            return Err(wrong(&format!("parameter {name} is given twice")));
        }
    }
    Ok(())
}

fn find<'a>(given: &'a Given, name: &str) -> Option<&'a str> {
    let found = given.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

/// A parameter that is a number.
pub(super) fn number(given: &Given, name: &str) -> Option<i32> {
    find(given, name)?.parse().ok()
}

fn wrong(text: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, text)
}

/// What is wrong with a value.
fn check_value(parameter: &Parameter, value: &str) -> Result<(), String> {
    if !parameter.allowed.is_empty() {
        return match parameter.allowed.contains(&value) {
            true => Ok(()),
            false => Err(format!("{} is allowed", parameter.allowed.join(" or "))),
        };
    }
    match parameter.kind.accepts(value) {
        true => Ok(()),
        false => Err(format!("{} is allowed", parameter.kind.allowed())),
    }
}

impl ParameterKind {
    fn accepts(self, value: &str) -> bool {
        match self {
            Self::Name => names::is_valid(value),
            Self::Text | Self::User => !value.is_empty(),
            Self::Page => is_plain::<i32>(value, 1),
            Self::Int32 => is_plain::<i32>(value, i32::MIN),
            Self::Int64 => is_plain::<i64>(value, i64::MIN),
            Self::Bool => ["true", "false"].contains(&value),
        }
    }

    const fn allowed(self) -> &'static str {
        match self {
            Self::Name => "1 to 255 characters of a-z A-Z 0-9 - _",
            Self::Text => "text that is not empty",
            Self::User => "an account's id, or its name,",
            Self::Page => "a whole number from 1 on",
            Self::Int32 => "a whole number of 32 bits",
            Self::Int64 => "a whole number of 64 bits",
            Self::Bool => "true or false",
        }
    }
}

/// Whether text is a number, written as numbers are sent.
fn is_plain<T: std::str::FromStr + PartialOrd + ToString>(value: &str, min: T) -> bool {
    value
        .parse()
        .is_ok_and(|number: T| number >= min && number.to_string() == value)
}

fn check_times(given: &Given) -> Result<()> {
    let time = |name| find(given, name).and_then(|value| value.parse::<i64>().ok());
    match (time("beginTime"), time("endTime")) {
        (Some(begin), Some(end)) if begin > end => Err(wrong(&format!(
            "parameter beginTime ({begin}) is after endTime ({end}): it may not be"
        ))),
        _ => Ok(()),
    }
}

fn check_reset(operation: &Operation, given: &Given) -> Result<()> {
    if operation.parameter("resetTimestamp").is_none() {
        return Ok(());
    }
    match (find(given, "type"), find(given, "resetTimestamp")) {
        (Some("1"), None) => Err(wrong(
            "parameter resetTimestamp is missing: type 1 needs it",
        )),
        (Some("0"), Some(_)) => Err(wrong(
            "parameter resetTimestamp is given with type 0: it goes with type 1 only",
        )),
        _ => Ok(()),
    }
}
