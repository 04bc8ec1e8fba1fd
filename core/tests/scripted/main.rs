//! Dialogues with a scripted peer: what a real broker does rarely, or never.

mod consuming;
mod peer;
mod sending;
