//! Tags by their hashes, as brokers keep them beside each message.

use onsmq_proto::hash::java_string_hash;
use onsmq_proto::message::properties::{self, name};

/// The hash of a tag; 0 where there is none, as in Java
/// (`MessageExtBrokerInner.tagsString2tagsCode`).
pub(crate) fn tag_code(tag: Option<&str>) -> i32 {
    tag.map_or(0, java_string_hash)
}

/// The same of the tag among properties.
pub(crate) fn tag_code_among(raw_properties: &str) -> i32 {
    tag_code(properties::get(raw_properties, name::TAGS))
}
