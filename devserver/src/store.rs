//! Messages in memory. Nothing here knows of sockets or requests.

mod filter;
mod log;
mod message;
mod queue;
mod read;
mod records;
mod segments;
mod tag;
#[cfg(test)]
mod tests;
mod topic;

pub(crate) use filter::Filter;
pub(crate) use log::Log;
pub(crate) use message::NewMessage;
pub(crate) use queue::{Appended, Boundary, Queue, Unstored};
pub(crate) use read::{Ask, Read, Status};
pub(crate) use tag::{tag_code, tag_code_among};
pub(crate) use topic::{Topic, TopicConfig, Topics};
