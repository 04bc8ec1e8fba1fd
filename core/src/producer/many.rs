//! What became of many sends.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::done::Done;
use super::gather::ended;
use crate::{Result, SendResult};

type Results = Vec<Result<SendResult>>;

/// The results of many sends, in their order, once all are there.
pub(super) struct Many {
    state: Arc<Mutex<State>>,
    all: oneshot::Receiver<Results>,
}

struct State {
    results: Vec<Option<Result<SendResult>>>,
    left: usize,
    told: Option<oneshot::Sender<Results>>,
}

/// The place of one result. One that is dropped unfilled says that the producer ended.
pub(super) struct Slot {
    state: Arc<Mutex<State>>,
    at: usize,
    is_filled: bool,
}

impl Many {
    pub(super) fn new(count: usize) -> Self {
        let (told, all) = oneshot::channel();
        let mut state = State {
            results: (0..count).map(|_| None).collect(),
            left: count,
            told: Some(told),
        };
        state.tell_if_all();
        Self {
            state: Arc::new(Mutex::new(state)),
            all,
        }
    }

    /// To be called once for each.
    pub(super) fn slot(&self, at: usize) -> Slot {
        Slot {
            state: Arc::clone(&self.state),
            at,
            is_filled: false,
        }
    }

    /// Waits for all.
    pub(super) async fn all(self) -> Results {
        self.all.await.unwrap_or_default()
    }
}

impl Slot {
    pub(super) fn fill(mut self, result: Result<SendResult>) {
        self.set(result);
    }

    fn set(&mut self, result: Result<SendResult>) {
        self.is_filled = true;
        let mut state = self.state.lock();
        state.results[self.at] = Some(result);
        state.left -= 1;
        state.tell_if_all();
    }
}

impl Done for Slot {
    fn tell(self, sent: Result<SendResult>) {
        self.fill(sent);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.is_filled {
            self.set(Err(ended()));
        }
    }
}

impl State {
    fn tell_if_all(&mut self) {
        if self.left == 0
            && let Some(told) = self.told.take()
        {
            let results = std::mem::take(&mut self.results);
            let _ = told.send(results.into_iter().flatten().collect());
        }
    }
}
