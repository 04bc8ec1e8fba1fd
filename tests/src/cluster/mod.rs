//! Real RocketMQ name servers and brokers, for as long as a test needs them.
//!
//! ```no_run
//! use onsmq_tests::cluster::{Cluster, Version};
//!
//! let mut cluster = Cluster::builder(Version::V5_3_3).brokers(2).topic("orders", 4).start()?;
//! println!("{}", cluster.namesrv_addr());
//! cluster.kill("broker-a")?;
//! cluster.start("broker-a")?;
//! # Ok::<(), onsmq_tests::cluster::Error>(())
//! ```
//!
//! Dropping the [`Cluster`] stops everything it started and removes its folder. So does the end
//! of the process, however it comes.

mod acl;
mod admin;
mod archive;
mod builder;
#[expect(
    clippy::module_inception,
    reason = "the cluster is what this module is about"
)]
mod cluster;
mod config;
mod describe;
mod error;
mod folder;
pub(crate) mod jars;
mod java;
mod ports;
mod readiness;
mod server;
mod tls;
mod version;
mod wire;

pub use acl::{ADMIN, Account, FULL, LIMITED};
pub use admin::AdminOutput;
pub use builder::Builder;
pub use cluster::Cluster;
pub use describe::{Access, Description, Node};
pub use error::Error;
pub use tls::{Certificate, Identity, Tls};
pub use version::Version;
pub use wire::{Request, Response};
