//! What a message looks like on the wire (`wire.md`, sections 7, 8 and 12).

pub mod batch;
pub mod compression;
pub mod id;
pub mod properties;
pub mod rules;
mod stored;
pub mod sys_flag;

pub use stored::{StoredMessage, StoredMessages, StoredRecord};
