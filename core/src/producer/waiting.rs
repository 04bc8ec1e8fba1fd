//! A send on its own that its caller does not wait for, and who is told of its end.

use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::machine::MessageQueue;
use tokio::time::Instant;

use super::attempt::{Sender, Tries};
use super::batch::{Entry, Hold};
use super::buffer::Room;
use super::done::AnyDone;
use super::in_flight::Token;
use super::leaving::Leaving;
use super::outgoing::Outgoing;
use super::stored::{At, Stored};
use crate::config::ProducerConfig;
use crate::{Error, Result};

/// A send on its own: alone from its start, or out of a batch.
pub(super) struct Waiting {
    leaving: Leaving,
    held: Held,
    done: AnyDone,
}

/// What a send in flight holds: shutdown waits for it, and it takes up room.
pub(super) type Held = (Token, Room);

impl Waiting {
    pub(super) const fn new(leaving: Leaving, done: AnyDone, held: Held) -> Self {
        Self {
            leaving,
            held,
            done,
        }
    }

    pub(super) const fn outgoing(&self) -> &Outgoing {
        &self.leaving.outgoing
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.leaving.deadline
    }

    /// A broker has stored it.
    pub(super) fn stored(self, sender: &Sender, queue: &MessageQueue, at: At) {
        let outgoing = self.outgoing();
        let stored = at.of(outgoing.message_id, outgoing.topic.at(queue));
        self.over(sender, Ok(stored));
    }

    /// It is known what became of it.
    pub(super) fn over(self, sender: &Sender, sent: Result<Stored>) {
        let told = self.leaving.told(sender, sent);
        let (_in_flight, room) = self.held;
        // Before anybody is told: who is may send.
        drop(room);
        (self.done)(told);
    }

    /// Tells its span what is known of it before it leaves.
    pub(super) fn is_known(&self) {
        self.leaving.is_known();
    }

    /// As it travels, with its body compressed where it is to be.
    pub(super) async fn ready(mut self, config: &ProducerConfig) -> Self {
        self.leaving.ready(config).await;
        self
    }

    /// Has it leave with others, or alone where it is not to.
    pub(super) fn leave(self, sender: &Arc<Sender>, timeout: Duration) {
        let alone = match self.outgoing().may_share() {
            true => self.gathered(timeout, |topic, entry| sender.gather(topic, entry, true)),
            false => Some(self),
        };
        if let Some(alone) = alone {
            alone.carry_on(sender, None);
        }
    }

    /// Has it enter a batch; it is handed back where it does not.
    pub(super) fn gathered(
        self,
        timeout: Duration,
        enter: impl for<'a> FnOnce(&str, Entry<'a, AnyDone>) -> Option<Entry<'a, AnyDone>>,
    ) -> Option<Self> {
        let (draft, outgoing) = self.leaving.apart();
        let entry = Entry {
            draft,
            content: outgoing.content(),
            hold: Hold::Own(self.held),
            done: self.done,
        };
        let refused = enter(outgoing.topic.plain(), entry);
        let refused = refused.map(|it| (it.draft, it.done, it.hold.own()));
        refused
            .map(|(draft, done, held)| Self::new(Leaving::of(draft, outgoing, timeout), done, held))
    }

    /// Sends it alone, beside the caller; again where a try has failed.
    pub(super) fn carry_on(self, sender: &Arc<Sender>, failure: Option<(Tries, Error)>) {
        let sender = Arc::clone(sender);
        sender.runtime.clone().spawn(async move {
            let leaving = &self.leaving;
            let sent = match failure {
                None => leaving.sent_by(&sender, None).await,
                Some((tries, error)) => {
                    Box::pin(leaving.sent_again_by(&sender, tries, error)).await
                }
            };
            self.over(&sender, sent);
        });
    }
}
