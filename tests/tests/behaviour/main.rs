//! The same behaviour on the dev server and on real brokers, through the Rust face.

mod batches;
mod broadcasting;
mod compression;
mod conditions;
mod gathering;
mod ordered;
mod start;
mod subscriptions;
mod support;
mod timed;
mod transactions;
mod vip;
