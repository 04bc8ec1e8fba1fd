//! The sends in flight, which a flush and the shutdown wait for.

use parking_lot::Mutex;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Sends in flight: those begun since the last flush, and what is left of those before.
#[derive(Default)]
pub(super) struct InFlight(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    current: TaskTracker,
    before: Vec<TaskTracker>,
}

impl InFlight {
    /// A send is in flight for as long as the token lives.
    pub(super) fn token(&self) -> TaskTrackerToken {
        self.0.lock().current.token()
    }

    /// Waits for the sends that are in flight now, and for none that begins later.
    pub(super) fn wait(&self) -> impl Future<Output = ()> + Send + use<> {
        let before = {
            let mut sends = self.0.lock();
            let current = std::mem::take(&mut sends.current);
            current.close();
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
}
