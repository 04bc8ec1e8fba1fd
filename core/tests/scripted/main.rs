//! Dialogues with a scripted peer: what a real broker does rarely, or never.

mod certificates;
mod consuming;
mod discovery;
mod peer;
mod sending;
mod tls;
