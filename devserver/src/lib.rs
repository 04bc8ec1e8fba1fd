//! An in-memory name server and brokers in this process, for first steps and for users' own
//! tests: clients of Apache RocketMQ, this project's and Java's, are used against it as they are
//! against 5.3.3, without Java and without a disk.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! let server = onsmq_devserver::DevServer::builder().start().await?;
//! let address = server.namesrv_addr(); // what a client takes as NAMESRV_ADDR
//! // ... the test ...
//! server.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! It is not the judge of what is right: the real brokers are. What differs from them is a table in
//! `docs/dev-server.md`; what each operation of the console does here is in `docs/dev-console.md`.
//!
//! Reading order: `server` starts the `node`s, `listener` accepts, `connection` owns one socket,
//! `service` is the door that every request passes, `name_server` and `broker` are behind it.
//! `faults` says what goes wrong on purpose, `control` does what other languages ask for. One file
//! per exchange below `broker`, the messages themselves in `store`, and what is kept of them beyond
//! the process, if anything is, in `journal`.

#![forbid(unsafe_code)]

mod access;
mod answer;
mod broker;
mod builder;
mod clock;
mod cluster;
mod connection;
mod console;
mod control;
mod data;
mod delayed;
pub mod faults;
mod journal;
mod listener;
mod long_poll;
mod name_server;
mod node;
mod options;
mod outbox;
mod page;
mod peer;
mod server;
mod service;
mod settings;
mod spare;
mod sql;
mod store;
mod tls;

pub use access::{Account, Permission};
pub use builder::Builder;
pub use cluster::{BrokerInfo, InvalidTopic};
pub use console::{CONSOLE_ACCESS_KEY, CONSOLE_SECRET_KEY};
pub use control::ControlError;
pub use data::{Data, EntryFn};
pub use options::InvalidOption;
pub use server::DevServer;
