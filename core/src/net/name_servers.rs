//! The name servers: any of them will do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onsmq_proto::codec::Command;
use parking_lot::RwLock;
use tokio::time::Instant;
use tracing::debug;

use super::Peers;
use crate::{Error, ErrorKind, Result};

/// The time one name server is given before the next is asked.
const ATTEMPT: Duration = Duration::from_millis(1500);

/// The name servers as far as they are known, and the one that answered last.
pub(crate) struct NameServers {
    addresses: RwLock<Arc<[String]>>,
    current: AtomicUsize,
}

impl NameServers {
    pub(crate) fn new(addresses: Vec<String>) -> Self {
        // Clients of one configuration spread over the servers.
        let current = AtomicUsize::new(fastrand::usize(..addresses.len().max(1)));
        Self {
            addresses: RwLock::new(addresses.into()),
            current,
        }
    }

    /// All of them; none while an address server has not told.
    pub(crate) fn addresses(&self) -> Arc<[String]> {
        Arc::clone(&self.addresses.read())
    }

    /// Takes up a new list, whose order does not count. Answers those that are gone, or `None`
    /// where the list says nothing new.
    pub(crate) fn replace(&self, list: Vec<String>) -> Option<Vec<String>> {
        let mut addresses = self.addresses.write();
        let missing = |from: &[String], of: &[String]| -> Vec<String> {
            of.iter().filter(|it| !from.contains(it)).cloned().collect()
        };
        let gone = missing(&list, &addresses);
        if gone.is_empty() && missing(&addresses, &list).is_empty() {
            return None;
        }
        if addresses.is_empty() {
            self.current
                .store(fastrand::usize(..list.len().max(1)), Ordering::Relaxed);
        }
        *addresses = list.into();
        Some(gone)
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
        let addresses = self.addresses();
        let first = self.current.load(Ordering::Relaxed);
        let mut failures = Vec::new();
        for turn in 0..addresses.len() {
            let index = (first + turn) % addresses.len();
            let address = &addresses[index];
            // The last one may use what time is left.
            let last = turn + 1 == addresses.len();
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
    // A name server that speaks something else, or whose certificate is bad, is no passing fault.
    let is_all = |kind| !failures.is_empty() && failures.iter().all(|it| it.kind() == kind);
    let kind = [ErrorKind::Protocol, ErrorKind::Tls]
        .into_iter()
        .find(|kind| is_all(*kind))
        .unwrap_or(ErrorKind::NameServerUnreachable);
    let error = Error::new(
        kind,
        format!("no name server answers: {}", texts.join("; ")),
    );
    match failures.last() {
        Some(last) if last.is_retriable() => error.passing().with_source(last.clone()),
        Some(last) => error.with_source(last.clone()),
        None => error,
    }
}
