//! Messages of this client's own, such as message trace: in no namespace, and not traced
//! themselves.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::attempt::Sender;
use super::outgoing::Outgoing;
use super::select::Selector;
use super::timed::TimedFallback;
use crate::instance::Instance;
use crate::{Message, Result};

const TIMEOUT: Duration = Duration::from_secs(5);

/// Sends such messages under a group that brokers need not know.
pub(crate) struct SystemProducer(Sender);

impl SystemProducer {
    pub(crate) fn new(instance: Arc<Instance>, group: &str) -> Self {
        Self(Sender {
            instance,
            group: group.to_owned(),
            plain_group: group.to_owned(),
            runtime: Handle::current(),
            lines: None,
            selector: Selector::new(),
            timed_fallback: TimedFallback::Exact,
            vip_channel: false,
        })
    }

    /// Sends a message, and returns once a broker has stored it.
    pub(crate) async fn send(&self, topic: &str, keys: &str, body: String) -> Result<()> {
        let message = Message::new(topic, body).key(keys);
        let outgoing = Outgoing::of_system(&message, &self.0.instance)?;
        let deadline = Instant::now() + TIMEOUT;
        self.0.send(&outgoing, deadline, None).await.map(drop)
    }
}
