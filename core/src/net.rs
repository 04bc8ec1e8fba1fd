//! Sockets: one connection a peer, and the peers of a client.

mod address_server;
mod caller;
mod chunks;
mod connection;
mod connector;
mod input;
mod name_servers;
mod output;
mod peers;
mod stream;
mod tls;
mod watch;

pub(crate) use address_server::AddressServer;
pub use caller::block_on;
pub(crate) use connection::{Connection, Inbound, REQUEST_TIMEOUT};
pub(crate) use name_servers::NameServers;
pub(crate) use peers::{Events, Peers};
pub(crate) use tls::{explained_by_http, http_settings};
