//! The time that messages carry, and the time that is waited for.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Nothing is waited for longer: a delay that the clock cannot count to is this one.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The time when a delay is over.
pub(crate) fn after(now: Instant, delay: Duration) -> Instant {
    now + delay.min(LONGEST_WAIT)
}

/// The same on the clock that messages carry, from this time in ms since 1970 on.
pub(crate) fn after_ms(now: i64, delay: Duration) -> i64 {
    now.saturating_add(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX))
}

/// How long it is until a time in ms since 1970; nothing where it has passed.
pub(crate) fn until(time: i64) -> Duration {
    let left = time.saturating_sub(now_ms());
    Duration::from_millis(u64::try_from(left).unwrap_or(0))
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}
