//! Sends that leave together: what comes while requests are under way waits for one of them, and
//! goes with the next. A send that finds a queue free does not wait.

use std::sync::Arc;

use onsmq_proto::machine::{Accumulator, MessageQueue, Route};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::attempt::{Sender, Tries};
use super::batch::{Batch, Entry, Hold, unpacked};
use super::done::Done;
use super::lead::Lead;
use super::leaving::Leaving;
use super::line::Line;
use super::waiting::Held;
use crate::instance::Instance;
use crate::{Error, ErrorKind, Result, SendResult};

/// When a message leaves.
enum Turn {
    /// With a queue that no other request is under way to.
    Now(Lead),
    /// Together with others, through the next queue that becomes free.
    Later,
    /// On its own.
    Alone,
}

/// What becomes of a send that its caller waits for.
#[expect(
    clippy::large_enum_variant,
    reason = "it is looked at where it was made"
)]
enum Way {
    /// It leaves together with others.
    Together(oneshot::Receiver<Result<SendResult>>),
    /// It leaves alone, and at once: with a queue that is its own for as long as it takes, or
    /// without.
    Alone(Leaving, Held, Option<Lead>),
}

impl Sender {
    /// Sends a message beside the caller, together with what waits or comes right behind it. It is
    /// handed back where it is to leave alone.
    pub(super) fn gather<'a, D: Done>(
        self: &Arc<Self>,
        topic: &str,
        entry: Entry<'a, D>,
        more_follow: bool,
    ) -> Option<Entry<'a, D>> {
        let bytes = entry.content.bytes();
        let lines = self.lines.as_ref();
        let Some(lines) = lines.filter(|lines| lines.have_room(bytes)) else {
            return Some(entry);
        };
        let (alone, lead) = lines.line(topic, |line| {
            let mut sends = line.sends.lock();
            let is_lone = !more_follow && sends.is_idle();
            match self.turn(line, &mut sends, entry.draft.begun) {
                Turn::Alone => (Some(entry), None),
                Turn::Later => (enter(entry, &mut sends), None),
                Turn::Now(lead) => (enter(entry, &mut sends), Some((lead, is_lone))),
            }
        });
        match lead {
            // To a caller that goes on sending a write is worth many messages, and somebody of the
            // runtime is awake.
            Some((lead, false)) => lead.drive(),
            Some((lead, true)) => lead.begin(),
            None => {}
        }
        alone
    }

    /// When a message leaves. The first one to a topic has its queues found out, for all that come
    /// meanwhile.
    fn turn(
        self: &Arc<Self>,
        line: &Arc<Line>,
        sends: &mut Accumulator<Batch>,
        begun: Option<Instant>,
    ) -> Turn {
        if sends.has_waiting() {
            return Turn::Later;
        }
        match self.instance.routes.get(line.topic.wire()) {
            None => {
                let deadline = begun.unwrap_or_else(Instant::now) + line.timeout;
                let finds = Arc::clone(self).find_queues(Arc::clone(line), deadline);
                self.runtime.spawn(finds);
                Turn::Later
            }
            // Nobody would come to take along what waits.
            Some(route) if route.write_queues.is_empty() => Turn::Alone,
            Some(route) => self
                .take_up(line, sends, &route)
                .map_or(Turn::Later, Turn::Now),
        }
    }

    /// Finds out the queues of a topic, for all that wait for them.
    async fn find_queues(self: Arc<Self>, line: Arc<Line>, deadline: Instant) {
        let Instance { routes, peers, .. } = &*self.instance;
        match routes.for_sending(peers, line.topic.wire(), deadline).await {
            // Who has a queue already, takes along what waits.
            Ok(route) if !route.write_queues.is_empty() => {
                if let Some(lead) = self.another_lead(&line, &route) {
                    lead.drive();
                }
            }
            // Each may have time left to try again.
            found => {
                let mut waiting = Vec::new();
                let mut sends = line.sends.lock();
                while let Some(gathered) = sends.next_batch() {
                    waiting.extend(unpacked(gathered, &line));
                }
                drop(sends);
                for waiting in waiting {
                    let tries = Tries::new(waiting.deadline());
                    let failure = found.as_ref().err().map(|error| (tries, error.clone()));
                    waiting.carry_on(&self, failure);
                }
            }
        }
    }

    /// Sends a message, alone or together with others.
    pub(super) async fn send_either_way(
        self: &Arc<Self>,
        leaving: Leaving,
        held: Held,
    ) -> Result<SendResult> {
        match self.way(leaving, held) {
            Way::Together(over) => over.await.unwrap_or_else(|_| Err(ended())),
            Way::Alone(leaving, _held, lead) => {
                let queue = lead.as_ref().map(Lead::queue);
                let sent = leaving.sent_by(self, queue).await;
                drop(lead);
                leaving.told(self, sent)
            }
        }
    }

    fn way(self: &Arc<Self>, leaving: Leaving, held: Held) -> Way {
        let outgoing = &leaving.outgoing;
        let may = outgoing.may_share();
        let bytes = outgoing.content().bytes();
        let lines = self.lines.as_ref();
        let Some(lines) = lines.filter(|lines| may && lines.have_room(bytes)) else {
            return Way::Alone(leaving, held, None);
        };
        let line = lines.line(outgoing.topic.plain(), Arc::clone);
        let mut sends = line.sends.lock();
        match self.turn(&line, &mut sends, Some(leaving.begun)) {
            Turn::Alone => return Way::Alone(leaving, held, None),
            Turn::Now(lead) => return Way::Alone(leaving, held, Some(lead)),
            Turn::Later => {}
        }
        let (draft, outgoing) = leaving.apart();
        let (told, over) = oneshot::channel();
        let entry = Entry {
            draft,
            content: outgoing.content(),
            hold: Hold::Own(held),
            done: told,
        };
        let refused = enter(entry, &mut sends).map(|it| (it.draft, it.hold.own()));
        match refused {
            None => Way::Together(over),
            Some((draft, held)) => {
                Way::Alone(Leaving::of(draft, outgoing, line.timeout), held, None)
            }
        }
    }

    /// A queue to send to what waits for others.
    pub(super) fn another_lead(self: &Arc<Self>, line: &Arc<Line>, route: &Route) -> Option<Lead> {
        let mut sends = line.sends.lock();
        if !sends.has_waiting() {
            return None;
        }
        self.take_up(line, &mut sends, route)
    }

    fn take_up(
        self: &Arc<Self>,
        line: &Arc<Line>,
        sends: &mut Accumulator<Batch>,
        route: &Route,
    ) -> Option<Lead> {
        let queue = self.free_queue(sends, route)?.clone();
        sends.take_up(&queue);
        Some(Lead::new(Arc::clone(self), Arc::clone(line), queue))
    }

    pub(super) fn free_queue<'a>(
        &self,
        sends: &Accumulator<Batch>,
        route: &'a Route,
    ) -> Option<&'a MessageQueue> {
        let is_free = |queue: &MessageQueue| sends.is_free(queue);
        self.selector
            .choose_free(route, &self.instance.health, is_free)
    }
}

/// Has a send wait in its line. It is handed back where its message has no place in a batch.
pub(super) fn enter<'a, D: Done>(
    entry: Entry<'a, D>,
    sends: &mut Accumulator<Batch>,
) -> Option<Entry<'a, D>> {
    let content = entry.content;
    let Ok(batch) = sends.push(content.body, content.properties) else {
        return Some(entry);
    };
    batch.add(entry.draft, entry.hold, entry.done);
    None
}

/// The runtime ends while a message waits.
pub(super) fn ended() -> Error {
    Error::new(ErrorKind::Closed, "the producer came to its end")
}
