//! When to try again: a growing pause after failures, and which brokers to pass over meanwhile.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A pause that doubles with each failure, up to a limit, and is spread by chance so that many
/// clients of a broker that comes back do not knock at once.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    limit: Duration,
    failures: u32,
}

impl Backoff {
    /// The pause after the first failure, and the longest one.
    #[must_use]
    pub const fn new(first: Duration, limit: Duration) -> Self {
        Self {
            first,
            limit,
            failures: 0,
        }
    }

    /// Takes note of a failure and answers the pause: between half and the whole of what is due,
    /// as `chance` (0 to 1) says.
    pub fn failed(&mut self, chance: f64) -> Duration {
        let due = self
            .first
            .saturating_mul(1 << self.failures.min(16))
            .min(self.limit);
        self.failures = self.failures.saturating_add(1);
        due.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
    }

    /// Takes note that it went well.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// How often it failed in a row.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }
}

/// Which brokers failed lately, so that sends pass them over while another one is there
/// (Java's `MQFaultStrategy`).
#[derive(Debug, Default)]
pub struct BrokerHealth {
    avoided: HashMap<Arc<str>, Avoided>,
}

#[derive(Debug)]
struct Avoided {
    until: Instant,
    backoff: Backoff,
}

impl BrokerHealth {
    /// Passed over for half a second after the first failure, at most this long after many. The
    /// pause is short since a broker that is passed over is not dead for long, and a wrong guess
    /// costs one failed try within the send's budget.
    const LIMIT: Duration = Duration::from_secs(10);

    /// Takes note of a failure at a broker. Those that come while it is passed over are of the same
    /// trouble: they count as one.
    pub fn failed(&mut self, now: Instant, broker_name: &Arc<str>) {
        let avoided = self
            .avoided
            .entry(Arc::clone(broker_name))
            .or_insert_with(|| Avoided {
                until: now,
                backoff: Backoff::new(Duration::from_millis(500), Self::LIMIT),
            });
        if avoided.until <= now {
            avoided.until = now + avoided.backoff.failed(1.0);
        }
    }

    /// Takes note that a broker answered.
    pub fn succeeded(&mut self, broker_name: &str) {
        self.avoided.remove(broker_name);
    }

    /// Whether a broker is not passed over.
    #[must_use]
    pub fn is_usable(&self, now: Instant, broker_name: &str) -> bool {
        self.avoided
            .get(broker_name)
            .is_none_or(|avoided| avoided.until <= now)
    }

    /// Whether every broker is thought well of, which spares the look-ups.
    #[must_use]
    pub fn all_well(&self) -> bool {
        self.avoided.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_that_fail_with_one_broker_are_one_failure() {
        let mut health = BrokerHealth::default();
        let (broker, start) = (Arc::from("a"), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        for _ in 0..128 {
            health.failed(start, &broker);
        }
        assert!(!health.is_usable(at(499), "a"));
        assert!(health.is_usable(at(500), "a"));
        // The next one, once it was asked again, makes the pause longer.
        health.failed(at(500), &broker);
        assert!(!health.is_usable(at(1499), "a"));
        assert!(health.is_usable(at(1500), "a"));
        health.succeeded("a");
        assert!(health.is_usable(at(501), "a") && health.all_well());
    }
}
