//! Dialogues with a scripted peer: what a real broker does rarely, or never.

mod compressing;
mod consuming;
mod peer;
mod sending;
mod spans;
mod tracing_messages;
