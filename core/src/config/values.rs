//! Properties as they were given.

use std::collections::BTreeMap;
use std::fmt;

use super::keys::{Kind, Property, plain};
use crate::{Error, ErrorKind, Result};

/// Properties by name. What is set is only kept; it is checked when a producer or consumer is
/// made of it.
///
/// ```
/// let config = onsmq::Config::new()
///     .set("NAMESRV_ADDR", "127.0.0.1:9876")
///     .set("GROUP_ID", "GID_demo");
/// ```
#[derive(Clone, Default)]
pub struct Config(BTreeMap<String, Given>);

/// A name as it was spelled, and its value.
#[derive(Clone)]
struct Given {
    key: String,
    value: String,
}

impl Config {
    /// No properties.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a property. Case, `_`, `.` and `-` do not count in names; the last value counts.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.insert(key, value);
        self
    }

    /// Sets a property in place.
    pub fn insert(&mut self, key: &str, value: &str) {
        let given = Given {
            key: key.to_owned(),
            value: value.to_owned(),
        };
        self.0.insert(plain(key), given);
    }

    /// What was set, as it was spelled.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .values()
            .map(|Given { key, value }| (key.as_str(), value.as_str()))
    }

    /// Checks every property that was set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] with the key, the value and what is allowed.
    pub(super) fn check(&self) -> Result<()> {
        for Given { key, value } in self.0.values() {
            let Some(property) = Property::find(key) else {
                return Err(unknown(key));
            };
            if !property.accepts(value) {
                let shown = match property.kind {
                    Kind::Secret => "(not shown)",
                    _ => value.as_str(),
                };
                return Err(configuration(format!(
                    "property {} has the value `{shown}`: {} is allowed",
                    property.key,
                    property.allowed()
                )));
            }
        }
        Ok(())
    }

    /// The value that was set, or the property's default.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0
            .get(&plain(key))
            .map(|given| given.value.as_str())
            .or_else(|| Property::find(key)?.default)
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.get(key).map(str::to_owned)
    }

    /// A number that was checked and has a default.
    pub(super) fn number<T: TryFrom<i64> + Default>(&self, key: &str) -> T {
        self.get(key)
            .and_then(|value| value.parse::<i64>().ok())
            .and_then(|value| T::try_from(value).ok())
            .unwrap_or_default()
    }

    pub(super) fn millis(&self, key: &str) -> std::time::Duration {
        std::time::Duration::from_millis(self.number(key))
    }

    pub(super) fn is(&self, key: &str, word: &str) -> bool {
        self.get(key)
            .is_some_and(|value| value.eq_ignore_ascii_case(word))
    }
}

pub(super) fn configuration(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

fn unknown(key: &str) -> Error {
    let close: Vec<_> = super::PROPERTIES
        .iter()
        .map(|property| property.key)
        .filter(|known| similar(known, key))
        .collect();
    let hint = match close.is_empty() {
        true => "docs/configuration.md lists the known ones".to_owned(),
        false => format!("did you mean {}?", close.join(" or ")),
    };
    configuration(format!("property `{key}` is unknown: {hint}"))
}

/// Whether one name begins the other.
fn similar(known: &str, given: &str) -> bool {
    let (known, given) = (plain(known), plain(given));
    given.len() >= 4 && (known.starts_with(&given) || given.starts_with(&known))
}

impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Config {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(properties: I) -> Self {
        let mut config = Self::new();
        for (key, value) in properties {
            config.insert(key.as_ref(), value.as_ref());
        }
        config
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.values().map(|Given { key, value }| {
            let secret = Property::find(key).is_none_or(|it| it.kind == Kind::Secret);
            (key, if secret { "(not shown)" } else { value })
        });
        f.debug_map().entries(shown).finish()
    }
}
