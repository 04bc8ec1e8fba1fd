//! Sends that leave together: what comes while requests are under way waits for one of them, and
//! goes with the next. A send that finds a queue free does not wait.

use std::sync::Arc;

use onsmq_proto::machine::{Accumulator, BatchLimits, MessageQueue, Route};
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::attempt::{Sender, Tries};
use super::lead::Lead;
use super::leaving::Leaving;
use super::outgoing::{Content, Outgoing};
use super::waiting::{Held, Waiting, unpacked};
use crate::instance::Instance;
use crate::{Error, ErrorKind, Result, SendResult};

/// The lines in which the sends of a producer wait, one for each topic.
pub(super) struct Gathering {
    lines: RwLock<FxHashMap<String, Arc<Line>>>,
    pub(super) limits: BatchLimits,
}

pub(super) type Line = Mutex<Accumulator<Waiting>>;

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
        let new_line = || Arc::new(Mutex::new(Accumulator::new(self.limits)));
        let mut lines = self.lines.write();
        Arc::clone(lines.entry(topic.to_owned()).or_insert_with(new_line))
    }
}

/// When a message leaves.
enum Turn {
    /// With a queue that no other request is under way to.
    Now(Lead),
    /// Together with others, through the next queue that becomes free.
    Later,
    /// On its own.
    Alone,
}

impl Sender {
    /// The line of a message, if it may leave together with others.
    fn line_of(&self, outgoing: &Outgoing, content: Content<'_>) -> Option<Arc<Line>> {
        let gathering = self.gathering.as_ref()?;
        let may = outgoing.may_share() && content.bytes() <= gathering.limits.bytes;
        may.then(|| gathering.line(outgoing.wire_topic()))
    }

    /// Has a message wait for others to leave with. It is handed back where it is to leave at once:
    /// with a queue that is its own for as long as it takes, or alone.
    fn wait(self: &Arc<Self>, waiting: Waiting) -> Option<(Waiting, Option<Lead>)> {
        let outgoing = waiting.outgoing();
        let Some(line) = self.line_of(outgoing, outgoing.content()) else {
            return Some((waiting, None));
        };
        let mut sends = line.lock();
        match self.turn(&line, &mut sends, &waiting) {
            Turn::Alone => Some((waiting, None)),
            Turn::Now(lead) => Some((waiting, Some(lead))),
            Turn::Later => {
                self.join(waiting, &mut sends);
                None
            }
        }
    }

    /// Sends a message beside the caller, together with what waits or comes right behind it. Its
    /// content is lent.
    pub(super) fn send_beside(self: &Arc<Self>, mut waiting: Waiting, content: Content<'_>) {
        if let Some(line) = self.line_of(waiting.outgoing(), content) {
            let mut sends = line.lock();
            match self.turn(&line, &mut sends, &waiting) {
                Turn::Alone => {}
                Turn::Now(lead) => {
                    self.enter(waiting, content, &mut sends);
                    drop(sends);
                    return lead.drive();
                }
                Turn::Later => return self.enter(waiting, content, &mut sends),
            }
        }
        waiting.keep(content);
        waiting.carry_on(self, None);
    }

    /// When a message leaves. The first one to a topic has its queues found out, for all that come
    /// meanwhile.
    fn turn(
        self: &Arc<Self>,
        line: &Arc<Line>,
        sends: &mut Accumulator<Waiting>,
        waiting: &Waiting,
    ) -> Turn {
        if sends.has_waiting() {
            return Turn::Later;
        }
        let topic = waiting.outgoing().wire_topic();
        match self.instance.routes.get(topic) {
            None => {
                let (line, topic) = (Arc::clone(line), topic.to_owned());
                let finds = Arc::clone(self).find_queues(line, topic, waiting.deadline());
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

    /// Has a message that is whole wait in its line.
    pub(super) fn join(self: &Arc<Self>, mut waiting: Waiting, sends: &mut Accumulator<Waiting>) {
        let content = waiting.take_content();
        self.enter(waiting, Content::of(&content), sends);
    }

    fn enter(
        self: &Arc<Self>,
        waiting: Waiting,
        Content { body, properties }: Content<'_>,
        sends: &mut Accumulator<Waiting>,
    ) {
        if let Err((waiting, error)) = sends.push(waiting, body, properties) {
            let error = Error::internal(format!("a message cannot be put in a batch: {error}"));
            let error = waiting.outgoing().told_of(error);
            // Not here, where the line is locked: whoever is told may send again.
            let sender = Arc::clone(self);
            self.runtime
                .spawn(async move { waiting.over(&sender, Err(error)) });
        }
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
                let mut waiting = Vec::new();
                let mut line = line.lock();
                while let Some(gathered) = line.next_batch() {
                    waiting.extend(unpacked(gathered));
                }
                drop(line);
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
        let (told, over) = oneshot::channel();
        let waiting = Waiting::new(leaving, |sent| drop(told.send(sent)), held);
        match self.wait(waiting) {
            Some((waiting, lead)) => {
                let queue = lead.as_ref().map(Lead::queue);
                let leaving = waiting.leaving();
                let sent = leaving.sent_by(self, queue).await;
                drop(lead);
                leaving.told(self, sent)
            }
            None => over.await.unwrap_or_else(|_| Err(ended())),
        }
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

/// The runtime ends while a message waits.
pub(super) fn ended() -> Error {
    Error::new(ErrorKind::Closed, "the producer came to its end")
}
