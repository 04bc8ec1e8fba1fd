//! How the consumption of a topic goes, over the last minute and hour (Java's
//! `ConsumerStatsManager`).

use std::time::{Duration, Instant};

use crate::body::ConsumeStatus;

const BUCKETS: u64 = 6;
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// What was pulled and consumed of a topic.
#[derive(Debug)]
pub struct ConsumeStatistics {
    pull_ms: Sums,
    pulled: Sums,
    consume_ms: Sums,
    consume_ms_hour: Sums,
    consumed: Sums,
    failed: Sums,
    failed_hour: Sums,
}

impl ConsumeStatistics {
    /// Nothing yet.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        let [minute, hour] = [MINUTE, HOUR].map(|over| Sums::new(now, over));
        Self {
            pull_ms: minute.clone(),
            pulled: minute.clone(),
            consume_ms: minute.clone(),
            consume_ms_hour: hour.clone(),
            consumed: minute.clone(),
            failed: minute,
            failed_hour: hour,
        }
    }

    /// A pull took this long and brought so many messages.
    pub fn pulled(&mut self, now: Instant, took: Duration, messages: usize) {
        self.pull_ms.add(now, millis(took));
        self.pulled.add(now, messages as u64);
    }

    /// Listeners took this long over so many messages.
    pub fn consumed(&mut self, now: Instant, took: Duration, succeeded: u64, failed: u64) {
        let times = succeeded + failed;
        self.consume_ms.add_many(now, millis(took), times);
        self.consume_ms_hour.add_many(now, millis(took), times);
        self.consumed.add(now, succeeded);
        self.failed.add(now, failed);
        self.failed_hour.add(now, failed);
    }

    /// The figures, as brokers ask for them.
    #[must_use]
    pub fn status(&self, now: Instant) -> ConsumeStatus {
        let consume = match self.consume_ms.totals(now) {
            // A topic on which little comes is told of by the hour.
            Totals { times: 0, .. } => self.consume_ms_hour.totals(now),
            minute => minute,
        };
        ConsumeStatus {
            pull_rt: self.pull_ms.totals(now).average(),
            pull_tps: self.pulled.totals(now).per_second(),
            consume_rt: consume.average(),
            consume_ok_tps: self.consumed.totals(now).per_second(),
            consume_failed_tps: self.failed.totals(now).per_second(),
            consume_failed_msgs: self.failed_hour.totals(now).sum,
        }
    }
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// Sums over a while that moves on in sixths.
#[derive(Debug, Clone)]
struct Sums {
    begun: Instant,
    width: Duration,
    buckets: [Bucket; BUCKETS as usize],
}

#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    /// Which sixth it counts, from the beginning on.
    turn: u64,
    sum: u64,
    times: u64,
}

struct Totals {
    sum: u64,
    times: u64,
    over: Duration,
}

impl Sums {
    fn new(begun: Instant, over: Duration) -> Self {
        Self {
            begun,
            width: over / BUCKETS as u32,
            buckets: [Bucket::default(); BUCKETS as usize],
        }
    }

    fn turn(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.begun).as_secs() / self.width.as_secs()
    }

    fn add(&mut self, now: Instant, value: u64) {
        self.add_many(now, value, 1);
    }

    fn add_many(&mut self, now: Instant, value: u64, times: u64) {
        let turn = self.turn(now);
        let bucket = &mut self.buckets[(turn % BUCKETS) as usize];
        if bucket.turn != turn {
            *bucket = Bucket {
                turn,
                ..Bucket::default()
            };
        }
        bucket.sum = bucket.sum.saturating_add(value);
        bucket.times += times;
    }

    fn totals(&self, now: Instant) -> Totals {
        let turn = self.turn(now);
        let recent = self.buckets.iter().filter(|it| it.turn + BUCKETS > turn);
        let (sum, times) = recent.fold((0u64, 0), |(sum, times), it| {
            (sum.saturating_add(it.sum), times + it.times)
        });
        let since = now.saturating_duration_since(self.begun);
        // The sixth that is running is not over.
        let full = self.width * (BUCKETS as u32 - 1);
        let running = Duration::from_nanos(
            u64::try_from(since.as_nanos() % self.width.as_nanos()).unwrap_or_default(),
        );
        Totals {
            sum,
            times,
            over: since.min(full + running),
        }
    }
}

impl Totals {
    fn average(&self) -> f64 {
        match self.times {
            0 => 0.0,
            times => self.sum as f64 / times as f64,
        }
    }

    fn per_second(&self) -> f64 {
        // Of a fraction of a second nothing can be said.
        self.sum as f64 / self.over.as_secs_f64().max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::ConsumeStatistics;

    #[test]
    fn figures_are_those_of_the_last_minute() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut statistics = ConsumeStatistics::new(begun);
        for second in 0..10 {
            statistics.pulled(at(second), Duration::from_millis(20), 5);
            let failed = second % 2;
            statistics.consumed(at(second), Duration::from_millis(30), 1 - failed, failed);
        }
        let status = statistics.status(at(10));
        assert_eq!((status.pull_rt, status.pull_tps), (20.0, 5.0));
        assert_eq!((status.consume_rt, status.consume_ok_tps), (30.0, 0.5));
        assert_eq!(
            (status.consume_failed_tps, status.consume_failed_msgs),
            (0.5, 5)
        );
        let later = statistics.status(at(120));
        assert_eq!((later.pull_rt, later.consume_failed_tps), (0.0, 0.0));
        assert_eq!((later.consume_rt, later.consume_failed_msgs), (30.0, 5));
        assert_eq!(statistics.status(at(7200)).consume_failed_msgs, 0);
    }
}
