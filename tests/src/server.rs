//! The servers that the behaviour suite runs on.

use std::sync::OnceLock;
use std::time::Duration;

use onsmq_devserver::DevServer;
use tokio::runtime::Runtime;

use crate::cluster::{Cluster, Version};

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// The embedded dev server, one for each test.
    Dev,
    /// A broker of 4.9.7, one for all tests of a process, or the one that
    /// `ONSMQ_TEST_NAMESRV_4` names.
    V4,
    /// A broker of 5.3.3, one for all tests of a process, or the one that
    /// `ONSMQ_TEST_NAMESRV_5` names.
    V5,
}

/// A server that runs for as long as this lives, or longer.
#[derive(Debug)]
pub struct Running {
    address: String,
    _dev: Option<(Runtime, DevServer)>,
}

impl Running {
    /// What clients take as NAMESRV_ADDR.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Server {
    /// A server of this kind.
    #[must_use]
    pub fn run(self) -> Running {
        match self {
            Self::Dev => dev(),
            Self::V4 => Running {
                address: shared(Version::V4_9_7).to_owned(),
                _dev: None,
            },
            Self::V5 => Running {
                address: shared(Version::V5_3_3).to_owned(),
                _dev: None,
            },
        }
    }

    /// How long it may take until a failed message comes again: real brokers wait for 10 s.
    #[must_use]
    pub const fn retry_limit(self) -> Duration {
        Duration::from_secs(40)
    }
}

fn dev() -> Running {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("threads for the dev server");
    let builder = DevServer::builder()
        .retry_delay(Duration::from_millis(100))
        .check_back_delay(Duration::from_secs(1));
    let server = runtime
        .block_on(builder.start())
        .expect("a port for the dev server");
    Running {
        address: server.namesrv_addr(),
        _dev: Some((runtime, server)),
    }
}

/// The address of a broker that `make test` started for all suites, or of one of this process.
fn shared(version: Version) -> &'static str {
    static V4: OnceLock<(Option<Cluster>, String)> = OnceLock::new();
    static V5: OnceLock<(Option<Cluster>, String)> = OnceLock::new();
    let (cell, variable) = match version {
        Version::V4_9_7 => (&V4, "ONSMQ_TEST_NAMESRV_4"),
        Version::V5_3_3 => (&V5, "ONSMQ_TEST_NAMESRV_5"),
    };
    let (_, address) = cell.get_or_init(|| match std::env::var(variable) {
        Ok(address) => (None, address),
        Err(_) => {
            let cluster = Cluster::builder(version).start().expect("a real broker");
            let address = cluster.namesrv_addr();
            (Some(cluster), address)
        }
    });
    address
}

/// A name for a topic or group that no other test, process or run has.
#[must_use]
pub fn unique(name: &str) -> String {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let since = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default();
    format!(
        "{name}_{:x}_{}_{count}",
        since.as_millis(),
        std::process::id()
    )
}

/// Makes a test for each kind of server out of a function that takes one.
#[macro_export]
macro_rules! on_every_server {
    ($($name:ident),* $(,)?) => {
        mod on_dev_server {
            $(#[test] fn $name() { super::$name($crate::Server::Dev); })*
        }
        mod on_4_9_7 {
            $(#[test] fn $name() { super::$name($crate::Server::V4); })*
        }
        mod on_5_3_3 {
            $(#[test] fn $name() { super::$name($crate::Server::V5); })*
        }
    };
}
