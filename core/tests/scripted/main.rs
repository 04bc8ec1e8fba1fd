//! Dialogues with a scripted peer: what a real broker does rarely, or never.

mod certificates;
mod consuming;
mod discovery;
mod peer;
mod retries;
mod scene;
mod sending;
mod server_requests;
mod tls;
