//! What a broker keeps beyond its process. Here and below are all keys and encodings; what is kept
//! when is told by who calls.

mod entry;
mod kept;

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use crate::Data;
use crate::store::TopicConfig;
use entry::{Key, Kind};

pub(crate) use entry::damaged;
pub(crate) use kept::check_format;

/// A broker's part of a store, and nothing without one: its methods do nothing then. Clones are the
/// same journal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal(Option<Part>);

#[derive(Debug, Clone)]
struct Part {
    data: Arc<dyn Data>,
    broker: u16,
}

/// A place in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position<'a> {
    pub(crate) topic: &'a str,
    pub(crate) queue_id: i32,
    pub(crate) offset: i64,
}

/// That a message waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting<'a> {
    /// When it is due, in ms since 1970.
    pub(crate) due: i64,
    /// The id of a half message that is to be decided.
    pub(crate) half: Option<&'a str>,
}

impl Journal {
    /// The part of the broker with this number.
    pub(crate) fn new(data: Option<&Arc<dyn Data>>, broker: usize) -> Self {
        Self(data.map(|data| Part {
            data: Arc::clone(data),
            // There are not so many ports.
            broker: u16::try_from(broker).unwrap_or(u16::MAX - 1),
        }))
    }

    /// Forgets all, but for the port.
    pub(crate) fn clear(&self) -> io::Result<()> {
        self.with(|part| {
            for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Port) {
                part.data.remove_prefix(part.key(kind).bytes())?;
            }
            Ok(())
        })
    }

    /// The port on which the broker listens.
    pub(crate) fn port_taken(&self, port: u16) -> io::Result<()> {
        self.with(|part| part.put(&part.key(Kind::Port), &port.to_be_bytes()))
    }

    /// A topic is made or changed.
    pub(crate) fn topic_set(&self, name: &str, config: &TopicConfig) -> io::Result<()> {
        self.with(|part| {
            let key = part.key(Kind::Topic).name(name)?;
            part.put(&key, &entry::topic_config(config))
        })
    }

    /// A topic is gone with its messages. `log_end` is where the log ends: addresses from before
    /// stay those of messages that are gone.
    pub(crate) fn topic_removed(&self, name: &str, log_end: i64) -> io::Result<()> {
        self.with(|part| {
            part.put(&part.key(Kind::LogEnd), &log_end.to_be_bytes())?;
            // Before its messages: those that are left without a topic are removed at the next start.
            part.data
                .remove(part.key(Kind::Topic).name(name)?.bytes())?;
            let messages = part.key(Kind::Record).name(name)?;
            part.data.remove_prefix(messages.bytes())
        })
    }

    /// Records are appended to a queue, the first one at this place.
    pub(crate) fn appended<'r>(
        &self,
        first: Position<'_>,
        records: impl Iterator<Item = &'r [u8]>,
        waiting: Option<Waiting<'_>>,
    ) -> io::Result<()> {
        self.with(|part| {
            let mut entries: Vec<(Key, Cow<'r, [u8]>)> = Vec::new();
            // Before its record: a place where nothing waits is harmless.
            if let Some(Waiting { due, half }) = waiting {
                let due = due.to_be_bytes().to_vec();
                entries.push((part.key(Kind::Wait).position(first)?, due.into()));
                if let Some(id) = half {
                    entries.push((part.key(Kind::Half).name(id)?, Cow::Borrowed(&[])));
                }
            }
            for (offset, record) in (first.offset..).zip(records) {
                let place = Position { offset, ..first };
                entries.push((part.key(Kind::Record).position(place)?, record.into()));
            }
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, it)| (key.bytes(), &**it))
                .collect();
            part.data.put(&entries)
        })
    }

    /// A message waits no more.
    pub(crate) fn delivered(&self, place: Position<'_>) -> io::Result<()> {
        self.with(|part| {
            let key = part.key(Kind::Wait).position(place)?;
            part.data.remove(key.bytes())
        })
    }

    /// A half message is decided.
    pub(crate) fn half_decided(&self, id: &str) -> io::Result<()> {
        self.with(|part| part.data.remove(part.key(Kind::Half).name(id)?.bytes()))
    }

    /// A consumer group exists.
    pub(crate) fn group(&self, name: &str) -> io::Result<()> {
        self.with(|part| part.put(&part.key(Kind::Group).name(name)?, &[]))
    }

    /// A group is so far in a queue.
    pub(crate) fn offset(&self, group: &str, place: Position<'_>) -> io::Result<()> {
        self.with(|part| {
            let key = part.key(Kind::Offset).name(group)?.name(place.topic)?;
            let key = key.number(place.queue_id);
            part.put(&key, &place.offset.to_be_bytes())
        })
    }

    /// A group's offsets in a topic are gone.
    pub(crate) fn offsets_forgotten(&self, group: &str, topic: &str) -> io::Result<()> {
        self.with(|part| {
            let key = part.key(Kind::Offset).name(group)?.name(topic)?;
            part.data.remove_prefix(key.bytes())
        })
    }

    fn with(&self, write: impl FnOnce(&Part) -> io::Result<()>) -> io::Result<()> {
        match &self.0 {
            Some(part) => write(part),
            None => Ok(()),
        }
    }
}

impl Part {
    fn key(&self, kind: Kind) -> Key {
        Key::new(self.broker, kind)
    }

    fn put(&self, key: &Key, value: &[u8]) -> io::Result<()> {
        self.data.put(&[(key.bytes(), value)])
    }
}
