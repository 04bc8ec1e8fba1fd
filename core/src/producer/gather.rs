//! Sends that leave together: what comes while requests are under way waits for one of them, and
//! goes with the next. A send that finds a queue free does not wait.

use std::sync::Arc;

use onsmq_proto::machine::{Accumulator, BatchLimits, MessageQueue, Route};
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::attempt::{Sender, Tries};
use super::buffer::Room;
use super::lead::Lead;
use super::leaving::Leaving;
use super::outgoing::Outgoing;
use super::stored::{At, Stored};
use crate::config::ProducerConfig;
use crate::instance::Instance;
use crate::{Error, ErrorKind, Result, SendResult};

/// The lines in which the sends of a producer wait, one for each topic.
pub(super) struct Gathering {
    lines: RwLock<FxHashMap<String, Arc<Line>>>,
    pub(super) limits: BatchLimits,
}

pub(super) type Line = Mutex<Accumulator<Waiting>>;

/// A send that waits, or is under way with others.
pub(super) struct Waiting {
    leaving: Box<Leaving>,
    done: Box<dyn Done>,
    held: Held,
}

/// What a send in flight holds: shutdown waits for it, and it takes up room.
pub(super) type Held = (TaskTrackerToken, Room);

/// Told what became of a send, on a thread of the runtime.
pub(super) trait Done: Send + 'static {
    fn tell(self: Box<Self>, sent: Result<SendResult>);
}

impl<F: FnOnce(Result<SendResult>) + Send + 'static> Done for F {
    fn tell(self: Box<Self>, sent: Result<SendResult>) {
        self(sent);
    }
}

impl Gathering {
    pub(super) fn new(limits: BatchLimits) -> Self {
        Self {
            lines: RwLock::default(),
            limits,
        }
    }

    fn line(&self, topic: &str) -> Arc<Line> {
        if let Some(line) = self.lines.read().get(topic) {
            return Arc::clone(line);
        }
        Arc::clone(self.lines.write().entry(topic.to_owned()).or_default())
    }

    /// The line of a message, if it may leave together with others.
    fn line_of(&self, outgoing: &Outgoing) -> Option<Arc<Line>> {
        let may = outgoing.may_share() && outgoing.bytes() <= self.limits.bytes;
        may.then(|| self.line(outgoing.wire_topic()))
    }
}

impl Sender {
    /// Has a message wait for others to leave with. It is handed back where it is to leave at once:
    /// with a queue that is its own for as long as it takes, or alone.
    fn wait(self: &Arc<Self>, waiting: Waiting) -> Option<(Waiting, Option<Lead>)> {
        let Some((line, route)) = self.line_and_route(waiting.outgoing()) else {
            return Some((waiting, None));
        };
        let mut sends = line.lock();
        match self.lead(&line, &mut sends, route.as_deref()) {
            Some(lead) => Some((waiting, Some(lead))),
            None => {
                self.join(waiting, &line, &mut sends, route.is_some());
                None
            }
        }
    }

    /// Sends a message beside the caller, together with what waits or comes right behind it.
    pub(super) fn send_beside(self: &Arc<Self>, waiting: Waiting) {
        let Some((line, route)) = self.line_and_route(waiting.outgoing()) else {
            return waiting.carry_on(self, None);
        };
        let mut sends = line.lock();
        let lead = self.lead(&line, &mut sends, route.as_deref());
        self.join(waiting, &line, &mut sends, route.is_some());
        drop(sends);
        if let Some(lead) = lead {
            lead.drive();
        }
    }

    /// Has a message wait in its line. The first one to a topic has its queues found out.
    fn join(
        self: &Arc<Self>,
        waiting: Waiting,
        line: &Arc<Line>,
        sends: &mut Accumulator<Waiting>,
        queues_are_known: bool,
    ) {
        if !queues_are_known && !sends.has_waiting() {
            let topic = waiting.outgoing().wire_topic().to_owned();
            let finds = Arc::clone(self).find_queues(Arc::clone(line), topic, waiting.deadline());
            self.runtime.spawn(finds);
        }
        let bytes = waiting.outgoing().bytes();
        sends.push(waiting, bytes);
    }

    /// Finds out the queues of a topic, for all that wait for them.
    async fn find_queues(self: Arc<Self>, line: Arc<Line>, topic: String, deadline: Instant) {
        let Instance { routes, peers, .. } = &*self.instance;
        match routes.for_sending(peers, &topic, deadline).await {
            // Who has a queue already, takes along what waits.
            Ok(route) if !route.write_queues.is_empty() => {
                if let Some(lead) = self.another_lead(&line, &route) {
                    lead.drive();
                }
            }
            // Each may have time left to try again.
            found => {
                let (sends, _) = line.lock().next(BatchLimits::NONE);
                for waiting in sends {
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
        leaving: Box<Leaving>,
        held: Held,
    ) -> Result<SendResult> {
        let (told, over) = oneshot::channel();
        let done = Box::new(|sent| drop(told.send(sent)));
        let waiting = Waiting {
            leaving,
            done,
            held,
        };
        match self.wait(waiting) {
            Some((waiting, lead)) => {
                let queue = lead.as_ref().map(Lead::queue);
                let sent = waiting.leaving.sent_by(self, queue).await;
                drop(lead);
                waiting.leaving.told(self, sent)
            }
            None => over.await.unwrap_or_else(|_| Err(ended())),
        }
    }

    /// The line of a message, if it may wait there, and the queues of its topic, if they are known.
    /// A topic that cannot be sent to has no line: nobody would come to take along what waits.
    fn line_and_route(&self, outgoing: &Outgoing) -> Option<(Arc<Line>, Option<Arc<Route>>)> {
        let line = self.gathering.as_ref()?.line_of(outgoing)?;
        let route = self.instance.routes.get(outgoing.wire_topic());
        let is_closed = |route: &Arc<Route>| route.write_queues.is_empty();
        (!route.as_ref().is_some_and(is_closed)).then_some((line, route))
    }

    /// A queue to send to, while nothing waits.
    fn lead(
        self: &Arc<Self>,
        line: &Arc<Line>,
        sends: &mut Accumulator<Waiting>,
        route: Option<&Route>,
    ) -> Option<Lead> {
        if sends.has_waiting() {
            return None;
        }
        self.take_up(line, sends, route?)
    }

    /// A queue to send to what waits for others.
    pub(super) fn another_lead(self: &Arc<Self>, line: &Arc<Line>, route: &Route) -> Option<Lead> {
        let mut sends = line.lock();
        if !sends.has_waiting() {
            return None;
        }
        self.take_up(line, &mut sends, route)
    }

    fn take_up(
        self: &Arc<Self>,
        line: &Arc<Line>,
        sends: &mut Accumulator<Waiting>,
        route: &Route,
    ) -> Option<Lead> {
        let queue = self.free_queue(sends, route)?.clone();
        sends.take_up(&queue);
        Some(Lead::new(Arc::clone(self), Arc::clone(line), queue))
    }

    pub(super) fn free_queue<'a>(
        &self,
        sends: &Accumulator<Waiting>,
        route: &'a Route,
    ) -> Option<&'a MessageQueue> {
        let is_free = |queue: &MessageQueue| sends.is_free(queue);
        self.selector
            .choose_free(route, &self.instance.health, is_free)
    }
}

impl Waiting {
    pub(super) fn new(leaving: Box<Leaving>, done: Box<dyn Done>, held: Held) -> Self {
        Self {
            leaving,
            done,
            held,
        }
    }

    pub(super) const fn outgoing(&self) -> &Outgoing {
        &self.leaving.outgoing
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.leaving.deadline
    }

    /// As it travels, with its body compressed where it is to be.
    pub(super) async fn ready(mut self, config: &ProducerConfig) -> Self {
        self.leaving = self.leaving.ready(config).await;
        self
    }

    /// A broker has stored it.
    pub(super) fn stored(self, sender: &Sender, queue: &MessageQueue, at: At) {
        let outgoing = self.outgoing();
        let stored = at.of(outgoing.message_id, outgoing.topic_at(queue));
        self.over(sender, Ok(stored));
    }

    /// It is known what became of it.
    pub(super) fn over(self, sender: &Sender, sent: Result<Stored>) {
        let told = self.leaving.told(sender, sent);
        drop(self.held);
        self.done.tell(told);
    }

    /// Sends it alone, beside the caller; again where a try has failed.
    pub(super) fn carry_on(self, sender: &Arc<Sender>, failure: Option<(Tries, Error)>) {
        let sender = Arc::clone(sender);
        sender.runtime.clone().spawn(async move {
            let leaving = &self.leaving;
            let sent = match failure {
                None => leaving.sent_by(&sender, None).await,
                Some((tries, error)) => leaving.sent_again_by(&sender, tries, error).await,
            };
            self.over(&sender, sent);
        });
    }
}

/// The runtime ends while a message waits.
pub(super) fn ended() -> Error {
    Error::new(ErrorKind::Closed, "the producer came to its end")
}
