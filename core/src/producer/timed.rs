//! Messages that are delivered at a time (`wire.md`, section 7).

use onsmq_proto::message::properties::{self, name};

use crate::Error;

/// 5.0.0: the first version whose brokers have timers.
const TIMERS: i16 = 413;
/// The delays of a 4.x broker's levels, in seconds, from level 1 on.
const LEVELS: [i64; 18] = [
    1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200,
];
/// How near a level is met exactly: a message is on its way for some of its time.
const EXACT_MS: i64 = 500;

/// What becomes of a timed message at a broker without timers (4.x).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimedFallback {
    /// It is sent where its delay is just that of one of the broker's levels; else an error.
    #[default]
    Exact,
    /// It is sent with the nearest of the broker's levels.
    Nearest,
}

/// The property that has a broker of a version deliver a message at `time`, it being `now`, both in
/// ms since 1970.
pub(super) fn property(
    version: i16,
    fallback: TimedFallback,
    time: i64,
    now: i64,
) -> Result<String, Error> {
    let mut text = String::new();
    if version >= TIMERS {
        properties::push(&mut text, name::TIMER_DELIVER_MS, &time.to_string());
        return Ok(text);
    }
    let level = level(fallback, time - now).ok_or_else(|| {
        Error::illegal_message(
            "this broker is older than 5.0 and has no timers, and none of its delay levels (1s 5s 10s \
             30s 1m 2m ... 10m 20m 30m 1h 2h) is just this delay: choose one of them, or set \
             TimedMessageFallback to NEAREST",
        )
    })?;
    properties::push(&mut text, name::DELAY, &level.to_string());
    Ok(text)
}

fn level(fallback: TimedFallback, delay_ms: i64) -> Option<usize> {
    let distance = |seconds: i64| (seconds * 1000 - delay_ms).abs();
    let (index, seconds) = LEVELS
        .iter()
        .enumerate()
        .min_by_key(|(_, it)| distance(**it))?;
    match fallback {
        TimedFallback::Exact if distance(*seconds) > EXACT_MS => None,
        _ => Some(index + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{TimedFallback, level, property};

    #[test]
    fn levels_are_met_exactly_or_not_at_all() {
        use TimedFallback::{Exact, Nearest};
        for (delay, exact, nearest) in [
            (1000, Some(1), Some(1)),
            (999, Some(1), Some(1)),
            (9_700, Some(3), Some(3)),
            (20_500, None, Some(4)),
            (7_200_000, Some(18), Some(18)),
            (86_400_000, None, Some(18)),
        ] {
            assert_eq!(
                (level(Exact, delay), level(Nearest, delay)),
                (exact, nearest),
                "{delay}"
            );
        }
    }

    #[test]
    fn brokers_with_timers_get_the_time_itself() {
        let property = |version| property(version, TimedFallback::Exact, 5_000_000, 1);
        assert_eq!(
            property(479).expect("a timer"),
            "TIMER_DELIVER_MS\u{1}5000000\u{2}"
        );
        assert!(
            property(407)
                .expect_err("no level")
                .message()
                .contains("NEAREST")
        );
    }
}
