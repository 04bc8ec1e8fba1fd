//! Dialogues with a scripted peer: what a real broker does rarely, or never.

mod consuming;
mod peer;
mod retries;
mod scene;
mod sending;
mod server_requests;
