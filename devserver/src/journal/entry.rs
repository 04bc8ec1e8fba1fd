//! Keys and values as bytes. Numbers are big-endian, so that keys have the order of what they name.

use std::io;

use bytes::{Buf as _, BufMut as _};

use super::Position;
use crate::store::TopicConfig;

/// What an entry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Port = 1,
    LogEnd = 2,
    Topic = 3,
    Record = 4,
    Wait = 5,
    Half = 6,
    Group = 7,
    Offset = 8,
}

impl Kind {
    pub(super) const ALL: [Self; 8] = [
        Self::Port,
        Self::LogEnd,
        Self::Topic,
        Self::Record,
        Self::Wait,
        Self::Half,
        Self::Group,
        Self::Offset,
    ];
}

/// A key, or the beginning of several: the broker's number, the kind, and what names the entry.
#[derive(Debug)]
pub(super) struct Key(Vec<u8>);

impl Key {
    /// How much of a key says whose it is.
    pub(super) const PREFIX: usize = 3;

    pub(super) fn new(broker: u16, kind: Kind) -> Self {
        let mut key = Vec::with_capacity(64);
        key.put_u16(broker);
        key.put_u8(kind as u8);
        Self(key)
    }

    /// With its length before it, so that no name is the beginning of another one.
    pub(super) fn name(mut self, name: &str) -> io::Result<Self> {
        let length = u16::try_from(name.len()).map_err(|_| {
            let text = format!("a name of {} bytes is too long", name.len());
            io::Error::new(io::ErrorKind::InvalidInput, text)
        })?;
        self.0.put_u16(length);
        self.0.put_slice(name.as_bytes());
        Ok(self)
    }

    pub(super) fn number(mut self, number: i32) -> Self {
        self.0.put_i32(number);
        self
    }

    pub(super) fn position(self, place: Position<'_>) -> io::Result<Self> {
        let mut key = self.name(place.topic)?.number(place.queue_id);
        key.0.put_i64(place.offset);
        Ok(key)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What follows a key's prefix, or a value.
#[derive(Debug)]
pub(super) struct Parts<'a>(pub(super) &'a [u8]);

impl<'a> Parts<'a> {
    pub(super) fn name(&mut self) -> io::Result<&'a str> {
        let length = self.0.try_get_u16()?;
        let (name, rest) = self
            .0
            .split_at_checked(usize::from(length))
            .ok_or_else(|| damaged("a name is cut short"))?;
        self.0 = rest;
        std::str::from_utf8(name).map_err(|_| damaged("a name is no text"))
    }

    pub(super) fn number(&mut self) -> io::Result<i32> {
        Ok(self.0.try_get_i32()?)
    }

    pub(super) fn long(&mut self) -> io::Result<i64> {
        Ok(self.0.try_get_i64()?)
    }

    pub(super) fn port(&mut self) -> io::Result<u16> {
        Ok(self.0.try_get_u16()?)
    }

    pub(super) fn position(&mut self) -> io::Result<Position<'a>> {
        Ok(Position {
            topic: self.name()?,
            queue_id: self.number()?,
            offset: self.long()?,
        })
    }

    pub(super) fn topic_config(&mut self) -> io::Result<TopicConfig> {
        Ok(TopicConfig {
            read_queues: self.0.try_get_u32()?,
            write_queues: self.0.try_get_u32()?,
            perm: self.0.try_get_i32()?,
            sys_flag: self.0.try_get_i32()?,
            order: self.0.try_get_u8()? != 0,
        })
    }
}

pub(super) fn topic_config(config: &TopicConfig) -> Vec<u8> {
    let mut value = Vec::with_capacity(17);
    value.put_u32(config.read_queues);
    value.put_u32(config.write_queues);
    value.put_i32(config.perm);
    value.put_i32(config.sys_flag);
    value.put_u8(config.order.into());
    value
}

/// What was kept is not as it was written.
pub(crate) fn damaged(what: &str) -> io::Error {
    let text = format!("the kept data are damaged: {what}");
    io::Error::new(io::ErrorKind::InvalidData, text)
}
