//! Requests of one connection that are to be served later.

use std::collections::BTreeMap;

use onsmq_proto::codec::Command;
use tokio::time::Instant;

/// How many bytes of bodies wait at most, and how many requests; what is above is lost, as by a
/// broker that is stuck.
const MAX_BYTES: usize = 64 * 1024 * 1024;
const MAX_WAITING: usize = 4096;

/// By their times, and in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Delayed {
    requests: BTreeMap<(Instant, u64), Command>,
    added: u64,
    bytes: usize,
}

impl Delayed {
    pub(crate) fn put(&mut self, time: Instant, request: Command) {
        let bytes = self.bytes + request.body.len();
        if self.requests.len() < MAX_WAITING && bytes <= MAX_BYTES {
            self.bytes = bytes;
            self.added += 1;
            self.requests.insert((time, self.added), request);
        }
    }

    /// When the next one is due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.requests.first_key_value().map(|((time, _), _)| *time)
    }

    /// Takes a request that is due.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Command> {
        let first = self.requests.first_entry()?;
        let due = (first.key().0 <= now).then(|| first.remove())?;
        self.bytes -= due.body.len();
        Some(due)
    }
}
