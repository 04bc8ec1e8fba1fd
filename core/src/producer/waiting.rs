//! A send that waits, or is under way with others, and who is told of its end.

use std::sync::Arc;

use bytes::Bytes;
use onsmq_proto::machine::{Gathered, MessageQueue};
use onsmq_proto::message::batch;
use tokio::time::Instant;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::attempt::{Sender, Tries};
use super::buffer::Room;
use super::leaving::Leaving;
use super::outgoing::{Content, Outgoing};
use super::stored::{At, Stored};
use crate::config::ProducerConfig;
use crate::{Error, Result, SendResult};

/// A send that waits, or is under way with others. It has as few pieces of memory of its own as can
/// be: they are made on one thread and freed on another, which is what allocators are slow at.
pub(super) struct Waiting {
    leaving: Leaving,
    /// None when it is over.
    room: Option<Room>,
    /// Until its end was told.
    _in_flight: TaskTrackerToken,
    done: Box<dyn FnOnce(Result<SendResult>) + Send>,
}

/// What a send in flight holds: shutdown waits for it, and it takes up room.
pub(super) type Held = (TaskTrackerToken, Room);

/// Told what became of a send, on a thread of the runtime.
pub(super) trait Done: Send + 'static {
    fn tell(self, sent: Result<SendResult>);
}

impl<F: FnOnce(Result<SendResult>) + Send + 'static> Done for F {
    fn tell(self, sent: Result<SendResult>) {
        self(sent);
    }
}

impl Waiting {
    pub(super) fn new(leaving: Leaving, done: impl Done, (in_flight, room): Held) -> Self {
        Self {
            leaving,
            room: Some(room),
            _in_flight: in_flight,
            done: Box::new(|sent| done.tell(sent)),
        }
    }

    pub(super) const fn leaving(&self) -> &Leaving {
        &self.leaving
    }

    pub(super) const fn outgoing(&self) -> &Outgoing {
        &self.leaving.outgoing
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.leaving.deadline
    }

    /// As it travels, with its body compressed where it is to be.
    pub(super) async fn ready(&mut self, config: &ProducerConfig) {
        self.leaving.ready(config).await;
    }

    /// Makes its own what was lent, to leave alone or later.
    pub(super) fn keep(&mut self, content: Content<'_>) {
        self.leaving.outgoing.keep(content);
    }

    /// What it holds, which goes into an entry of a batch.
    pub(super) fn take_content(&mut self) -> (Bytes, String) {
        self.leaving.outgoing.take_content()
    }

    /// The room that it takes up, which is let go of before anybody is told: who is may send.
    pub(super) const fn take_room(&mut self) -> Option<Room> {
        self.room.take()
    }

    /// A broker has stored it.
    pub(super) fn stored(self, sender: &Sender, queue: &MessageQueue, at: At) {
        let outgoing = self.outgoing();
        let stored = at.of(outgoing.message_id, outgoing.topic_at(queue));
        self.over(sender, Ok(stored));
    }

    /// It is known what became of it.
    pub(super) fn over(mut self, sender: &Sender, sent: Result<Stored>) {
        let told = self.leaving.told(sender, sent);
        drop(self.take_room());
        (self.done)(told);
    }

    /// Sends it alone, beside the caller; again where a try has failed.
    pub(super) fn carry_on(self, sender: &Arc<Sender>, failure: Option<(Tries, Error)>) {
        let sender = Arc::clone(sender);
        sender.runtime.clone().spawn(async move {
            let leaving = self.leaving();
            let sent = match failure {
                None => leaving.sent_by(&sender, None).await,
                Some((tries, error)) => leaving.sent_again_by(&sender, tries, error).await,
            };
            self.over(&sender, sent);
        });
    }
}

/// The sends of a batch, each with its body and its properties again.
pub(super) fn unpacked(gathered: Gathered<Waiting>) -> Vec<Waiting> {
    let Gathered {
        mut sends,
        mut entries,
    } = gathered;
    for waiting in &mut sends {
        // This client wrote them itself.
        if let Ok(Some(entry)) = batch::take(&mut entries) {
            let outgoing = &mut waiting.leaving.outgoing;
            outgoing.hold(entry.body, entry.properties);
        }
    }
    sends
}
