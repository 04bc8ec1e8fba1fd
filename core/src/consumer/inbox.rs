//! Where messages wait for an application that takes them by itself.

use std::sync::Arc;

use super::delivery::Delivery;
use super::ready::ReadyQueue;

/// The messages of some of a consumer's subscriptions, to be taken by whoever is ready for them:
/// what [`Consumer::subscribe_inbox`](crate::Consumer::subscribe_inbox) fills. Clones are the same
/// inbox. All methods may be called from any task or thread.
///
/// Messages that are taken and not completed hold back the offset of their queue, and count
/// against the limit of cached messages.
#[derive(Clone)]
pub struct Inbox(Arc<ReadyQueue>);

impl Inbox {
    pub(super) const fn new(ready: Arc<ReadyQueue>) -> Self {
        Self(ready)
    }

    pub(super) const fn ready(&self) -> &Arc<ReadyQueue> {
        &self.0
    }

    /// Waits for messages and takes up to `max` of them, all of one topic. Empty once the consumer
    /// was shut down.
    pub async fn receive(&self, max: usize) -> Vec<Delivery> {
        self.0.take(max).await
    }

    /// The same without waiting.
    #[must_use]
    pub fn try_receive(&self, max: usize) -> Vec<Delivery> {
        self.0.try_take(max)
    }

    /// How many messages wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no message waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the consumer was shut down: no message comes any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Has `on_ready` called whenever messages come while none were waiting, and once when the
    /// consumer is shut down. It is called on a thread of the runtime and must not block. Where
    /// messages wait already it is called at once, on this thread.
    pub fn set_on_ready(&self, on_ready: impl Fn() + Send + Sync + 'static) {
        self.0.set_on_ready(Some(Arc::new(on_ready)));
    }
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
