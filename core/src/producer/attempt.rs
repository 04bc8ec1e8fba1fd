//! One send: tries, and what follows from a try that failed (`wire.md`, section 4).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::codec::Command;
use onsmq_proto::machine::{Backoff, MessageQueue, Route};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::line::Lines;
use super::next::{Next, next_step};
use super::outgoing::Outgoing;
use super::select::{Selector, by_sharding_key, has_alternative};
use super::stored::{Answer, Place, Stored};
use super::timed::{self, TimedFallback};
use super::vip;
use crate::instance::{Instance, now_ms};
use crate::request::send::{self, Send, Sent};
use crate::{Error, ErrorKind, Result, trace};

/// A broker that refuses is asked so often at most, on different queues: Java's 1 and 2 more.
const MAX_REFUSALS: u32 = 3;
/// The pauses between tries while there is no other broker to go to.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// How long a look-up of the route may hold up the next try.
const ROUTE_LOOKUP: Duration = Duration::from_millis(500);

/// What sends of one producer have in common.
pub(super) struct Sender {
    pub(super) instance: Arc<Instance>,
    pub(super) group: String,
    /// The group without its namespace.
    pub(super) plain_group: String,
    /// What sends beside their callers run on.
    pub(super) runtime: Handle,
    /// How sends leave together, if they do.
    pub(super) lines: Option<Lines>,
    pub(super) selector: Selector,
    pub(super) timed_fallback: TimedFallback,
    /// Whether sends go to the brokers' ports for sends.
    pub(super) vip_channel: bool,
}

/// What is known of a send after some tries.
pub(super) struct Tries {
    deadline: Instant,
    backoff: Backoff,
    refusals: u32,
    failed_broker: Option<Arc<str>>,
    count: u32,
}

impl Tries {
    pub(super) const fn new(deadline: Instant) -> Self {
        Self {
            deadline,
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            refusals: 0,
            failed_broker: None,
            count: 0,
        }
    }

    /// One try at this broker has failed.
    pub(super) fn failed_once(deadline: Instant, broker: &Arc<str>) -> Self {
        Self {
            failed_broker: Some(Arc::clone(broker)),
            count: 1,
            ..Self::new(deadline)
        }
    }
}

impl Sender {
    /// Sends a message, and returns once a broker has stored it. It goes to this queue first, if one
    /// is given.
    pub(super) async fn send(
        &self,
        outgoing: &Outgoing,
        deadline: Instant,
        queue: Option<&MessageQueue>,
    ) -> Result<Stored> {
        let mut tries = Tries::new(deadline);
        match self.try_once(outgoing, &mut tries, queue).await {
            Ok(stored) => Ok(stored),
            Err(error) => Box::pin(self.send_again(outgoing, tries, error)).await,
        }
    }

    /// Sends a message whose last try failed, if it may be tried again.
    pub(super) async fn send_again(
        &self,
        outgoing: &Outgoing,
        mut tries: Tries,
        mut error: Error,
    ) -> Result<Stored> {
        while self.goes_on(outgoing, &mut tries, &error).await {
            error = match self.try_once(outgoing, &mut tries, None).await {
                Ok(stored) => return Ok(stored),
                Err(error) => error,
            };
        }
        Err(self.give_up(outgoing, &tries, error))
    }

    async fn try_once(
        &self,
        outgoing: &Outgoing,
        tries: &mut Tries,
        queue: Option<&MessageQueue>,
    ) -> Result<Stored> {
        let instance = &self.instance;
        let route = instance
            .routes
            .for_sending(&instance.peers, outgoing.topic.wire(), tries.deadline)
            .await?;
        let queue = match queue {
            Some(queue) => queue,
            None => self.choose(outgoing, &route, tries.failed_broker.as_ref())?,
        };
        tries.count += 1;
        let sent = self
            .request(
                outgoing,
                queue,
                try_deadline(tries.deadline, may_go_elsewhere(outgoing, &route)),
            )
            .await;
        match sent {
            Ok(stored) => {
                self.succeeded(queue, &route);
                Ok(stored)
            }
            Err(error) => {
                tries.failed_broker = Some(Arc::clone(&queue.broker_name));
                Err(error)
            }
        }
    }

    /// The queue of the sharding key, or any that is thought well of.
    fn choose<'a>(
        &self,
        outgoing: &Outgoing,
        route: &'a Route,
        failed: Option<&Arc<str>>,
    ) -> Result<&'a MessageQueue> {
        match outgoing.order_key() {
            Some(key) => by_sharding_key(outgoing.topic.plain(), route, key),
            None => {
                self.selector
                    .choose(outgoing.topic.plain(), route, &self.instance.health, failed)
            }
        }
    }

    /// All but the send itself goes to the master's usual port.
    fn send_address<'a>(&self, master: &'a str) -> Cow<'a, str> {
        match self.vip_channel {
            true => vip::address(master),
            false => Cow::Borrowed(master),
        }
    }

    async fn request(
        &self,
        outgoing: &Outgoing,
        queue: &MessageQueue,
        deadline: Instant,
    ) -> Result<Stored> {
        let (place, answer) = self.request_once(outgoing, queue, deadline).await?;
        let at = place.at(queue, 0, &Arc::new(answer));
        Ok(at.of(outgoing.message_id, outgoing.topic.at(queue)))
    }

    /// Sends a message to a queue, once.
    pub(super) async fn request_once(
        &self,
        outgoing: &Outgoing,
        queue: &MessageQueue,
        deadline: Instant,
    ) -> Result<(Place, Answer)> {
        let address = self.master(queue)?;
        let command = self.command(outgoing, queue, &address).await?;
        self.exchange(address, command, deadline).await
    }

    /// The address of a queue's broker.
    pub(super) fn master(&self, queue: &MessageQueue) -> Result<String> {
        self.instance
            .routes
            .master(&queue.topic, &queue.broker_name)
    }

    /// Sends a request that stores messages. Tells where the first is stored.
    pub(super) async fn exchange(
        &self,
        address: String,
        command: Command,
        deadline: Instant,
    ) -> Result<(Place, Answer)> {
        let answer = self
            .instance
            .peers
            .request(&self.send_address(&address), command, deadline)
            .await?;
        let Sent {
            queue_id,
            queue_offset,
            commit_log_offset,
            transaction_id,
            is_safe,
            fields,
        } = send::answer(answer)?;
        let place = Place {
            queue_id,
            queue_offset,
        };
        let answer = Answer {
            address,
            commit_log_offset,
            transaction_id,
            is_safe,
            is_recorded: trace::is_recorded(&self.instance, &fields),
            fields,
        };
        Ok((place, answer))
    }

    async fn command(
        &self,
        outgoing: &Outgoing,
        queue: &MessageQueue,
        address: &str,
    ) -> Result<Command> {
        let timed = self.timed_property(outgoing, address).await?;
        let properties = match &timed {
            Some(timed) => &(outgoing.properties.clone() + timed),
            None => &outgoing.properties,
        };
        Ok(Send {
            group: &self.group,
            topic: outgoing.topic.wire(),
            queue_id: queue.queue_id,
            sys_flag: outgoing.sys_flag,
            born_timestamp: outgoing.born_timestamp,
            properties,
            reconsume_times: 0,
            max_reconsume_times: None,
            body: outgoing.body.clone(),
        }
        .command())
    }

    /// What has this broker deliver the message at its time, which depends on its version.
    async fn timed_property(&self, outgoing: &Outgoing, address: &str) -> Result<Option<String>> {
        let now = now_ms();
        // A time that has passed means now.
        let Some(time) = outgoing.start_deliver_time.filter(|time| *time > now) else {
            return Ok(None);
        };
        let version = match self.instance.peers.version(address) {
            Some(version) => version,
            None => {
                // Whatever it answers tells its version.
                let _ = Box::pin(self.instance.heartbeat(address)).await;
                self.instance.peers.version(address).ok_or_else(|| {
                    Error::new(
                        ErrorKind::ConnectFailed,
                        format!(
                            "{address} does not say whether it has timers: check that it is up"
                        ),
                    )
                })?
            }
        };
        timed::property(version, self.timed_fallback, time, now).map(Some)
    }

    /// Sends a message without awaiting an answer.
    pub(super) async fn send_oneway(&self, outgoing: &Outgoing, deadline: Instant) -> Result<()> {
        let instance = &self.instance;
        let route = instance
            .routes
            .for_sending(&instance.peers, outgoing.topic.wire(), deadline)
            .await?;
        let queue = self.choose(outgoing, &route, None)?;
        let address = instance.routes.master(&queue.topic, &queue.broker_name)?;
        let command = self.command(outgoing, queue, &address).await?;
        let address = self.send_address(&address);
        instance.peers.oneway(&address, command, deadline).await?;
        if route.is_of_default_topic {
            instance.topic_created(&queue.topic);
        }
        Ok(())
    }

    /// A broker has stored something.
    pub(super) fn succeeded(&self, queue: &MessageQueue, route: &Route) {
        let mut health = self.instance.health.lock();
        if !health.all_well() {
            health.succeeded(&queue.broker_name);
        }
        drop(health);
        if route.is_of_default_topic {
            self.instance.topic_created(&queue.topic);
        }
    }

    /// Decides what follows from a failure, and does what is to be done before the next try.
    async fn goes_on(&self, outgoing: &Outgoing, tries: &mut Tries, error: &Error) -> bool {
        match next_step(error) {
            Next::GiveUp => return false,
            Next::OtherBroker => {
                if let Some(broker) = &tries.failed_broker {
                    self.avoid(broker);
                }
            }
            Next::SlowDown => {}
            Next::OtherQueue => tries.refusals += 1,
            Next::NewRoute => {
                tries.refusals += 1;
                self.look_up(outgoing, tries).await;
            }
        }
        if tries.refusals >= MAX_REFUSALS {
            return false;
        }
        // A broker that does not come back may have been replaced by another.
        if tries.count == 2 && error.kind() == ErrorKind::ConnectFailed {
            self.look_up(outgoing, tries).await;
        }
        let route = self.instance.routes.get(outgoing.topic.wire());
        let elsewhere = route.is_some_and(|route| may_go_elsewhere(outgoing, &route));
        let pause = match elsewhere && tries.count < 3 {
            true => Duration::ZERO,
            false => tries.backoff.failed(fastrand::f64()),
        };
        let next = Instant::now() + pause;
        if next >= tries.deadline {
            return false;
        }
        tokio::time::sleep_until(next).await;
        true
    }

    /// A broker failed, and is passed over for a while.
    pub(super) fn avoid(&self, broker: &Arc<str>) {
        let now = Instant::now().into_std();
        self.instance.health.lock().failed(now, broker);
    }

    async fn look_up(&self, outgoing: &Outgoing, tries: &Tries) {
        let until = tries.deadline.min(Instant::now() + ROUTE_LOOKUP);
        let refresh = self
            .instance
            .routes
            .refresh(&self.instance.peers, outgoing.topic.wire());
        // The old route serves where no new one comes.
        let _ = tokio::time::timeout_at(until, refresh).await;
    }

    fn give_up(&self, outgoing: &Outgoing, tries: &Tries, error: Error) -> Error {
        outgoing.told_of(match tries.count {
            0 | 1 => error,
            count => error.context(format_args!("not sent after {count} tries")),
        })
    }
}

/// Ordered messages stay with their queue.
fn may_go_elsewhere(outgoing: &Outgoing, route: &Route) -> bool {
    outgoing.order_key().is_none() && has_alternative(route)
}

/// While there is another broker, one that is silent gets half of the time that is left.
pub(super) fn try_deadline(deadline: Instant, has_alternative: bool) -> Instant {
    let left = deadline.saturating_duration_since(Instant::now());
    match has_alternative {
        true => deadline - left / 2,
        false => deadline,
    }
}
