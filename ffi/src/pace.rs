//! How quickly listeners are done with messages, and so how many a thread takes at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long a call with several messages may last: what waits behind it is not kept for longer.
const CALL_TIME_NS: u64 = 200_000;
/// Of listeners that were not seen yet, or that complete after their call: 10 ms.
const SLOW_NS: u64 = 10_000_000;

/// What a message takes, in ns: of the last calls.
#[derive(Debug)]
pub(crate) struct Pace(AtomicU64);

impl Default for Pace {
    fn default() -> Self {
        Self(AtomicU64::new(SLOW_NS))
    }
}

impl Pace {
    /// A call is over. A slow one counts at once, a fast one little by little.
    pub(crate) fn called(&self, took: Duration, messages: usize, deferred: usize) {
        let took = match deferred {
            0 => u64::try_from(took.as_nanos()).unwrap_or(u64::MAX) / messages.max(1) as u64,
            _ => SLOW_NS,
        };
        let pace = self.0.load(Ordering::Relaxed);
        let next = match took >= pace {
            true => took,
            false => pace - (pace - took) / 4,
        };
        self.0.store(next, Ordering::Relaxed);
    }

    /// How many messages are done with in the time of a call.
    pub(crate) fn quick(&self) -> usize {
        let pace = self.0.load(Ordering::Relaxed).max(1);
        usize::try_from(CALL_TIME_NS / pace).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    #[test]
    fn only_who_was_quick_for_a_while_gets_more_than_one_at_once() {
        let pace = Pace::default();
        pace.called(Duration::from_micros(2), 1, 0);
        assert_eq!(pace.quick(), 0, "one quick call is none yet");
        for _ in 0..40 {
            pace.called(Duration::from_micros(2 * 16), 16, 0);
        }
        assert!((64..=100).contains(&pace.quick()), "{}", pace.quick());
        pace.called(Duration::from_millis(1), 1, 0);
        assert_eq!(pace.quick(), 0, "a slow call counts at once");
    }

    #[test]
    fn who_completes_later_is_slow_however_soon_the_call_returns() {
        let pace = Pace::default();
        for _ in 0..40 {
            pace.called(Duration::from_micros(2), 1, 0);
        }
        pace.called(Duration::from_micros(2), 1, 1);
        assert_eq!(pace.quick(), 0);
    }
}
