//! The sends in flight, which a flush and the shutdown wait for.

use parking_lot::Mutex;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Sends in flight: those begun since the last flush, and what is left of those before.
#[derive(Default)]
pub(super) struct InFlight(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    /// How many there were before the current one.
    number: u64,
    current: TaskTracker,
    before: Vec<TaskTracker>,
}

/// A send, or some, are in flight for as long as this lives.
#[derive(Clone)]
pub(super) struct Token {
    generation: u64,
    _in_flight: TaskTrackerToken,
}

impl Token {
    /// One for the sends of both: whoever waits for the sends of a time waits for those begun
    /// before as well.
    pub(super) fn or_older(self, other: Self) -> Self {
        match self.generation <= other.generation {
            true => self,
            false => other,
        }
    }
}

impl InFlight {
    /// A send begins.
    pub(super) fn token(&self) -> Token {
        let sends = self.0.lock();
        Token {
            generation: sends.number,
            _in_flight: sends.current.token(),
        }
    }

    /// Waits for the sends that are in flight now, and for none that begins later.
    pub(super) fn wait(&self) -> impl Future<Output = ()> + Send + use<> {
        let before = {
            let mut sends = self.0.lock();
            let current = std::mem::take(&mut sends.current);
            current.close();
            sends.number += 1;
            sends.before.retain(|sends| !sends.is_empty());
            sends.before.push(current);
            sends.before.clone()
        };
        async move {
            for sends in before {
                sends.wait().await;
            }
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        let sends = self.0.lock();
        let before: usize = sends.before.iter().map(TaskTracker::len).sum();
        before + sends.current.len()
    }
}

#[cfg(test)]
mod tests {
    use super::InFlight;
    use futures_util::FutureExt as _;

    #[test]
    fn a_wait_is_for_those_before_it() {
        let sends = InFlight::default();
        let first = sends.token();
        let wait = sends.wait();
        let later = sends.token();
        assert_eq!(sends.len(), 2);
        let mut wait = Box::pin(wait);
        assert!((&mut wait).now_or_never().is_none());
        drop(first);
        assert!(wait.now_or_never().is_some());
        assert!(sends.wait().now_or_never().is_none());
        drop(later);
        assert!(sends.wait().now_or_never().is_some());
    }

    #[test]
    fn what_begins_later_may_be_counted_with_what_began_before() {
        let sends = InFlight::default();
        let first = sends.token();
        let mut early = Box::pin(sends.wait());
        let both = sends.token().or_older(first);
        let mut late = Box::pin(sends.wait());
        assert!((&mut early).now_or_never().is_none());
        assert!((&mut late).now_or_never().is_none());
        drop(both);
        assert!(early.now_or_never().is_some());
        assert!(late.now_or_never().is_some());
    }
}
