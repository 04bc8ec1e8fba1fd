//! What real peers wrote and computed (`tests/golden`), read and made again by this crate.

mod allocation;
mod bodies;
mod frames;
mod hash;
mod messages;
mod signing;
mod support;
