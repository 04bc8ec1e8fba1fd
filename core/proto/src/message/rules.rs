//! What a message may hold (`sdk.md`, Message): checked before anything is sent, since Java and
//! the brokers drop or replace some of it in silence.

use super::properties::{self, ENTRY_SEPARATOR, NAME_SEPARATOR};
use crate::names;

/// The largest body, in bytes, unless configured.
pub const MAX_BODY: usize = 4 * 1024 * 1024;
/// How far ahead a message may be delivered: 40 days, in ms.
pub const MAX_DELAY_MS: i64 = 40 * 24 * 60 * 60 * 1000;

/// Why a message cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Illegal {
    /// The topic's name.
    #[error("topic `{0}` is not 1 to 255 characters of a-z A-Z 0-9 - _")]
    Topic(String),
    /// No body.
    #[error("the body is empty: a message needs at least one byte")]
    EmptyBody,
    /// Too much body.
    #[error(
        "the body has {length} bytes, over the limit of {max}: send less, or a reference to it"
    )]
    BodyTooLarge {
        /// Its size.
        length: usize,
        /// What is taken.
        max: usize,
    },
    /// A property without a name.
    #[error("a user property has an empty name")]
    EmptyName,
    /// A property without a value: brokers would drop it.
    #[error("user property `{0}` has an empty value, which brokers drop: leave it out")]
    EmptyValue(String),
    /// A name that is the protocol's.
    #[error("user property `{0}` has a name that RocketMQ keeps for itself: choose another")]
    Reserved(String),
    /// Text that would be read as something else.
    #[error("{0} holds U+0001 or U+0002, which separate properties on the wire")]
    Separator(String),
    /// Too many or too large properties.
    #[error(
        "the properties take {length} bytes, over the limit of {max} (tag, key and user properties \
         together): put large values into the body"
    )]
    PropertiesTooLong {
        /// Their size.
        length: usize,
        /// What is taken.
        max: usize,
    },
    /// A delivery that is too far ahead.
    #[error("start-deliver time {time} is more than 40 days ahead")]
    StartDeliverTime {
        /// The time asked for, in ms since 1970.
        time: i64,
    },
}

/// Checks a topic's name.
///
/// # Errors
/// [`Illegal::Topic`].
pub fn topic(topic: &str) -> Result<(), Illegal> {
    match names::is_valid(topic) {
        true => Ok(()),
        false => Err(Illegal::Topic(topic.to_owned())),
    }
}

/// Checks a body's size.
///
/// # Errors
/// [`Illegal::EmptyBody`], [`Illegal::BodyTooLarge`].
pub const fn body(length: usize, max: usize) -> Result<(), Illegal> {
    match length {
        0 => Err(Illegal::EmptyBody),
        length if length > max => Err(Illegal::BodyTooLarge { length, max }),
        _ => Ok(()),
    }
}

/// Checks a user property.
///
/// # Errors
/// [`Illegal::EmptyName`], [`Illegal::EmptyValue`], [`Illegal::Reserved`],
/// [`Illegal::Separator`].
pub fn user_property(name: &str, value: &str) -> Result<(), Illegal> {
    if name.is_empty() {
        return Err(Illegal::EmptyName);
    }
    if value.is_empty() {
        return Err(Illegal::EmptyValue(name.to_owned()));
    }
    if properties::is_reserved(name) {
        return Err(Illegal::Reserved(name.to_owned()));
    }
    no_separator(
        &format_args!("user property `{}`", name.escape_debug()),
        name,
    )?;
    no_separator(&format_args!("the value of user property `{name}`"), value)
}

/// Checks that a text can stand in a property string.
///
/// # Errors
/// [`Illegal::Separator`], which names `what`.
pub fn no_separator(what: &dyn std::fmt::Display, text: &str) -> Result<(), Illegal> {
    match text.contains([NAME_SEPARATOR, ENTRY_SEPARATOR]) {
        true => Err(Illegal::Separator(what.to_string())),
        false => Ok(()),
    }
}

/// Checks the size of an encoded property string.
///
/// # Errors
/// [`Illegal::PropertiesTooLong`].
pub const fn properties_len(length: usize) -> Result<(), Illegal> {
    match length > properties::MAX_BYTES {
        true => Err(Illegal::PropertiesTooLong {
            length,
            max: properties::MAX_BYTES,
        }),
        false => Ok(()),
    }
}

/// Checks a start-deliver time against now, both in ms since 1970.
///
/// # Errors
/// [`Illegal::StartDeliverTime`].
pub const fn start_deliver_time(time: i64, now: i64) -> Result<(), Illegal> {
    match time.saturating_sub(now) > MAX_DELAY_MS {
        true => Err(Illegal::StartDeliverTime { time }),
        false => Ok(()),
    }
}
