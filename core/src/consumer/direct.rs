//! One message that a broker has consumed at once, for an operator who wants to see what the
//! listener makes of it (`wire.md`, section 11). Nothing is committed or sent back of it.

use std::sync::Arc;

use onsmq_proto::body::{ConsumeResult, DirectResult};
use onsmq_proto::message::StoredMessage;
use onsmq_proto::names;
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::info;

use super::group::Group;
use super::ready::DirectMessage;
use crate::{Action, Error, MessageExt, Result};

/// Who waits for what the application says. It is told that nothing was said when this is dropped.
pub(super) struct Direct {
    group: Arc<Group>,
    verdict: Mutex<Option<oneshot::Sender<Action>>>,
}

impl Direct {
    fn new(group: Arc<Group>, verdict: oneshot::Sender<Action>) -> Self {
        group.outstanding.begin(1);
        Self {
            group,
            verdict: Mutex::new(Some(verdict)),
        }
    }

    pub(super) fn complete(&self, action: Action) {
        if let Some(verdict) = self.verdict.lock().take() {
            // The broker may have given up waiting.
            let _ = verdict.send(action);
        }
    }
}

impl Drop for Direct {
    fn drop(&mut self) {
        self.group.outstanding.end(1);
    }
}

impl Group {
    /// Has the listener of its topic consume a message, and tells what became of it. It waits for
    /// a listener that is free, as all messages do, but before all of them.
    ///
    /// # Errors
    /// Where its topic is not subscribed to, and where the consumer is shut down meanwhile.
    pub(super) async fn consume_direct(
        self: Arc<Self>,
        stored: StoredMessage,
        broker_name: &str,
    ) -> Result<DirectResult> {
        let message = self.direct_message(stored, broker_name);
        let subscription = self.subscription_of(&message).ok_or_else(|| {
            Error::invalid_state(format!("topic {} is not subscribed to", message.topic()))
        })?;
        info!(
            group = self.name,
            message_id = message.message_id(),
            "a message is consumed because a broker asks for it"
        );
        let (verdict, said) = oneshot::channel();
        let begun = Instant::now();
        let ready = Arc::clone(&subscription.ready);
        ready.push_direct(DirectMessage {
            message,
            subscription,
            direct: Direct::new(Arc::clone(&self), verdict),
        });
        let said = self.stopping.run_until_cancelled(said).await;
        let said = said.ok_or_else(|| Error::invalid_state("the consumer is shutting down"))?;
        Ok(self.direct_result(said.ok(), begun))
    }

    fn direct_message(&self, stored: StoredMessage, broker_name: &str) -> MessageExt {
        let topic = match names::is_retry_topic(stored.topic()) {
            true => self.origin_topic(&stored),
            false => self.instance.unwrap(stored.topic()).into(),
        };
        MessageExt::alone(stored, topic, broker_name.into())
    }

    fn direct_result(&self, said: Option<Action>, begun: Instant) -> DirectResult {
        let (consume_result, remark) = match said {
            Some(Action::CommitMessage) => (ConsumeResult::Success, None),
            Some(Action::ReconsumeLater) => (ConsumeResult::Later, None),
            None => (
                ConsumeResult::ThrowException,
                Some("the listener failed, or let go of the message without a word".to_owned()),
            ),
        };
        DirectResult {
            order: self.config.ordered,
            auto_commit: true,
            consume_result,
            remark,
            spent_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
}
