//! Sends that go one after another: those of one sharding key, in the order of their calls.

use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::sync::oneshot;

/// The lines in which sends wait for those before them: for each hash of a sharding key that has
/// sends under way, the last of them.
#[derive(Default)]
pub(super) struct Turns(Arc<Lines>);

type Lines = Mutex<FxHashMap<i32, Place>>;

/// A place in a line, as those behind it see it.
struct Place {
    /// Tells places apart.
    id: u64,
    /// Closed when the place is left. One that was left before its turn tells whom it waited for.
    left: oneshot::Receiver<Self>,
}

/// A place in a line. The turn of the next one comes when this is dropped.
pub(super) struct Turn {
    lines: Arc<Lines>,
    hash: i32,
    id: u64,
    before: Option<Place>,
    leave: Option<oneshot::Sender<Place>>,
}

impl Turns {
    /// Takes the next place in the line of a sharding key's hash.
    pub(super) fn take(&self, hash: i32) -> Turn {
        let (leave, left) = oneshot::channel();
        let mut lines = self.0.lock();
        // Only the last place of a line is looked for, so that it is enough to differ from it.
        let id = lines.get(&hash).map_or(0, |last| last.id.wrapping_add(1));
        let before = lines.insert(hash, Place { id, left });
        Turn {
            lines: Arc::clone(&self.0),
            hash,
            id,
            before,
            leave: Some(leave),
        }
    }
}

impl Turn {
    /// Waits until all places before this one were left.
    pub(super) async fn come(&mut self) {
        while let Some(before) = &mut self.before {
            self.before = (&mut before.left).await.ok();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut lines = self.lines.lock();
        let before = self.before.take();
        if lines.get(&self.hash).map(|last| last.id) != Some(self.id) {
            if let (Some(before), Some(leave)) = (before, self.leave.take()) {
                let _ = leave.send(before);
            }
        } else if let Some(before) = before {
            lines.insert(self.hash, before);
        } else {
            lines.remove(&self.hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;
    use futures_util::FutureExt as _;

    #[test]
    fn a_turn_comes_when_all_before_it_have_ended() {
        let turns = Turns::default();
        let (mut first, mut second, mut third) = (turns.take(1), turns.take(1), turns.take(1));
        assert!(first.come().now_or_never().is_some());
        assert!(second.come().now_or_never().is_none());
        // Given up while it waits: nobody overtakes the first.
        drop(second);
        assert!(third.come().now_or_never().is_none());
        drop(first);
        assert!(third.come().now_or_never().is_some());
    }

    #[test]
    fn lines_of_other_keys_do_not_wait_and_none_is_kept() {
        let turns = Turns::default();
        let (first, mut other) = (turns.take(1), turns.take(2));
        assert!(other.come().now_or_never().is_some());
        // The last one of a line is given up before its turn: the line is the first one's again.
        drop(turns.take(1));
        let mut third = turns.take(1);
        assert!(third.come().now_or_never().is_none());
        drop(first);
        assert!(third.come().now_or_never().is_some());
        drop((third, other));
        assert!(turns.0.lock().is_empty());
    }
}
