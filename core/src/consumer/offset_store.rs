//! A group's offsets, kept by the brokers (CLUSTERING).

use std::sync::Arc;

use futures_util::future::join_all;
use onsmq_proto::body::ConsumeFromWhere;
use onsmq_proto::machine::MessageQueue;
use onsmq_proto::names;
use rustc_hash::FxHashSet;
use tokio::time::Instant;
use tracing::{debug, warn};

use super::assignment::AssignedQueue;
use super::group::Group;
use crate::net::REQUEST_TIMEOUT;
use crate::request::offset;
use crate::{Error, Result};

/// Where a queue is begun, and whether the broker has that stored.
pub(super) struct Start {
    pub(super) offset: i64,
    pub(super) is_stored: bool,
}

/// Commits that may be under way at once, and those that come after them. A broker that has no
/// offset of a group in a topic yet makes the table of them without a lock
/// (`ConsumerOffsetManager.commitOffset`), and loses all but one of the offsets that come at once.
fn by_turns(due: Vec<(Arc<AssignedQueue>, i64)>) -> [Vec<(Arc<AssignedQueue>, i64)>; 2] {
    let mut seen = FxHashSet::default();
    let (first, others) = due.into_iter().partition(|(queue, _)| {
        let MessageQueue {
            topic, broker_name, ..
        } = &queue.queue;
        seen.insert((topic.clone(), broker_name.clone()))
    });
    [first, others]
}

impl Group {
    async fn ask(
        &self,
        queue: &MessageQueue,
        command: onsmq_proto::codec::Command,
    ) -> Result<onsmq_proto::codec::Command> {
        let address = self
            .instance
            .routes
            .master(&queue.topic, &queue.broker_name)?;
        let deadline = Instant::now() + REQUEST_TIMEOUT;
        self.instance
            .peers
            .request(&address, command, deadline)
            .await
    }

    async fn stored_offset(&self, queue: &MessageQueue) -> Result<Option<i64>> {
        if let Some(local) = &self.local_offsets {
            return Ok(local.get(queue));
        }
        offset::queried(self.ask(queue, offset::query(&self.name, queue)).await?)
    }

    /// Where to begin a queue: at the stored offset, else where a new group starts
    /// (`wire.md`, section 6).
    pub(super) async fn start_of(&self, queue: &MessageQueue) -> Result<Start> {
        let stored = |offset| Start {
            offset,
            is_stored: true,
        };
        if let Some(offset) = self.stored_offset(queue).await? {
            return Ok(stored(offset));
        }
        let from_first = self.config.consume_from_where == ConsumeFromWhere::ConsumeFromFirstOffset
            || names::is_retry_topic(&queue.topic);
        if from_first {
            // The broker moves it on to the first message that is still there.
            return Ok(Start {
                offset: 0,
                is_stored: false,
            });
        }
        let end = offset::found(self.ask(queue, offset::max(queue)).await?)?;
        // A message may have come to an empty queue in between, or another member may have begun
        // with it: asked again, the broker answers an offset that skips nothing of theirs.
        Ok(match self.stored_offset(queue).await? {
            Some(offset) => stored(offset),
            None => Start {
                offset: end,
                is_stored: false,
            },
        })
    }

    /// Commits a queue's offset, and waits for the answer.
    pub(super) async fn commit_offset(&self, queue: &AssignedQueue, offset: i64) -> Result<()> {
        if self.local_offsets.is_some() {
            return self.store_locally(&[(queue, offset)]).await;
        }
        let command = offset::update(&self.name, &queue.queue, offset);
        offset::updated(self.ask(&queue.queue, command).await?)?;
        queue.committed(offset);
        Ok(())
    }

    /// Commits what has been consumed since the last time. True where all of it is stored.
    pub(super) async fn commit_all(&self) -> bool {
        let due: Vec<(Arc<AssignedQueue>, i64)> = self
            .assigned()
            .into_iter()
            .filter_map(|queue| queue.uncommitted().map(|offset| (queue, offset)))
            .collect();
        let mut failures = Vec::new();
        for together in by_turns(due) {
            let commits = together
                .iter()
                .map(|(queue, offset)| self.commit_offset(queue, *offset));
            let commits = join_all(commits).await;
            failures.extend(commits.into_iter().filter_map(Result::err));
        }
        if let Some(error) = failures.first() {
            debug!(
                group = self.name,
                failures = failures.len(),
                "offsets are not committed: {error}"
            );
        }
        failures.is_empty()
    }

    /// Keeps offsets in this member's own file.
    async fn store_locally(&self, offsets: &[(&AssignedQueue, i64)]) -> Result<()> {
        let Some(local) = self.local_offsets.clone().filter(|_| !offsets.is_empty()) else {
            return Ok(());
        };
        let named: Vec<_> = offsets
            .iter()
            .map(|(queue, offset)| (queue.queue.clone(), *offset))
            .collect();
        // A disk may be slow, and the runtime has few threads.
        let stored = tokio::task::spawn_blocking(move || local.store(named)).await;
        stored
            .unwrap_or_else(|fault| Err(std::io::Error::other(fault)))
            .map_err(|error| {
                Error::internal(format!(
                    "the offsets of BROADCASTING are not written: {error}"
                ))
                .with_source(error)
            })?;
        offsets
            .iter()
            .for_each(|(queue, offset)| queue.committed(*offset));
        Ok(())
    }

    /// Commits the offset of a queue that was taken away.
    pub(super) async fn commit_last(&self, queue: &AssignedQueue, offset: i64) {
        if let Err(error) = self.commit_offset(queue, offset).await {
            warn!(
                group = self.name, queue = %queue.queue, offset,
                "the offset of a queue that is given up was not committed, so some of its messages come again: {error}"
            );
        }
    }
}
