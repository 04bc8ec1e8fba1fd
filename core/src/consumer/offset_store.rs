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

/// A queue and the offset to commit of it.
type Due = (Arc<AssignedQueue>, i64);

/// Commits that may be under way at once, and those that come after them. A broker that has no
/// offset of a group in a topic yet makes the table of them without a lock
/// (`ConsumerOffsetManager.commitOffset`), and loses all but one of the offsets that come at once.
fn by_turns(due: Vec<Due>) -> [Vec<Due>; 2] {
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
        let exact = self.config.consume_from_where_given;
        let query = offset::query(&self.name, queue, exact);
        offset::queried(self.ask(queue, query).await?)
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
        let begin = self.first_offset(queue).await?;
        // A message may have come to an empty queue in between, or another member may have begun
        // with it: asked again, the broker answers an offset that skips nothing of theirs.
        Ok(match self.stored_offset(queue).await? {
            Some(offset) => stored(offset),
            None => Start {
                offset: begin,
                is_stored: false,
            },
        })
    }

    /// Remembers which queues a topic has when it is subscribed to.
    pub(super) fn note_first_route(&self, topic: &Arc<str>) {
        if let Some(route) = self.instance.routes.get(topic) {
            self.first_routes.lock().insert(Arc::clone(topic), route);
        }
    }

    /// Whether a queue came while this member was there, as all do of a topic that is made by its
    /// first message.
    fn is_new(&self, queue: &MessageQueue) -> bool {
        let routes = self.first_routes.lock();
        let route = routes.get(&queue.topic);
        route.is_none_or(|route| !route.read_queues.contains(queue))
    }

    /// Where a group without an offset starts. What is in a retry topic is always its own.
    async fn first_offset(&self, queue: &MessageQueue) -> Result<i64> {
        let question = match self.config.consume_from_where {
            // The broker moves it on to the first message that is still there.
            _ if names::is_retry_topic(&queue.topic) => return Ok(0),
            ConsumeFromWhere::ConsumeFromFirstOffset => return Ok(0),
            // Its end may be behind messages that this group was there for.
            ConsumeFromWhere::ConsumeFromLastOffset if self.is_new(queue) => {
                offset::at_time(queue, self.started)
            }
            ConsumeFromWhere::ConsumeFromLastOffset => offset::max(queue),
            ConsumeFromWhere::ConsumeFromTimestamp => {
                offset::at_time(queue, self.config.consume_timestamp)
            }
        };
        offset::found(self.ask(queue, question).await?)
    }

    /// Commits a queue's offset, and waits for the answer. One at a time for each queue.
    async fn commit_offset(&self, queue: &AssignedQueue, offset: i64) -> Result<()> {
        let _turn = queue.committing.lock().await;
        if queue.is_superseded() || queue.has_committed(offset) {
            return Ok(());
        }
        if self.local_offsets.is_some() {
            return self.store_locally(&[(queue, offset)]).await;
        }
        let command = offset::update(&self.name, &queue.queue, offset);
        offset::updated(self.ask(&queue.queue, command).await?)?;
        queue.committed(offset);
        Ok(())
    }

    /// Commits the offsets of some queues, never two at once that may be the first of their topic.
    /// Answers those that were not stored.
    pub(super) async fn commit_by_turns(
        &self,
        due: Vec<Due>,
    ) -> Vec<(Arc<AssignedQueue>, i64, Error)> {
        let [first, others] = by_turns(due);
        let mut failed = {
            let _turn = self.first_commits.lock().await;
            self.commit_together(first).await
        };
        failed.extend(self.commit_together(others).await);
        failed
    }

    async fn commit_together(&self, due: Vec<Due>) -> Vec<(Arc<AssignedQueue>, i64, Error)> {
        let commits = due.into_iter().map(|(queue, offset)| async move {
            let error = self.commit_offset(&queue, offset).await.err()?;
            Some((queue, offset, error))
        });
        join_all(commits).await.into_iter().flatten().collect()
    }

    /// Commits what has been consumed since the last time. True where all of it is stored.
    pub(super) async fn commit_all(&self) -> bool {
        let due: Vec<Due> = self
            .assigned()
            .into_iter()
            .filter_map(|queue| queue.uncommitted().map(|offset| (queue, offset)))
            .collect();
        let failed = self.commit_by_turns(due).await;
        if let Some((queue, _, error)) = failed.first() {
            debug!(
                group = self.name, queue = %queue.queue,
                failures = failed.len(),
                "offsets are not committed: {error}"
            );
        }
        failed.is_empty()
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

    /// Commits the offsets of queues that are given up or moved.
    pub(super) async fn commit_last(&self, due: Vec<Due>) {
        for (queue, offset, error) in self.commit_by_turns(due).await {
            warn!(
                group = self.name, queue = %queue.queue, offset,
                "the offset of a queue that is given up or moved was not committed, so some of its messages come again: {error}"
            );
        }
    }
}
