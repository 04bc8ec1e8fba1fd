//! Dialogues with a scripted peer: what a real broker does rarely, or never.

mod certificates;
mod compressing;
mod consuming;
mod discovery;
mod gathering;
mod large_answers;
mod lent;
mod listening;
mod meanwhile;
mod peer;
mod recorder;
mod retries;
mod scene;
mod sending;
mod server_requests;
mod spans;
mod tls;
mod tracing_messages;
