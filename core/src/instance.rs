//! A client instance: one identity at the brokers, shared by the producers and consumers of a
//! configuration. One connection per broker, one heartbeat, one route table.

mod client;
mod consumer_requests;
mod discovery;
mod driver;
mod ending;
mod identity;
mod inbound;
mod members;
mod routes;
mod shared;
mod transaction;

pub use client::Client;
pub(crate) use ending::Ending;
pub(crate) use identity::now_ms;
pub(crate) use members::ConsumerMember;
pub(crate) use shared::Instance;
