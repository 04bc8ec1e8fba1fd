//! The host language that a command names.

use serde::{Deserialize, Deserializer};

/// What a peer says it is written in (`org.apache.rocketmq.remoting.protocol.LanguageCode`).
///
/// This client says [`Language::Rust`] from every host language: both server versions know it,
/// while 4.9.7 lacks `NODE_JS` (`wire.md`, section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Language {
    Java = 0,
    Cpp = 1,
    Dotnet = 2,
    Python = 3,
    Delphi = 4,
    Erlang = 5,
    Ruby = 6,
    Other = 7,
    Http = 8,
    Go = 9,
    Php = 10,
    Oms = 11,
    Rust = 12,
    NodeJs = 13,
}

const NAMES: [(Language, &str); 14] = [
    (Language::Java, "JAVA"),
    (Language::Cpp, "CPP"),
    (Language::Dotnet, "DOTNET"),
    (Language::Python, "PYTHON"),
    (Language::Delphi, "DELPHI"),
    (Language::Erlang, "ERLANG"),
    (Language::Ruby, "RUBY"),
    (Language::Other, "OTHER"),
    (Language::Http, "HTTP"),
    (Language::Go, "GO"),
    (Language::Php, "PHP"),
    (Language::Oms, "OMS"),
    (Language::Rust, "RUST"),
    (Language::NodeJs, "NODE_JS"),
];

impl Language {
    /// The name in a JSON header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// The language of a number in a binary header; unknown ones are [`Language::Other`].
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        NAMES
            .get(usize::from(code))
            .map_or(Self::Other, |(it, _)| *it)
    }

    pub(super) fn from_name(name: &str) -> Self {
        NAMES
            .iter()
            .find(|(_, it)| *it == name)
            .map_or(Self::Other, |(it, _)| *it)
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer).map(|name| Self::from_name(&name))
    }
}
