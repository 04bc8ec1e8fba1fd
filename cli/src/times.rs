//! Times and durations as people write them.

use std::str::FromStr;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Reads `10s`, `5m`, `1h 30m`, `250ms`; a number alone is seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write it like 10s, 5m, 1h30m or 250ms".to_owned();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| wrong());
    }
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}

/// Where a group that is new begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Earliest,
    Latest,
    Time(Timestamp),
}

impl FromStr for From {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "earliest" => Ok(Self::Earliest),
            "latest" => Ok(Self::Latest),
            _ => time(text).map(Self::Time).ok_or_else(|| {
                "write earliest, latest, a time such as 2026-11-24T12:00 or \
                 2026-11-24T12:00:00Z, or milliseconds since 1970"
                    .to_owned()
            }),
        }
    }
}

/// A time with its zone, a local one, or milliseconds.
fn time(text: &str) -> Option<Timestamp> {
    if let Ok(millis) = text.parse() {
        return Timestamp::from_millisecond(millis).ok();
    }
    let local = || {
        let time: DateTime = text.parse().ok()?;
        TimeZone::system().to_timestamp(time).ok()
    };
    text.parse().ok().or_else(local)
}

/// As the property ConsumeTimestamp has it.
pub(crate) fn as_property(time: Timestamp) -> String {
    let local = TimeZone::system().to_datetime(time);
    local.strftime("%Y%m%d%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{From, as_property, duration};

    #[test]
    fn durations_are_read_as_they_are_written() {
        for (text, millis) in [
            ("10s", 10_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("250ms", 250),
            ("2", 2_000),
            ("0.5", 500),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "soon", "-1s", "-1", "nan"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn beginnings_are_words_or_times() {
        assert_eq!("earliest".parse(), Ok(From::Earliest));
        assert_eq!("latest".parse(), Ok(From::Latest));
        let times = ["2018-03-12T00:00:00Z", "1520812800000"].map(str::parse::<From>);
        assert_eq!(times[0], times[1]);
        let Ok(From::Time(local)) = "2018-03-12T01:02".parse() else {
            panic!("a time");
        };
        assert_eq!(as_property(local), "20180312010200");
        assert!("yesterday".parse::<From>().is_err());
    }
}
