//! Requests and answers by their codes, which people write as numbers or by name.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use onsmq_proto::codec::{RequestCode, ResponseCode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The requests by which messages are sent: which one a client takes is its own affair.
const SENDS: [RequestCode; 3] = [
    RequestCode::SEND_MESSAGE,
    RequestCode::SEND_MESSAGE_V2,
    RequestCode::SEND_BATCH_MESSAGE,
];
const SEND: &str = "SEND";

/// Where codes end that have names.
const MAX_NAMED: i16 = 1000;

/// The kinds of requests that a rule is for: one code, or all by which messages are sent.
///
/// As JSON a number, `310`, RocketMQ's name, `"PULL_MESSAGE"`, or `"SEND"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requests {
    /// SEND_MESSAGE, SEND_MESSAGE_V2 and SEND_BATCH_MESSAGE.
    Send,
    /// One code.
    Code(i16),
}

impl Requests {
    pub(super) fn contain(self, code: RequestCode) -> bool {
        match self {
            Self::Send => SENDS.contains(&code),
            Self::Code(wanted) => code.0 == wanted,
        }
    }
}

/// A response code; as JSON a number, `2`, or RocketMQ's name, `"SYSTEM_BUSY"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerCode(pub i16);

/// What is neither a number nor a name of a code.
#[derive(Debug)]
pub struct UnknownCode(String);

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a code that is known by name: write its number",
            self.0
        )
    }
}

impl std::error::Error for UnknownCode {}

impl FromStr for Requests {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        if text == SEND {
            return Ok(Self::Send);
        }
        number(text, |code| RequestCode(code).name()).map(Self::Code)
    }
}

impl FromStr for AnswerCode {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        number(text, |code| ResponseCode(code).name()).map(Self)
    }
}

fn number(text: &str, name: impl Fn(i16) -> Option<&'static str>) -> Result<i16, UnknownCode> {
    text.parse()
        .ok()
        .or_else(|| (0..MAX_NAMED).find(|code| name(*code) == Some(text)))
        .ok_or_else(|| UnknownCode(text.to_owned()))
}

/// A code as people write it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a code is a number or a name")]
enum Written<'a> {
    Number(i16),
    Name(Cow<'a, str>),
}

impl<'de> Deserialize<'de> for Requests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Number(code) => Ok(Self::Code(code)),
            Written::Name(name) => name.parse().map_err(serde::de::Error::custom),
        }
    }
}

impl<'de> Deserialize<'de> for AnswerCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Number(code) => Ok(Self(code)),
            Written::Name(name) => name.parse().map_err(serde::de::Error::custom),
        }
    }
}

impl Serialize for Requests {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Send => serializer.serialize_str(SEND),
            Self::Code(code) => serialize(*code, RequestCode(*code).name(), serializer),
        }
    }
}

impl Serialize for AnswerCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, ResponseCode(self.0).name(), serializer)
    }
}

fn serialize<S: Serializer>(
    code: i16,
    name: Option<&str>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match name {
        Some(name) => serializer.serialize_str(name),
        None => serializer.serialize_i16(code),
    }
}
