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
/// How many partitions a topic has that the mock makes by itself.
const FEWEST: usize = 4;
/// A partition keeps 5 MiB, in which there are the bodies and what is stored with each.
const KEPT_BYTES: usize = 4 << 20;
const WITH_EACH: usize = 32;
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Ends with its standard input.
pub(crate) fn serve() -> Result<(), Box<dyn Error>> {
    let partitions = env::args().nth(2).ok_or("no number of partitions")?;
    let cluster = MockCluster::new(1)?;
    cluster.create_topic(TOPIC, partitions.parse()?, 1)?;
    println!("{}", cluster.bootstrap_servers());
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// A running cluster, for as long as this lives.
pub(crate) struct Cluster {
    pub(crate) servers: String,
    pub(crate) partitions: i32,
    process: Child,
}

impl Cluster {
    /// With a topic that keeps so many messages.
    pub(crate) fn start(kept: usize, body_bytes: usize) -> Result<Self, Box<dyn Error>> {
        let partitions = (kept * (body_bytes + WITH_EACH) / KEPT_BYTES + 1).max(FEWEST);
        let mut process = Command::new(env::current_exe()?)
            .arg(ROLE)
            .arg(partitions.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        let mut servers = String::new();
        BufReader::new(output).read_line(&mut servers)?;
        Ok(Self {
            servers: servers.trim().to_owned(),
            partitions: i32::try_from(partitions)?,
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
