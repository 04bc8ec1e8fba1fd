//! Choosing a queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onsmq_proto::hash::sharding_index;
use onsmq_proto::machine::{BrokerHealth, MessageQueue, Route};
use parking_lot::Mutex;
use std::time::Instant;

use crate::{Error, ErrorKind, Result};

/// Takes the queues of a topic in turn.
pub(super) struct Selector(AtomicUsize);

impl Selector {
    pub(super) fn new() -> Self {
        // Many producers do not begin at the same queue.
        Self(AtomicUsize::new(fastrand::usize(..1 << 16)))
    }

    /// The next queue, passing over brokers that failed lately and the one that has just failed,
    /// as long as there is another.
    ///
    /// # Errors
    /// [`ErrorKind::NoRoute`] where no queue may be written.
    pub(super) fn choose<'a>(
        &self,
        topic: &str,
        route: &'a Route,
        health: &Mutex<BrokerHealth>,
        failed: Option<&Arc<str>>,
    ) -> Result<&'a MessageQueue> {
        let in_turn = self.in_turn(route);
        let fallback = in_turn.clone().next().ok_or_else(|| not_writable(topic))?;
        let health = health.lock();
        if failed.is_none() && health.all_well() {
            return Ok(fallback);
        }
        let now = Instant::now();
        let others = in_turn.filter(|queue| failed != Some(&queue.broker_name));
        let mut usable = others
            .clone()
            .filter(|queue| health.is_usable(now, &queue.broker_name));
        Ok(usable
            .next()
            .or_else(|| others.clone().next())
            .unwrap_or(fallback))
    }

    /// The next queue that is free, of a broker that is thought well of. While there is such a
    /// broker, none of another.
    pub(super) fn choose_free<'a>(
        &self,
        route: &'a Route,
        health: &Mutex<BrokerHealth>,
        is_free: impl Fn(&MessageQueue) -> bool,
    ) -> Option<&'a MessageQueue> {
        let mut in_turn = from(route, self.0.load(Ordering::Relaxed));
        let health = health.lock();
        let found = if health.all_well() {
            in_turn.find(|queue| is_free(queue))
        } else {
            let now = Instant::now();
            let is_usable = |queue: &&MessageQueue| health.is_usable(now, &queue.broker_name);
            match in_turn.clone().any(|queue| is_usable(&queue)) {
                true => in_turn.find(|queue| is_usable(queue) && is_free(queue)),
                false => in_turn.find(|queue| is_free(queue)),
            }
        };
        // A turn is over when it was taken: that none was free passes nobody over.
        if found.is_some() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        found
    }

    /// All queues, beginning with the one whose turn it is.
    fn in_turn<'a>(
        &self,
        route: &'a Route,
    ) -> impl Iterator<Item = &'a MessageQueue> + Clone + use<'a> {
        from(route, self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// All queues, beginning with one of them.
fn from(route: &Route, turn: usize) -> impl Iterator<Item = &MessageQueue> + Clone {
    let queues = &route.write_queues;
    (0..queues.len()).filter_map(move |step| queues.get(turn.wrapping_add(step) % queues.len()))
}

/// The queue of a sharding key: the one that the vendor's SDK takes.
///
/// # Errors
/// [`ErrorKind::NoRoute`] where no queue may be written.
pub(super) fn by_sharding_key<'a>(
    topic: &str,
    route: &'a Route,
    sharding_key: &str,
) -> Result<&'a MessageQueue> {
    let queues = &route.write_queues;
    sharding_index(sharding_key, queues.len())
        .and_then(|index| queues.get(index))
        .ok_or_else(|| not_writable(topic))
}

fn not_writable(topic: &str) -> Error {
    Error::new(
        ErrorKind::NoRoute,
        format!("topic `{topic}` has no queue that may be written: check its permission"),
    )
}

/// Whether a topic can be sent to at more than one broker.
pub(super) fn has_alternative(route: &Route) -> bool {
    let mut brokers = route.write_queues.iter().map(|queue| &queue.broker_name);
    let first = brokers.next();
    brokers.any(|broker| Some(broker) != first)
}
