//! What became of many sends.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::done::{AnyDone, Done, Row, RowOf};
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

/// The places of results that follow each other, of one to begin with. What is dropped unfilled says
/// that the producer ended.
pub(super) struct Slot {
    state: Arc<Mutex<State>>,
    /// The first one's place, and how many there are.
    at: usize,
    count: usize,
    /// Those that are there already: they go to their places together.
    results: Results,
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
            count: 1,
            results: Vec::new(),
        }
    }

    /// Waits for all.
    pub(super) async fn all(self) -> Results {
        self.all.await.unwrap_or_default()
    }
}

impl Slot {
    pub(super) fn fill(mut self, result: Result<SendResult>) {
        self.add(result);
    }

    fn add(&mut self, result: Result<SendResult>) {
        self.results.push(result);
        if self.results.len() == self.count {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let count = self.results.len();
        let mut state = self.state.lock();
        let places = state.results.iter_mut().skip(self.at);
        for (place, result) in places.zip(self.results.drain(..)) {
            *place = Some(result);
        }
        state.left -= count;
        state.tell_if_all();
        drop(state);
        self.at += count;
        self.count -= count;
    }
}

impl Done for Slot {
    type Row = Self;

    fn tell(self, sent: Result<SendResult>) {
        self.fill(sent);
    }
}

impl RowOf<Self> for Slot {
    fn of(first: Self) -> Self {
        first
    }

    fn push(&mut self, mut next: Self) -> Option<Self> {
        let follows = self.at + self.count == next.at && Arc::ptr_eq(&self.state, &next.state);
        if !follows || !next.results.is_empty() {
            return Some(next);
        }
        self.count += std::mem::take(&mut next.count);
        None
    }
}

impl Row for Slot {
    fn tell(&mut self, sent: Result<SendResult>) {
        self.results.reserve(self.count - self.results.len());
        self.add(sent);
    }

    fn next(&mut self) -> Option<AnyDone> {
        if self.is_empty() {
            return None;
        }
        self.hand_over();
        let (state, at) = (Arc::clone(&self.state), self.at);
        (self.at, self.count) = (at + 1, self.count - 1);
        let (count, results) = (1, Vec::new());
        let first = Self {
            state,
            at,
            count,
            results,
        };
        Some(first.into_any())
    }

    fn is_empty(&self) -> bool {
        self.count == self.results.len()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.results.resize_with(self.count, || Err(ended()));
        if self.count > 0 {
            self.hand_over();
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::super::done::Dones;
    use super::{Many, Result, SendResult};
    use crate::{Error, ErrorKind};

    fn failed(why: &str) -> Result<SendResult> {
        Err(Error::new(ErrorKind::BrokerRefused, why))
    }

    #[test]
    fn results_go_to_their_places_whichever_way_they_come() {
        let many = Many::new(7);
        let (mut early, mut late) = (Dones::default(), Dones::default());
        for at in [0, 1, 2, 4, 5] {
            early.push(many.slot(at));
        }
        late.push(many.slot(6));
        many.slot(3).fill(failed("3"));
        late.tell(failed("6"));
        early.tell(failed("0"));
        // One is on its own again, and the others of its row come to nothing.
        let alone = early.next().expect("the second");
        drop(early);
        alone(failed("1"));
        let all = many.all().now_or_never().expect("all are there");
        let why = all
            .iter()
            .map(|it| it.as_ref().expect_err("failed").message());
        let ended = super::ended();
        let ended = ended.message();
        let expected = ["0", "1", ended, "3", ended, ended, "6"];
        assert_eq!(why.collect::<Vec<_>>(), expected);
    }
}
