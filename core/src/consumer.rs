//! Consuming: a group divides the queues of its topics, each member pulls its own, and what the
//! listeners say of each message decides what comes again.

mod activity;
mod assignment;
mod batch;
mod cache;
mod conditions;
mod delivery;
mod describe;
mod direct;
mod group;
mod inbox;
mod life;
mod listener;
mod local_offsets;
mod moved_queue;
mod normal;
mod offset_store;
mod ordered;
mod pull_loop;
mod queue_order;
mod readable;
mod ready;
mod rebalance;
mod retry;
mod shared;
mod statistics;
mod subscription;

pub use batch::BatchConsumer;
pub use delivery::Delivery;
pub use inbox::Inbox;
pub use normal::Consumer;
pub use ordered::{OrderAction, OrderConsumer};
pub use subscription::Filter;
