//! The RocketMQ versions that the tests run against.

use std::fmt;
use std::str::FromStr;

use super::error::Error;

/// A version of RocketMQ that can be brought up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The last 4.x line: ACL 1.0, answers in the request's serialisation.
    V4_9_7,
    /// The 5.x line: ACL 2.0, timers, always answers in JSON.
    V5_3_3,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Self; 2] = [Self::V4_9_7, Self::V5_3_3];

    /// The version as Maven spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V4_9_7 => "4.9.7",
            Self::V5_3_3 => "5.3.3",
        }
    }

    /// The Maven project that lists what this version is made of.
    pub(super) fn pom(self) -> &'static str {
        match self {
            Self::V4_9_7 => include_str!("../../rocketmq/rocketmq-4.9.7/pom.xml"),
            Self::V5_3_3 => include_str!("../../rocketmq/rocketmq-5.3.3/pom.xml"),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|version| version.as_str() == text)
            .ok_or_else(|| Error::Usage(format!("no version `{text}`: use 4.9.7 or 5.3.3")))
    }
}
