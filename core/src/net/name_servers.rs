//! The name servers: any of them will do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onsmq_proto::codec::Command;
use tokio::time::Instant;
use tracing::debug;

use super::Peers;
use crate::{Error, ErrorKind, Result};

/// The time one name server is given before the next is asked.
const ATTEMPT: Duration = Duration::from_millis(1500);

/// The configured name servers, and the one that answered last.
pub(crate) struct NameServers {
    addresses: Vec<String>,
    current: AtomicUsize,
}

impl NameServers {
    pub(crate) fn new(addresses: Vec<String>) -> Self {
        // Clients of one configuration spread over the servers.
        let current = AtomicUsize::new(fastrand::usize(..addresses.len().max(1)));
        Self { addresses, current }
    }

    pub(crate) fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// Asks one name server after the other until one answers.
    ///
    /// # Errors
    /// [`ErrorKind::NameServerUnreachable`] with what each of them did.
    pub(crate) async fn request(
        &self,
        peers: &Peers,
        command: &Command,
        deadline: Instant,
    ) -> Result<Command> {
        let first = self.current.load(Ordering::Relaxed);
        let mut failures = Vec::new();
        for turn in 0..self.addresses.len() {
            let index = (first + turn) % self.addresses.len();
            let address = &self.addresses[index];
            // The last one may use what time is left.
            let last = turn + 1 == self.addresses.len();
            let until = if last {
                deadline
            } else {
                deadline.min(Instant::now() + ATTEMPT)
            };
            match peers.request(address, command.clone(), until).await {
                Ok(answer) => {
                    self.current.store(index, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(error) if error.kind() == ErrorKind::Closed => return Err(error),
                Err(error) => {
                    debug!(address, "name server: {error}");
                    failures.push(error);
                }
            }
        }
        Err(unreachable(&failures))
    }
}

fn unreachable(failures: &[Error]) -> Error {
    let texts: Vec<_> = failures.iter().map(Error::message).collect();
    // A name server that speaks something else is a wrong address, not a passing fault.
    let kind = match failures {
        [only] if only.kind() == ErrorKind::Protocol => ErrorKind::Protocol,
        _ => ErrorKind::NameServerUnreachable,
    };
    let error = Error::new(
        kind,
        format!("no name server answers: {}", texts.join("; ")),
    );
    match failures.last() {
        Some(last) => error.with_source(last.clone()),
        None => error,
    }
}
