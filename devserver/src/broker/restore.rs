//! What was kept is here again when a broker starts.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use onsmq_proto::message::StoredMessages;

use super::Broker;
use crate::clock;
use crate::journal::{Position, damaged};

#[cfg(test)]
mod tests;

impl Broker {
    pub(super) fn restore(&self) -> io::Result<()> {
        let journal = &self.journal;
        journal.topics(|name, config| self.topics.restore(name, config))?;
        journal.records(|place, record| self.restore_record(place, record))?;
        for topic in self.topics.all() {
            topic.queues().iter().for_each(|queue| queue.restored());
        }
        self.log.restored(journal.log_end()?);
        journal.groups(|group| self.groups.restore(group))?;
        journal.offsets(|group, place| self.offsets.restore(group, place))?;
        journal.halves(|id| self.halves.insert(id))?;
        journal.waits(|place, due| self.restore_wait(place, due))
    }

    /// Takes up a record, unless its topic is gone.
    fn restore_record(&self, place: Position<'_>, record: &[u8]) -> io::Result<bool> {
        let Some(queue) = self.topics.restore_queue(place.topic, place.queue_id) else {
            return Ok(false);
        };
        let decoded = StoredMessages::new(Bytes::copy_from_slice(record)).next();
        let message = decoded.and_then(Result::ok);
        match message.is_some_and(|message| queue.restore(&self.log, &message)) {
            true => Ok(true),
            false => Err(damaged(&format!(
                "{place:?} is no message, or none before it"
            ))),
        }
    }

    fn restore_wait(&self, place: Position<'_>, due: i64) -> bool {
        let topic = self.topics.get(place.topic);
        let queue = topic.as_deref().and_then(|it| it.queue(place.queue_id));
        let Some(queue) = queue.filter(|queue| place.offset < queue.max_offset()) else {
            return false;
        };
        let delay = clock::until(due);
        self.schedule.add(delay, Arc::clone(queue), place.offset);
        true
    }
}
