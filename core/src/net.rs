//! Sockets: one connection a peer, and the peers of a client.

mod address_server;
mod chunks;
mod connection;
mod connector;
mod name_servers;
mod output;
mod peers;
mod stream;
mod tls;

pub(crate) use address_server::AddressServer;
pub(crate) use connection::{Connection, Inbound, REQUEST_TIMEOUT};
pub(crate) use name_servers::NameServers;
pub(crate) use peers::{Events, Peers};
pub(crate) use tls::{explained_by_http, http_settings};
