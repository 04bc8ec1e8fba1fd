//! Messages that are to come again: sent back to the broker, which brings them later, or consumed
//! again here where that fails (`wire.md`, section 10).

use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::machine::Slot;
use tokio::time::Instant;
use tracing::warn;

use super::assignment::AssignedQueue;
use super::group::Group;
use super::readable::is_unreadable;
use super::ready::Chunk;
use crate::net::REQUEST_TIMEOUT;
use crate::request::send_back::{self, Delay};
use crate::{MessageExt, Result};

/// The pause before a message is consumed again that the broker did not take back.
const LOCAL_RETRY: Duration = Duration::from_secs(5);

impl Group {
    /// Has the broker bring a message again later. May be called on any thread.
    pub(super) fn send_back(
        self: &Arc<Self>,
        queue: &Arc<AssignedQueue>,
        slot: Slot,
        message: &MessageExt,
    ) {
        let (this, queue, message) = (Arc::clone(self), Arc::clone(queue), message.clone());
        let task = async move {
            let sent = this
                .request_send_back(&queue, &message, Delay::BrokerChooses)
                .await;
            if sent.is_ok() {
                queue.complete(&[slot]);
            }
            this.outstanding.end(1);
            if let Err(error) = sent {
                warn!(
                    group = this.name,
                    "a message is consumed again here in 5 s: {error}"
                );
                queue.put_back(slot);
                this.consume_again(&queue, slot, message).await;
            }
        };
        self.tasks.spawn_on(task, self.runtime());
    }

    async fn request_send_back(
        &self,
        queue: &AssignedQueue,
        message: &MessageExt,
        delay: Delay,
    ) -> Result<()> {
        if queue.is_dropped() {
            // It is another member's now, and comes to it.
            return Ok(());
        }
        let origin = self.instance.wrap(message.topic());
        let address = self
            .instance
            .routes
            .master(&queue.queue.topic, &queue.queue.broker_name)?;
        let max = self.config.max_reconsume_times;
        let command = send_back::command(&self.name, &origin, message, delay, max);
        let deadline = Instant::now() + REQUEST_TIMEOUT;
        let answer = self
            .instance
            .peers
            .request(&address, command, deadline)
            .await?;
        send_back::answer(answer)
    }

    /// Hands a message over again after a while. It stays uncommitted meanwhile, so that it is
    /// not lost where this member ends first.
    async fn consume_again(
        self: &Arc<Self>,
        queue: &Arc<AssignedQueue>,
        slot: Slot,
        mut message: MessageExt,
    ) {
        tokio::select! {
            () = tokio::time::sleep(LOCAL_RETRY) => {}
            () = queue.stop.cancelled() => return,
        }
        message.delivered_again(1);
        if is_unreadable(&message) {
            self.outstanding.begin(1);
            return self.send_back(queue, slot, &message);
        }
        if let Some(subscription) = self.subscription_of(&message) {
            let messages = [(slot, message)].into();
            let queue = Arc::clone(queue);
            let ready = Arc::clone(&subscription.ready);
            ready.push(Chunk {
                queue,
                subscription,
                messages,
            });
        }
    }

    /// Sends back what takes longer than ConsumeTimeout, whenever it is time to look, until pulling
    /// stops (Java's `cleanExpiredMsg`).
    pub(super) async fn run_expiry(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => return,
                () = self.expiry_due.notified() => self.return_expired().await,
            }
        }
    }

    async fn return_expired(&self) {
        let now = Instant::now();
        for queue in self.assigned() {
            for (slot, message) in queue.expire(now, self.config.consume_timeout) {
                self.return_late(&queue, slot, message).await;
            }
        }
    }

    async fn return_late(&self, queue: &AssignedQueue, slot: Slot, message: MessageExt) {
        warn!(
            group = self.name,
            topic = message.topic(),
            message_id = message.message_id(),
            "a message was not completed within {} min: it comes again",
            self.config.consume_timeout.as_secs() / 60
        );
        let sent = match self.is_broadcasting() {
            // Nothing is brought again there, but its place is not to hold back the offset.
            true => Ok(()),
            false => self.request_send_back(queue, &message, Delay::Late).await,
        };
        match sent {
            Ok(()) => queue.complete(&[slot]),
            Err(error) => {
                warn!(group = self.name, "it is sent back later: {error}");
                // Counted anew: whoever consumes it may still complete it.
                queue.hand_over([(slot, &message)].into_iter(), Instant::now());
            }
        }
    }
}
