//! Sockets: one connection a peer, and the peers of a client.

mod connection;
mod connector;
mod name_servers;
mod peers;

pub(crate) use connection::{Connection, Inbound, REQUEST_TIMEOUT};
pub(crate) use name_servers::NameServers;
pub(crate) use peers::{Events, Peers};
