//! What a server should be, as text: how other languages and the command line ask for it.

use std::fmt;
use std::time::Duration;

use crate::{Account, Builder};

/// The longest wait that can be asked for: a day, in ms.
const MAX_MILLIS: u64 = 86_400_000;

/// An option that there is none of, or that has not such a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidOption(String);

impl fmt::Display for InvalidOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidOption {}

impl Builder {
    /// Sets an option by its name, in which case and `_` do not count: `brokers`, `queues`,
    /// `auto_create_topics`, `retry_delay_millis`, `check_back_delay_millis`,
    /// `lock_life_millis`, `speed`, `tls`, `accounts` (a JSON array of [`Account`]s).
    ///
    /// # Errors
    /// [`InvalidOption`], which says what is allowed.
    pub fn option(self, name: &str, value: &str) -> Result<Self, InvalidOption> {
        let option = Text { name, value };
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        Ok(match plain.to_ascii_lowercase().as_str() {
            "brokers" => self.brokers(option.number(1, 64)?),
            "queues" => self.queues(option.number(1, 1024)?),
            "autocreatetopics" => self.auto_create_topics(option.boolean()?),
            "retrydelaymillis" => self.retry_delay(option.millis()?),
            "checkbackdelaymillis" => self.check_back_delay(option.millis()?),
            "locklifemillis" => self.lock_life(option.millis()?),
            "speed" => self.speed(option.speed()?),
            "tls" => self.tls(option.boolean()?),
            "accounts" => option.accounts()?.into_iter().fold(self, Self::account),
            _ => {
                return Err(InvalidOption(format!(
                    "the dev server has no option `{name}`: brokers, queues, auto_create_topics, \
                     retry_delay_millis, check_back_delay_millis, lock_life_millis, speed, \
                     tls and accounts are there"
                )));
            }
        })
    }
}

/// An option as it came.
#[derive(Debug, Clone, Copy)]
struct Text<'a> {
    name: &'a str,
    value: &'a str,
}

impl Text<'_> {
    fn number<T: TryFrom<u64>>(self, min: u64, max: u64) -> Result<T, InvalidOption> {
        let number = self.value.parse().ok();
        number
            .filter(|number| (min..=max).contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| self.unfit(&format!("a whole number from {min} to {max}")))
    }

    fn millis(self) -> Result<Duration, InvalidOption> {
        self.number(0, MAX_MILLIS).map(Duration::from_millis)
    }

    fn boolean(self) -> Result<bool, InvalidOption> {
        let value = self.value.parse();
        value.map_err(|_| self.unfit("true or false"))
    }

    fn speed(self) -> Result<f64, InvalidOption> {
        let speed = self.value.parse().ok();
        speed
            .filter(|speed: &f64| speed.is_finite() && *speed > 0.0)
            .ok_or_else(|| self.unfit("a number above 0"))
    }

    fn accounts(self) -> Result<Vec<Account>, InvalidOption> {
        serde_json::from_str(self.value).map_err(|error| {
            // The value holds secrets: it is not shown.
            let name = self.name;
            InvalidOption(format!(
                "option {name} is no JSON array of accounts: {error}"
            ))
        })
    }

    fn unfit(self, allowed: &str) -> InvalidOption {
        let Text { name, value } = self;
        InvalidOption(format!(
            "option {name} has the value `{value}`: {allowed} is allowed"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, value: &str) -> String {
        let refusal = Builder::default().option(name, value);
        refusal.expect_err("unfit").to_string()
    }

    #[test]
    fn names_are_taken_in_any_case_and_values_are_checked() {
        for (name, value) in [
            ("brokers", "2"),
            ("autoCreateTopics", "false"),
            ("RETRY_DELAY_MILLIS", "0"),
            ("speed", "0.5"),
            ("accounts", r#"[{"access_key": "AK", "secret_key": "SK"}]"#),
        ] {
            let set = Builder::default().option(name, value);
            assert!(set.is_ok(), "{name}: {set:?}");
        }
        assert!(refused("brokers", "0").contains("from 1 to 64"));
        assert!(refused("speed", "0").contains("above 0"));
        assert!(refused("brokerz", "1").contains("brokers"));
        let secret = r#"[{"access_key": "AK", "secret_key": "SECRET", "topics": {}}]"#;
        assert!(!refused("accounts", secret).contains("SECRET"));
    }
}
