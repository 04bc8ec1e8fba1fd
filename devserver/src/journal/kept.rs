//! Reading what was kept.

use std::io;

use super::entry::{Key, Kind, Parts, damaged};
use super::{Journal, Part, Position};
use crate::Data;
use crate::store::TopicConfig;

/// The encoding that is written here; another one is not read.
const FORMAT: u32 = 1;
/// Behind the keys of all brokers.
const FORMAT_KEY: &[u8] = b"\xff\xffformat";

/// Says in an empty store which format its entries are of, and asks any other one for that.
pub(crate) fn check_format(data: &dyn Data) -> io::Result<()> {
    let mut format = None;
    let mut is_empty = true;
    data.each(FORMAT_KEY, &mut |_, value| {
        format = Some(Parts(value).number()?.cast_unsigned());
        Ok(())
    })?;
    let wrong = |what: String| Err(io::Error::new(io::ErrorKind::InvalidData, what));
    match format {
        Some(FORMAT) => return Ok(()),
        Some(other) => {
            return wrong(format!(
                "the data are of format {other}, and this version reads {FORMAT}"
            ));
        }
        None => {}
    }
    data.each(&[], &mut |_, _| {
        is_empty = false;
        Ok(())
    })?;
    if !is_empty {
        return wrong("these are no data of a dev server".to_owned());
    }
    data.put(&[(FORMAT_KEY, &FORMAT.to_be_bytes())])
}

impl Journal {
    /// The port that the broker had.
    pub(crate) fn port(&self) -> io::Result<Option<u16>> {
        let mut port = None;
        self.each(Kind::Port, |_, mut value| {
            port = Some(value.port()?);
            Ok(())
        })?;
        Ok(port)
    }

    /// Where the log ended when a topic was removed last; 0 if none ever was.
    pub(crate) fn log_end(&self) -> io::Result<i64> {
        let mut end = 0;
        self.each(Kind::LogEnd, |_, mut value| {
            end = value.long()?;
            Ok(())
        })?;
        Ok(end)
    }

    pub(crate) fn topics(&self, mut take: impl FnMut(&str, TopicConfig)) -> io::Result<()> {
        self.each(Kind::Topic, |mut key, mut value| {
            take(key.name()?, value.topic_config()?);
            Ok(())
        })
    }

    /// The records of each queue in their order. Those that are not taken are removed.
    pub(crate) fn records(
        &self,
        take: impl Fn(Position<'_>, &[u8]) -> io::Result<bool>,
    ) -> io::Result<()> {
        self.sift(Kind::Record, |place, value| take(place, value.0))
    }

    /// The places where messages wait, and when they are due. Those that are not taken are removed.
    pub(crate) fn waits(&self, take: impl Fn(Position<'_>, i64) -> bool) -> io::Result<()> {
        self.sift(Kind::Wait, |place, mut value| {
            Ok(take(place, value.long()?))
        })
    }

    pub(crate) fn halves(&self, mut take: impl FnMut(&str)) -> io::Result<()> {
        self.each(Kind::Half, |mut key, _| {
            take(key.name()?);
            Ok(())
        })
    }

    pub(crate) fn groups(&self, mut take: impl FnMut(&str)) -> io::Result<()> {
        self.each(Kind::Group, |mut key, _| {
            take(key.name()?);
            Ok(())
        })
    }

    /// The groups' offsets; a place's is the offset.
    pub(crate) fn offsets(&self, mut take: impl FnMut(&str, Position<'_>)) -> io::Result<()> {
        self.each(Kind::Offset, |mut key, mut value| {
            let group = key.name()?;
            let place = Position {
                topic: key.name()?,
                queue_id: key.number()?,
                offset: value.long()?,
            };
            take(group, place);
            Ok(())
        })
    }

    fn sift(
        &self,
        kind: Kind,
        take: impl Fn(Position<'_>, Parts<'_>) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut left = Vec::new();
        self.each(kind, |mut key, value| {
            let place = key.position()?;
            if !take(place, value)? {
                left.push((place.topic.to_owned(), place.queue_id, place.offset));
            }
            Ok(())
        })?;
        self.with(|part| {
            for (topic, queue_id, offset) in &left {
                let place = Position {
                    topic,
                    queue_id: *queue_id,
                    offset: *offset,
                };
                part.data.remove(part.key(kind).position(place)?.bytes())?;
            }
            Ok(())
        })
    }

    /// Shows the entries of a kind: what is behind their keys' prefix, and their values.
    fn each(
        &self,
        kind: Kind,
        mut look: impl FnMut(Parts<'_>, Parts<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.with(|part: &Part| {
            let prefix = part.key(kind);
            part.data.each(prefix.bytes(), &mut |key, value| {
                let named = key.get(Key::PREFIX..).ok_or_else(|| damaged("a key"))?;
                look(Parts(named), Parts(value))
            })
        })
    }
}
