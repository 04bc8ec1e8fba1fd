//! One send: tries, and what follows from a try that failed (`wire.md`, section 4).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::codec::{Command, ExtFields, ResponseCode};
use onsmq_proto::machine::{Backoff, MessageQueue, Route};
use tokio::time::Instant;

use super::outgoing::Outgoing;
use super::select::{Selector, by_sharding_key, has_alternative};
use super::timed::{self, TimedFallback};
use super::vip;
use crate::instance::{Instance, now_ms};
use crate::request::send::{self, Send, Sent};
use crate::{Error, ErrorKind, Result, SendResult};

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
    pub(super) selector: Selector,
    pub(super) timed_fallback: TimedFallback,
    /// Whether sends go to the brokers' ports for sends.
    pub(super) vip_channel: bool,
}

/// A message that a broker has stored, and where.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) result: SendResult,
    pub(super) address: String,
    pub(super) commit_log_offset: i64,
    pub(super) transaction_id: Option<String>,
    /// On disk and on slaves, as the broker is configured to wait for.
    pub(super) is_safe: bool,
    /// What the broker answered.
    pub(super) answer: ExtFields,
}

/// What is known of a send after some tries.
struct Tries {
    deadline: Instant,
    backoff: Backoff,
    refusals: u32,
    failed_broker: Option<Arc<str>>,
    count: u32,
}

impl Sender {
    /// Sends a message, and returns once a broker has stored it.
    pub(super) async fn send(&self, outgoing: &Outgoing, deadline: Instant) -> Result<Stored> {
        let mut tries = Tries {
            deadline,
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            refusals: 0,
            failed_broker: None,
            count: 0,
        };
        loop {
            let error = match self.try_once(outgoing, &mut tries).await {
                Ok(result) => return Ok(result),
                Err(error) => error,
            };
            if !self.goes_on(outgoing, &mut tries, &error).await {
                return Err(self.give_up(outgoing, &tries, error));
            }
        }
    }

    async fn try_once(&self, outgoing: &Outgoing, tries: &mut Tries) -> Result<Stored> {
        let instance = &self.instance;
        let route = instance
            .routes
            .for_sending(&instance.peers, &outgoing.wire_topic, tries.deadline)
            .await?;
        let queue = self.choose(outgoing, &route, tries.failed_broker.as_ref())?;
        tries.count += 1;
        let sent = self
            .request(outgoing, queue, try_deadline(outgoing, &route, tries))
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
            Some(key) => by_sharding_key(&outgoing.topic, route, key),
            None => self
                .selector
                .choose(&outgoing.topic, route, &self.instance.health, failed),
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
        let address = self
            .instance
            .routes
            .master(&queue.topic, &queue.broker_name)?;
        let command = self.command(outgoing, queue, &address).await?;
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
        let result = SendResult {
            message_id: outgoing.message_id.clone(),
            topic: outgoing.topic.clone(),
            broker_name: Arc::clone(&queue.broker_name),
            queue_id,
            queue_offset,
        };
        Ok(Stored {
            result,
            address,
            commit_log_offset,
            transaction_id,
            is_safe,
            answer: fields,
        })
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
            topic: &outgoing.wire_topic,
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
                let _ = self.instance.heartbeat(address).await;
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
            .for_sending(&instance.peers, &outgoing.wire_topic, deadline)
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

    fn succeeded(&self, queue: &MessageQueue, route: &Route) {
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
            Next::OtherBroker => self.avoid(tries),
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
        let route = self.instance.routes.get(&outgoing.wire_topic);
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

    fn avoid(&self, tries: &Tries) {
        if let Some(broker) = &tries.failed_broker {
            self.instance
                .health
                .lock()
                .failed(Instant::now().into_std(), broker);
        }
    }

    async fn look_up(&self, outgoing: &Outgoing, tries: &Tries) {
        let until = tries.deadline.min(Instant::now() + ROUTE_LOOKUP);
        let refresh = self
            .instance
            .routes
            .refresh(&self.instance.peers, &outgoing.wire_topic);
        // The old route serves where no new one comes.
        let _ = tokio::time::timeout_at(until, refresh).await;
    }

    fn give_up(&self, outgoing: &Outgoing, tries: &Tries, error: Error) -> Error {
        let error = match tries.count {
            0 | 1 => error,
            count => error.context(format_args!("not sent after {count} tries")),
        };
        error
            .with_topic(&outgoing.topic)
            .with_message_id(&outgoing.message_id)
    }
}

/// Ordered messages stay with their queue.
fn may_go_elsewhere(outgoing: &Outgoing, route: &Route) -> bool {
    outgoing.order_key().is_none() && has_alternative(route)
}

/// While there is another broker, one that is silent gets half of the time that is left.
fn try_deadline(outgoing: &Outgoing, route: &Route, tries: &Tries) -> Instant {
    let left = tries.deadline.saturating_duration_since(Instant::now());
    match may_go_elsewhere(outgoing, route) {
        true => tries.deadline - left / 2,
        false => tries.deadline,
    }
}

/// What may help after a failure.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Nothing.
    GiveUp,
    /// The broker is in trouble.
    OtherBroker,
    /// The broker is busy.
    SlowDown,
    /// The broker refused for a reason that another may not have.
    OtherQueue,
    /// The route is old.
    NewRoute,
}

fn next_step(error: &Error) -> Next {
    match error.kind() {
        ErrorKind::ConnectFailed | ErrorKind::ConnectionLost | ErrorKind::Timeout => {
            Next::OtherBroker
        }
        // A handshake that was cut off; a bad certificate stays bad.
        ErrorKind::Tls if error.is_retriable() => Next::OtherBroker,
        ErrorKind::FlowControl => Next::SlowDown,
        ErrorKind::NoRoute if error.response_code().is_some() => Next::NewRoute,
        ErrorKind::BrokerRefused => match error.response_code() {
            Some(ResponseCode::SERVICE_NOT_AVAILABLE | ResponseCode::GO_AWAY) => Next::OtherBroker,
            // "request queueId[5] is illegal": the topic has other queues than its route says.
            Some(ResponseCode::SYSTEM_ERROR | ResponseCode::INVALID_PARAMETER)
                if error
                    .remark()
                    .is_some_and(|remark| remark.contains("queueId")) =>
            {
                Next::NewRoute
            }
            Some(
                ResponseCode::SYSTEM_ERROR
                | ResponseCode::NO_PERMISSION
                | ResponseCode::NO_BUYER_ID
                | ResponseCode::NOT_IN_CURRENT_UNIT,
            ) => Next::OtherQueue,
            _ => Next::GiveUp,
        },
        _ => Next::GiveUp,
    }
}
