//! Consuming: a group divides the queues of its topics, each member pulls its own, and what the
//! listeners say of each message decides what comes again.

mod assignment;
mod cache;
mod delivery;
mod group;
mod handle;
mod inbox;
mod listener;
mod offset_store;
mod pull_loop;
mod ready;
mod rebalance;
mod subscription;

pub use delivery::Delivery;
pub use handle::Consumer;
pub use inbox::Inbox;
