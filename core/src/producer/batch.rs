//! Sends that leave together, with as little of each as can be: the message itself is in its entry.

use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::machine::{Gathered, MessageQueue};
use onsmq_proto::message::batch;
use tokio::time::Instant;
use tracing::Span;

use super::buffer::{Room, Share};
use super::done::{Done, Dones};
use super::in_flight::Token;
use super::leaving::{Draft, Leaving};
use super::line::Line;
use super::outgoing::{Content, Outgoing};
use super::shared::Running;
use super::stored::Place;
use super::waiting::{Held, Waiting};
use crate::{MessageId, SendResult, spans};

/// For how long a clock tells the time by itself, in ms.
const TRUSTED_MS: i64 = 50;

/// A send on its way into a batch.
pub(super) struct Entry<'a, D> {
    pub(super) draft: Draft,
    pub(super) content: Content<'a>,
    pub(super) hold: Hold<'a>,
    pub(super) done: D,
}

/// What a send holds while it is in flight.
pub(super) enum Hold<'a> {
    /// It has just begun, and its caller sees to it that the producer does not end meanwhile.
    Lent(&'a Running, Share<'a>),
    Own(Held),
}

impl Hold<'_> {
    pub(super) fn own(self) -> Held {
        match self {
            Self::Lent(running, share) => (running.sends.token(), share.own()),
            Self::Own(held) => held,
        }
    }
}

/// What is kept of a send beside its entry.
struct Kept {
    message_id: MessageId,
    begun: Instant,
    born_timestamp: i64,
    room: usize,
    /// If anybody wants one.
    span: Option<Box<Span>>,
}

/// Sends that leave together, in their order.
#[derive(Default)]
pub(super) struct Batch {
    sends: Vec<Kept>,
    dones: Dones,
    /// When the first has begun.
    begun: Option<Instant>,
    clock: Option<Clock>,
    /// Of all. None when it was let go of.
    room: Option<Room>,
    /// Until all were told: of the one that has begun first.
    in_flight: Option<Token>,
}

/// Tells when a send has begun by the time that its message is given, so that no other clock needs
/// to be asked.
#[derive(Clone, Copy)]
struct Clock {
    now: Instant,
    now_ms: i64,
}

impl Clock {
    /// It being now, in ms since 1970.
    fn at(now_ms: i64) -> Self {
        let now = Instant::now();
        Self { now, now_ms }
    }

    /// When it was this time, which is now or was just now.
    fn of(&mut self, ms: i64) -> Instant {
        let since = ms.saturating_sub(self.now_ms);
        if !(0..=TRUSTED_MS).contains(&since) {
            // Long ago, or the system's time was set.
            *self = Self::at(ms);
            return self.now;
        }
        self.now + Duration::from_millis(since.unsigned_abs())
    }
}

impl Batch {
    /// One more, whose entry was written.
    pub(super) fn add<D: Done>(&mut self, draft: Draft, hold: Hold<'_>, done: D) {
        let room = self.hold(hold);
        let begun = draft.begun.unwrap_or_else(|| {
            let first = || Clock::at(draft.born_timestamp);
            self.clock
                .get_or_insert_with(first)
                .of(draft.born_timestamp)
        });
        self.begun = Some(self.begun.map_or(begun, |first| first.min(begun)));
        self.sends.push(Kept {
            message_id: draft.message_id,
            begun,
            born_timestamp: draft.born_timestamp,
            room,
            span: (!draft.span.is_disabled()).then(|| Box::new(draft.span)),
        });
        self.dones.push(done);
    }

    /// Tells how much room it is.
    fn hold(&mut self, hold: Hold<'_>) -> usize {
        match (hold, &mut self.room) {
            (Hold::Lent(running, share), room) => {
                let size = share.size();
                match room {
                    Some(all) => all.add(share),
                    None => *room = Some(share.own()),
                }
                // What began before is waited for at least as long.
                self.in_flight.get_or_insert_with(|| running.sends.token());
                size
            }
            (Hold::Own((token, own)), room) => {
                let size = own.size();
                match room {
                    Some(all) => all.merge(own),
                    None => *room = Some(own),
                }
                self.in_flight = Some(match self.in_flight.take() {
                    Some(older) => older.or_older(token),
                    None => token,
                });
                size
            }
        }
    }

    /// When the first has begun.
    pub(super) const fn begun(&self) -> Option<Instant> {
        self.begun
    }

    /// The first one's time, in ms since 1970.
    pub(super) fn born_timestamp(&self) -> i64 {
        self.sends.first().map_or(0, |kept| kept.born_timestamp)
    }

    /// A broker has stored them, one behind the other, and message trace wants no record of them.
    pub(super) fn stored(mut self, line: &Line, queue: &MessageQueue, place: Place) {
        // Before anybody is told: who is may send.
        drop(self.room.take());
        let topic = line.topic.at(queue);
        for (kept, queue_offset) in self.sends.into_iter().zip(place.queue_offset..) {
            let result = SendResult {
                message_id: kept.message_id,
                topic: Arc::clone(&topic),
                broker_name: Arc::clone(&queue.broker_name),
                queue_id: place.queue_id,
                queue_offset,
            };
            if let Some(span) = kept.span {
                spans::sent(&span, Ok(&result));
            }
            self.dones.tell(Ok(result));
        }
    }
}

/// The sends of a batch on their own again, each with its message.
pub(super) fn unpacked(gathered: Gathered<Batch>, line: &Line) -> Vec<Waiting> {
    let Gathered {
        sends: mut batch,
        mut entries,
        ..
    } = gathered;
    let (Some(mut room), Some(token)) = (batch.room.take(), batch.in_flight.take()) else {
        return Vec::new();
    };
    let dones = &mut batch.dones;
    let waiting = batch.sends.into_iter().filter_map(|kept| {
        // This client wrote them itself.
        let entry = batch::take(&mut entries).ok().flatten()?;
        let draft = Draft {
            message_id: kept.message_id,
            born_timestamp: kept.born_timestamp,
            begun: Some(kept.begun),
            span: kept.span.map_or_else(Span::none, |span| *span),
        };
        let mut outgoing = Outgoing::shared(&draft, line.topic.clone());
        outgoing.hold(entry.body, entry.properties);
        let leaving = Leaving::of(draft, outgoing, line.timeout);
        let held = (token.clone(), room.split(kept.room));
        Some(Waiting::new(leaving, dones.next()?, held))
    });
    waiting.collect()
}

#[cfg(test)]
mod tests {
    use super::{Clock, Duration, Instant, TRUSTED_MS};

    #[test]
    fn a_clock_is_asked_again_where_the_time_was_set() {
        let mut clock = Clock::at(1_000);
        let first = clock.now;
        assert_eq!(clock.of(1_007), first + Duration::from_millis(7));
        for ms in [1_000 + TRUSTED_MS + 1, 3_600_000, 5] {
            let asked = Instant::now();
            let told = clock.of(ms);
            assert!(asked <= told && told <= Instant::now(), "{ms}");
            assert_eq!(clock.of(ms + 1), told + Duration::from_millis(1));
        }
    }
}
