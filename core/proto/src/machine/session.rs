//! The requests in flight on one connection.
//!
//! ```text
//!   begin ---> in flight ---answer---> (taken out with its waiter)
//!                 |  \----deadline---> (taken out with its waiter: time-out)
//!                 +--------close-----> (taken out with its waiter: connection lost)
//! ```

use std::time::Instant;

use rustc_hash::FxHashMap;

/// Who waits for which opaque, and until when. `W` is what a caller waits with.
#[derive(Debug)]
pub struct Session<W> {
    next_opaque: i32,
    in_flight: FxHashMap<i32, (W, Instant)>,
    /// No deadline is earlier than this. Deadlines of requests that were answered are not looked
    /// for: the next sweep is only a little too early then, once in a time-out.
    earliest: Option<Instant>,
}

impl<W> Default for Session<W> {
    fn default() -> Self {
        Self {
            next_opaque: 0,
            in_flight: FxHashMap::default(),
            earliest: None,
        }
    }
}

impl<W> Session<W> {
    /// An opaque for a request that nobody waits for.
    pub fn next_opaque(&mut self) -> i32 {
        loop {
            let opaque = self.next_opaque;
            self.next_opaque = self.next_opaque.wrapping_add(1);
            // After four thousand million requests an old one may still be there.
            if !self.in_flight.contains_key(&opaque) {
                return opaque;
            }
        }
    }

    /// Takes in a request and answers its opaque.
    pub fn begin(&mut self, waiter: W, deadline: Instant) -> i32 {
        let opaque = self.next_opaque();
        self.in_flight.insert(opaque, (waiter, deadline));
        if self.earliest.is_none_or(|earliest| deadline < earliest) {
            self.earliest = Some(deadline);
        }
        opaque
    }

    /// Who waits for an answer with this opaque. Nobody where it comes after its deadline.
    pub fn answered(&mut self, opaque: i32) -> Option<W> {
        self.in_flight.remove(&opaque).map(|(waiter, _)| waiter)
    }

    /// When [`Session::expire`] is to be called.
    #[must_use]
    pub const fn next_timeout(&self) -> Option<Instant> {
        self.earliest
    }

    /// Takes out those whose deadline is over.
    pub fn expire(&mut self, now: Instant) -> Vec<W> {
        if self.earliest.is_none_or(|earliest| now < earliest) {
            return Vec::new();
        }
        let expired: Vec<i32> = self
            .in_flight
            .iter()
            .filter(|(_, (_, deadline))| *deadline <= now)
            .map(|(opaque, _)| *opaque)
            .collect();
        let expired = expired
            .into_iter()
            .filter_map(|opaque| self.answered(opaque))
            .collect();
        self.earliest = self.in_flight.values().map(|(_, deadline)| *deadline).min();
        expired
    }

    /// Takes out all: the connection is gone.
    pub fn close(&mut self) -> Vec<W> {
        self.earliest = None;
        self.in_flight
            .drain()
            .map(|(_, (waiter, _))| waiter)
            .collect()
    }

    /// How many are in flight.
    #[must_use]
    pub fn len(&self) -> usize {
        self.in_flight.len()
    }

    /// Whether none is in flight.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.in_flight.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Session;

    #[test]
    fn each_answer_finds_its_waiter_once() {
        let now = Instant::now();
        let mut session = Session::default();
        let (a, b) = (session.begin("a", now), session.begin("b", now));
        assert_eq!(session.answered(b), Some("b"));
        assert_eq!(session.answered(b), None);
        assert_eq!(session.close(), ["a"]);
        assert_eq!(session.answered(a), None);
    }

    #[test]
    fn only_what_is_over_its_deadline_expires() {
        let now = Instant::now();
        let after = |s| now + Duration::from_secs(s);
        let mut session = Session::default();
        session.begin("late", after(30));
        let early = session.begin("early", after(3));
        assert_eq!(session.next_timeout(), Some(after(3)));
        assert!(session.expire(after(2)).is_empty());
        assert_eq!(session.expire(after(3)), ["early"]);
        assert_eq!(session.answered(early), None);
        assert_eq!(session.next_timeout(), Some(after(30)));
    }

    #[test]
    fn an_opaque_in_flight_is_not_given_again() {
        let mut session = Session {
            next_opaque: i32::MAX,
            ..Session::default()
        };
        let now = Instant::now();
        assert_eq!(session.begin((), now), i32::MAX);
        assert_eq!(session.begin((), now), i32::MIN);
        session.next_opaque = i32::MAX;
        assert_eq!(session.begin((), now), i32::MIN + 1);
    }
}
