//! Tags by their hashes, as brokers keep them beside each message.

use onsmq_proto::hash::java_string_hash;
use onsmq_proto::message::properties::{self, name};

/// The hash of a message's tag; 0 where it has none, as in Java
/// (`MessageExtBrokerInner.tagsString2tagsCode`).
pub(super) fn tag_code(raw_properties: &str) -> i32 {
    properties::get(raw_properties, name::TAGS).map_or(0, java_string_hash)
}
