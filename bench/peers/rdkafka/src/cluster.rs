//! The mock cluster, in a process of its own.

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rdkafka::mocking::MockCluster;

/// The argument that makes this program the cluster.
pub(crate) const ROLE: &str = "cluster";
pub(crate) const TOPIC: &str = "bench";
/// Each keeps 5 MiB, so that these keep a backlog of half a million small messages.
pub(crate) const PARTITIONS: i32 = 16;
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Ends with its standard input.
pub(crate) fn serve() -> Result<(), Box<dyn Error>> {
    let cluster = MockCluster::new(1)?;
    cluster.create_topic(TOPIC, PARTITIONS, 1)?;
    println!("{}", cluster.bootstrap_servers());
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// A running cluster, for as long as this lives.
pub(crate) struct Cluster {
    pub(crate) servers: String,
    process: Child,
}

impl Cluster {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(env::current_exe()?)
            .arg(ROLE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        let mut servers = String::new();
        BufReader::new(output).read_line(&mut servers)?;
        Ok(Self {
            servers: servers.trim().to_owned(),
            process,
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // Nothing is left to do for one that cannot be waited for.
        let _ = self.process.wait();
    }
}
