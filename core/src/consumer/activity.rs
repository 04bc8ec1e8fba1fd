//! What the worker of a queue is at, for those who ask what a consumer is doing.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::Error;
use crate::instance::now_ms;

/// The steps of a worker.
#[derive(Debug, Clone)]
pub(super) enum Doing {
    /// It was just made.
    Beginning,
    /// It waits until the previous owner lets go of the lock.
    WaitingForLock,
    /// It asks where to begin.
    AskingForOffset,
    /// As much is held as may be.
    WaitingForRoom,
    /// A pull is under way, which the broker may hold.
    Pulling { offset: i64 },
    /// After a failure.
    Pausing(Error),
}

/// The step that a worker is at, and since when.
pub(super) struct Activity {
    now: Mutex<(Doing, Instant)>,
    /// When it last pulled, in ms.
    last_pull: AtomicI64,
}

impl Activity {
    pub(super) fn new(doing: Doing) -> Self {
        Self {
            now: Mutex::new((doing, Instant::now())),
            last_pull: AtomicI64::new(now_ms()),
        }
    }

    pub(super) fn set(&self, doing: Doing) {
        if matches!(doing, Doing::Pulling { .. }) {
            self.last_pull.store(now_ms(), Ordering::Relaxed);
        }
        *self.now.lock() = (doing, Instant::now());
    }

    pub(super) fn last_pull(&self) -> i64 {
        self.last_pull.load(Ordering::Relaxed)
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (doing, since) = self.now.lock().clone();
        match doing {
            Doing::Beginning => f.write_str("beginning"),
            Doing::WaitingForLock => f.write_str("waiting for the queue's lock"),
            Doing::AskingForOffset => f.write_str("asking where to begin"),
            Doing::WaitingForRoom => f.write_str("waiting, as much is held as may be"),
            Doing::Pulling { offset } => write!(f, "pulling from offset {offset}"),
            Doing::Pausing(error) => write!(f, "pausing after a failure: {error}"),
        }?;
        write!(f, ", for {} ms", since.elapsed().as_millis())
    }
}
