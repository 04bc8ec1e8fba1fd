//! A cluster in words that a test in any language can read.

use std::path::PathBuf;

use serde::Serialize;

use super::acl::{ADMIN, Account, FULL, LIMITED};
use super::cluster::Cluster;
use super::server::Server;

/// A name server or a broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// What the cluster's commands call it.
    pub name: String,
    /// Host and port.
    pub address: String,
    /// Its process; none while it is down.
    pub pid: Option<u32>,
}

/// What a client has to know of a cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// The version of the servers.
    pub version: &'static str,
    /// The name servers, joined by `;`.
    pub namesrv_addr: String,
    /// The brokers, all masters.
    pub brokers: Vec<Node>,
    /// The name servers.
    pub namesrvs: Vec<Node>,
    /// Where files and logs are.
    pub folder: PathBuf,
    /// The accounts, if access is controlled.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// What to trust, if there is TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

/// The accounts of a cluster with access control.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Access {
    /// The account that may use every topic and group.
    #[serde(flatten)]
    pub full: Account,
    /// The account that may also administer.
    pub admin: Account,
    /// The account that may use the topic `allowed-topic` only.
    pub limited: Account,
}

impl Cluster {
    /// The brokers, in the order of their names.
    pub fn brokers(&self) -> Vec<Node> {
        self.brokers.iter().map(node).collect()
    }

    /// The name servers, in the order of [`namesrv_addr`](Self::namesrv_addr).
    pub fn namesrvs(&self) -> Vec<Node> {
        self.namesrvs.iter().map(node).collect()
    }

    /// Everything that a client has to know.
    pub fn describe(&self) -> Description {
        let access = Access {
            full: FULL,
            admin: ADMIN,
            limited: LIMITED,
        };
        Description {
            version: self.version().as_str(),
            namesrv_addr: self.namesrv_addr(),
            brokers: self.brokers(),
            namesrvs: self.namesrvs(),
            folder: self.folder().to_owned(),
            access: self.options.acl.then_some(access),
            ca_file: self.ca_file().map(ToOwned::to_owned),
        }
    }
}

fn node(server: &Server) -> Node {
    Node {
        name: server.name.clone(),
        address: server.address(),
        pid: server.pid(),
    }
}
