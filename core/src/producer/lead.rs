//! Who has a queue to send to, and takes along what waits.

use std::sync::Arc;

use bytes::Bytes;
use onsmq_proto::codec::Command;
use onsmq_proto::machine::{Accumulator, BatchLimits, Gathered, MessageQueue, Route};
use tokio::time::Instant;

use super::attempt::{Sender, Tries, try_deadline};
use super::batch::{Batch, unpacked};
use super::begin::{begin, leave_caller};
use super::gather::enter;
use super::line::Line;
use super::next::{Next, next_step};
use super::select::has_alternative;
use super::stored::{Answer, Place};
use super::waiting::Waiting;
use crate::request::send::Send;
use crate::{Error, ErrorKind, Result};

/// A queue that no other request is under way to. When it is dropped, what waits meanwhile leaves
/// through the same queue.
pub(super) struct Lead {
    sender: Arc<Sender>,
    line: Arc<Line>,
    queue: MessageQueue,
    /// A task was made of it, and has not begun.
    is_driven: bool,
    is_over: bool,
}

impl Lead {
    /// The queue has been taken up in the line.
    pub(super) const fn new(sender: Arc<Sender>, line: Arc<Line>, queue: MessageQueue) -> Self {
        Self {
            sender,
            line,
            queue,
            is_driven: false,
            is_over: false,
        }
    }

    pub(super) const fn queue(&self) -> &MessageQueue {
        &self.queue
    }

    /// Sends what waits, until nothing does, beside the caller.
    pub(super) fn drive(mut self) {
        self.is_driven = true;
        self.sender.runtime.clone().spawn(self.run());
    }

    /// The same, but what leaves first is written with this call, if its broker is connected.
    pub(super) fn begin(self) {
        let sender = Arc::clone(&self.sender);
        let address = sender.master(&self.queue);
        // To connect takes its time, and has more to tell.
        match address.is_ok_and(|it| sender.instance.peers.is_connected(&it)) {
            true => begin(&sender.runtime, self.run()),
            false => self.drive(),
        }
    }

    async fn run(mut self) {
        self.is_driven = false;
        while !self.is_over
            && let Some(gathered) = self.next()
        {
            // None where the topic was forgotten meanwhile.
            let route = self.sender.instance.routes.get(&self.queue.topic);
            self.share(route.as_deref());
            if let Some(gathered) = self.in_time(gathered).await
                && let Err(failed) = self.send(gathered, route.as_deref()).await
            {
                self.again(failed);
            }
            self.move_on();
        }
    }

    /// What leaves next. Where nothing waits the queue is let go.
    fn next(&mut self) -> Option<Gathered<Batch>> {
        let mut line = self.line.sends.lock();
        let gathered = line.next_batch();
        if gathered.is_none() {
            line.let_go(&self.queue);
            self.is_over = true;
        }
        gathered
    }

    /// Has another queue take what is still waiting, if one is free.
    fn share(&self, route: Option<&Route>) {
        let lead = route.and_then(|route| self.sender.another_lead(&self.line, route));
        if let Some(lead) = lead {
            lead.drive();
        }
    }

    /// Goes on with the next queue that is free: all are to get their share, and this one's broker
    /// may be in trouble.
    fn move_on(&mut self) {
        let routes = &self.sender.instance.routes;
        let Some(route) = routes.get(&self.queue.topic) else {
            return;
        };
        let mut line = self.line.sends.lock();
        if !line.has_waiting() {
            // The turn of the next queue is the next message's.
            return;
        }
        line.let_go(&self.queue);
        match self.sender.free_queue(&line, &route) {
            Some(queue) => self.queue = queue.clone(),
            // Passed over, and all others are busy: who has them takes along what waits.
            None if !route.write_queues.is_empty() => {
                self.is_over = true;
                return;
            }
            None => {}
        }
        line.take_up(&self.queue);
    }

    /// Those whose time is not over. The others are told.
    async fn in_time(&self, gathered: Gathered<Batch>) -> Option<Gathered<Batch>> {
        let now = Instant::now();
        let timeout = self.line.timeout;
        if gathered.sends.begun().is_none_or(|it| it + timeout > now) {
            return Some(gathered);
        }
        leave_caller().await;
        let sender = &self.sender;
        // They were in one, and are in one again.
        let mut left = Accumulator::new(BatchLimits::NONE);
        for waiting in unpacked(gathered, &self.line) {
            if waiting.deadline() <= now {
                let why =
                    "the message did not leave in time: the requests before it were not answered";
                let error = waiting.outgoing().told_of(Error::timeout(why));
                waiting.over(sender, Err(error));
            } else if let Some(alone) =
                waiting.gathered(timeout, |_, entry| enter(entry, &mut left))
            {
                alone.carry_on(sender, None);
            }
        }
        left.next_batch()
    }

    async fn send(&self, gathered: Gathered<Batch>, route: Option<&Route>) -> Result<(), Failed> {
        let Some(begun) = gathered.sends.begun() else {
            return Ok(());
        };
        let has_alternative = route.is_some_and(has_alternative);
        let deadline = try_deadline(begun + self.line.timeout, has_alternative);
        if gathered.count == 1 {
            let sends = unpacked(gathered, &self.line);
            return self.send_alone(sends, route, deadline).await;
        }
        let born_timestamp = gathered.sends.born_timestamp();
        let command = self.command(born_timestamp, gathered.entries.clone());
        let answered = self.request(command, deadline).await;
        leave_caller().await;
        match answered {
            Ok((place, answer)) if answer.is_recorded => {
                // A record needs the message as it was.
                let sends = unpacked(gathered, &self.line);
                self.stored(sends, route, place, answer);
                Ok(())
            }
            Ok((place, _)) => {
                self.succeeded(route);
                gathered.sends.stored(&self.line, &self.queue, place);
                Ok(())
            }
            Err(error) => Err(Failed {
                sends: unpacked(gathered, &self.line),
                error,
            }),
        }
    }

    async fn send_alone(
        &self,
        sends: Vec<Waiting>,
        route: Option<&Route>,
        deadline: Instant,
    ) -> Result<(), Failed> {
        let sent = match sends.first() {
            Some(waiting) => {
                let sender = &self.sender;
                sender
                    .request_once(waiting.outgoing(), &self.queue, deadline)
                    .await
            }
            None => return Ok(()),
        };
        leave_caller().await;
        match sent {
            Ok((place, answer)) => {
                self.stored(sends, route, place, answer);
                Ok(())
            }
            Err(error) => Err(Failed { sends, error }),
        }
    }

    /// A broker has stored them, one behind the other.
    fn stored(&self, sends: Vec<Waiting>, route: Option<&Route>, place: Place, answer: Answer) {
        self.succeeded(route);
        let answer = Arc::new(answer);
        for (behind, waiting) in (0..).zip(sends) {
            let at = place.at(&self.queue, behind, &answer);
            waiting.stored(&self.sender, &self.queue, at);
        }
    }

    fn succeeded(&self, route: Option<&Route>) {
        if let Some(route) = route {
            self.sender.succeeded(&self.queue, route);
        }
    }

    async fn request(&self, batch: Command, deadline: Instant) -> Result<(Place, Answer)> {
        let address = self.sender.master(&self.queue)?;
        self.sender.exchange(address, batch, deadline).await
    }

    fn command(&self, born_timestamp: i64, entries: Bytes) -> Command {
        Send {
            group: &self.sender.group,
            topic: &self.queue.topic,
            queue_id: self.queue.queue_id,
            sys_flag: 0,
            born_timestamp,
            // Brokers append them to those of each message: an id here would become that of all.
            properties: "",
            reconsume_times: 0,
            max_reconsume_times: None,
            body: entries,
        }
        .batch_command()
    }

    /// Has each be tried again, as if it had been sent alone.
    fn again(&self, failed: Failed) {
        let Failed { sends, error } = failed;
        let alone = sends.len() > 1 && is_of_the_batch(&error);
        if next_step(&error) == Next::OtherBroker {
            // Before what waits goes on.
            self.sender.avoid(&self.queue.broker_name);
        }
        for waiting in sends {
            let tries = Tries::failed_once(waiting.deadline(), &self.queue.broker_name);
            let failure = (!alone).then(|| (tries, error.clone()));
            waiting.carry_on(&self.sender, failure);
        }
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        self.is_over = true;
        let mut line = self.line.sends.lock();
        if self.is_driven {
            // The runtime has ended: nothing is sent any more, by whomever.
            line.let_go(&self.queue);
            let given_up: Vec<_> = std::iter::from_fn(|| line.next_batch()).collect();
            drop(line);
            drop(given_up);
        } else if line.has_waiting() {
            drop(line);
            let (sender, line) = (Arc::clone(&self.sender), Arc::clone(&self.line));
            Self::new(sender, line, self.queue.clone()).drive();
        } else {
            line.let_go(&self.queue);
        }
    }
}

/// A request that failed, and what it would have stored.
struct Failed {
    sends: Vec<Waiting>,
    error: Error,
}

/// Whether one of many may be what the broker refuses, or that there are many.
fn is_of_the_batch(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokerRefused | ErrorKind::IllegalMessage
    ) && next_step(error) == Next::GiveUp
}
