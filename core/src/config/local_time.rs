//! Times as properties give them: `yyyyMMddHHmmss`, local time, as Java's clients do.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The time in ms since 1970; `None` for what is no such time.
pub(super) fn millis(text: &str) -> Option<i64> {
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let time = DateTime::strptime("%Y%m%d%H%M%S", text).ok()?;
    let time = TimeZone::system().to_timestamp(time).ok()?;
    Some(time.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn times_are_of_the_local_clock() {
        let noon = millis("20261124120000").expect("a time");
        assert_eq!(millis("20261124120001"), Some(noon + 1000));
        // Wherever this runs, it is within a day of noon in London.
        assert!((noon - 1_795_521_600_000).abs() <= 86_400_000, "{noon}");
        for text in [
            "",
            "2026112412000",
            "20261324120000",
            "2026-11-24 12:00",
            "+0261124120000",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}
