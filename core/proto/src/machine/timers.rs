//! One table of named timers.

use std::time::Instant;

/// When each of a few named timers is due. `K` is an enum with a line per timer.
#[derive(Debug)]
pub struct Timers<K>(Vec<(K, Instant)>);

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + PartialEq> Timers<K> {
    /// Sets a timer, in place of when it was due before.
    pub fn set(&mut self, timer: K, due: Instant) {
        match self.0.iter_mut().find(|(it, _)| *it == timer) {
            Some((_, at)) => *at = due,
            None => self.0.push((timer, due)),
        }
    }

    /// Sets a timer unless it is due earlier anyway.
    pub fn set_earlier(&mut self, timer: K, due: Instant) {
        if self.due(timer).is_none_or(|at| due < at) {
            self.set(timer, due);
        }
    }

    /// When a timer is due.
    #[must_use]
    pub fn due(&self, timer: K) -> Option<Instant> {
        self.0
            .iter()
            .find(|(it, _)| *it == timer)
            .map(|(_, at)| *at)
    }

    /// When the first of them is due.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.0.iter().map(|(_, at)| *at).min()
    }

    /// Takes out a timer that is due, the earliest first.
    pub fn expire(&mut self, now: Instant) -> Option<K> {
        let (index, (_, at)) = self.0.iter().enumerate().min_by_key(|(_, (_, at))| *at)?;
        (*at <= now).then(|| self.0.swap_remove(index).0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Timers;

    #[test]
    fn timers_come_out_when_due_and_in_order() {
        let now = Instant::now();
        let after = |ms| now + Duration::from_millis(ms);
        let mut timers = Timers::default();
        timers.set('b', after(20));
        timers.set('a', after(10));
        timers.set('c', after(30));
        timers.set_earlier('c', after(40));
        timers.set('b', after(5));
        assert_eq!(timers.next_timeout(), Some(after(5)));
        assert_eq!(timers.expire(now), None);
        assert_eq!(timers.expire(after(30)), Some('b'));
        assert_eq!(timers.expire(after(30)), Some('a'));
        assert_eq!(timers.expire(after(30)), Some('c'));
        assert_eq!(
            (timers.expire(after(99)), timers.next_timeout()),
            (None, None)
        );
    }
}
