//! Waiting for what listeners receive.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::Outcome;

/// How many messages are missing. Clones, one of which a listener has, are the same.
#[derive(Debug, Clone)]
pub struct Countdown {
    came: Arc<Semaphore>,
    wanted: u32,
}

impl Countdown {
    /// So many messages are missing.
    #[must_use]
    pub fn new(wanted: u32) -> Self {
        Self {
            came: Arc::new(Semaphore::new(0)),
            wanted,
        }
    }

    /// So many came.
    pub fn came(&self, count: usize) {
        self.came.add_permits(count);
    }

    /// Waits until none is missing.
    ///
    /// # Errors
    /// That takes a minute.
    pub async fn wait(&self) -> Outcome {
        let all = self.came.acquire_many(self.wanted);
        let _ = tokio::time::timeout(Duration::from_secs(60), all)
            .await
            .map_err(|_| "not all messages came within a minute")??;
        Ok(())
    }
}
