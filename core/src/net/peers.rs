//! The peers of a client: for each address one connection, made when it is needed.

use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::codec::Command;
use onsmq_proto::machine::Backoff;
use onsmq_proto::sign::{Credentials, sign};
use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, info, warn};

use super::connection::{Connection, Inbound};
use super::connector::Connector;
use crate::config::ClientConfig;
use crate::{Error, ErrorKind, Result};

/// The pause after a connection could not be made. Short, since a broker that restarts is to be
/// found soon; and bounded, since a dead one is asked for ever.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What happens on connections without having been asked for.
pub(crate) struct Events {
    /// Requests of servers.
    pub(crate) inbound: mpsc::UnboundedSender<Inbound>,
    /// Addresses that a connection was made to.
    pub(crate) connected: mpsc::UnboundedSender<Arc<str>>,
}

/// All peers of a client instance.
pub(crate) struct Peers {
    events: Events,
    connector: Connector,
    credentials: RwLock<Option<Credentials>>,
    peers: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    by_address: FxHashMap<Arc<str>, Arc<Peer>>,
    closed: bool,
}

/// One address.
struct Peer {
    address: Arc<str>,
    /// The connection in use, read without waiting for one that is being made.
    current: Mutex<Option<Connection>>,
    /// Held while a connection is being made: all others wait for the same one.
    dialling: tokio::sync::Mutex<Dialling>,
}

struct Dialling {
    backoff: Backoff,
    /// Until when not to try again, and why the last try failed.
    pause: Option<(Instant, Error)>,
}

impl Peers {
    /// Reads what the configuration names of TLS.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`].
    pub(crate) fn new(config: &ClientConfig, events: Events) -> Result<Self> {
        Ok(Self {
            events,
            connector: Connector::new(&config.tls)?,
            credentials: RwLock::new(config.credentials.clone()),
            peers: Mutex::default(),
        })
    }

    /// Signs all later requests with these.
    pub(crate) fn set_credentials(&self, credentials: Credentials) {
        *self.credentials.write() = Some(credentials);
    }

    /// Sends a signed request to an address and waits for the answer, whatever its code.
    pub(crate) async fn request(
        &self,
        address: &str,
        command: Command,
        deadline: Instant,
    ) -> Result<Command> {
        let connection = self.connection(address, deadline).await?;
        connection.request(self.signed(command), deadline).await
    }

    /// Sends a signed request that is not answered.
    pub(crate) async fn oneway(
        &self,
        address: &str,
        command: Command,
        deadline: Instant,
    ) -> Result<()> {
        let connection = self.connection(address, deadline).await?;
        connection
            .send(self.signed(command.oneway()), deadline)
            .await
    }

    fn signed(&self, mut command: Command) -> Command {
        if let Some(credentials) = &*self.credentials.read() {
            sign(&mut command, credentials);
        }
        command
    }

    async fn connection(&self, address: &str, deadline: Instant) -> Result<Connection> {
        let peer = self.peer(address)?;
        match peer.open() {
            Some(connection) => Ok(connection),
            // Rare, and large: it is not to be part of every request.
            None => Box::pin(self.connect(&peer, deadline)).await,
        }
    }

    async fn connect(&self, peer: &Peer, deadline: Instant) -> Result<Connection> {
        let address = &peer.address;
        let dialling = tokio::time::timeout_at(deadline, peer.dialling.lock()).await;
        let mut dialling = dialling.map_err(|_| {
            Error::timeout(format!("no connection to {address} came about in time"))
        })?;
        if let Some(connection) = peer.open() {
            return Ok(connection);
        }
        peer.dial(&mut dialling, self, deadline).await?;
        // Closed meanwhile: the connection must not outlive its client.
        if self.peers.lock().closed {
            peer.close();
        }
        peer.open().ok_or_else(|| {
            Error::new(
                ErrorKind::ConnectionLost,
                format!("{address} closed the connection at once"),
            )
        })
    }

    fn peer(&self, address: &str) -> Result<Arc<Peer>> {
        let mut table = self.peers.lock();
        if table.closed {
            return Err(Error::new(ErrorKind::Closed, "the client was shut down"));
        }
        if let Some(peer) = table.by_address.get(address) {
            return Ok(Arc::clone(peer));
        }
        let peer = Arc::new(Peer::new(address));
        table
            .by_address
            .insert(Arc::clone(&peer.address), Arc::clone(&peer));
        Ok(peer)
    }

    /// Whether a connection to this address is open.
    pub(crate) fn is_connected(&self, address: &str) -> bool {
        let peer = self.peers.lock().by_address.get(address).cloned();
        peer.is_some_and(|peer| peer.open().is_some())
    }

    /// The version of the peer at an address, if it is connected and has answered something.
    pub(crate) fn version(&self, address: &str) -> Option<i16> {
        let peer = self.peers.lock().by_address.get(address).cloned();
        peer?.open()?.version()
    }

    /// Lets go of a peer that is not needed any more.
    pub(crate) fn forget(&self, address: &str) {
        let peer = self.peers.lock().by_address.remove(address);
        if let Some(peer) = peer {
            peer.close();
        }
    }

    /// Closes all connections once what was sent on them has left, and makes no more.
    pub(crate) async fn close(&self) {
        let peers: Vec<_> = {
            let mut table = self.peers.lock();
            table.closed = true;
            table.by_address.drain().map(|(_, peer)| peer).collect()
        };
        for peer in peers {
            let Some(connection) = peer.open() else {
                peer.close();
                continue;
            };
            // A peer that does not read must not hold up the end.
            let _ = tokio::time::timeout(Duration::from_secs(1), connection.flush()).await;
            peer.close();
            // Whoever has shut down finds no socket left.
            let _ = tokio::time::timeout(Duration::from_secs(1), connection.ended()).await;
        }
    }
}

impl Peer {
    fn new(address: &str) -> Self {
        Self {
            address: address.into(),
            current: Mutex::default(),
            dialling: tokio::sync::Mutex::new(Dialling {
                backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
                pause: None,
            }),
        }
    }

    fn open(&self) -> Option<Connection> {
        self.current.lock().clone().filter(Connection::is_open)
    }

    fn close(&self) {
        if let Some(connection) = self.current.lock().take() {
            connection.close();
        }
    }

    async fn dial(&self, dialling: &mut Dialling, peers: &Peers, deadline: Instant) -> Result<()> {
        if let Some((until, error)) = &dialling.pause
            && Instant::now() < *until
        {
            return Err(error.clone());
        }
        match peers.connector.connect(&self.address, deadline).await {
            Ok(stream) => {
                self.log_success(dialling);
                dialling.backoff.succeeded();
                dialling.pause = None;
                let inbound = peers.events.inbound.clone();
                let connection = Connection::spawn(Arc::clone(&self.address), stream, inbound);
                *self.current.lock() = Some(connection);
                let _ = peers.events.connected.send(Arc::clone(&self.address));
                Ok(())
            }
            Err(error) => {
                self.log_failure(dialling, &error);
                let pause = dialling.backoff.failed(fastrand::f64());
                dialling.pause = Some((Instant::now() + pause, error.clone()));
                Err(error)
            }
        }
    }

    /// The first failure and the success after failures are news; what lies between is not.
    fn log_failure(&self, dialling: &Dialling, error: &Error) {
        match dialling.backoff.failures() {
            0 => warn!(address = %self.address, "{error}; trying again until it works"),
            failures => debug!(address = %self.address, failures, "{error}"),
        }
    }

    fn log_success(&self, dialling: &Dialling) {
        match dialling.backoff.failures() {
            0 => debug!(address = %self.address, "connected"),
            failures => info!(address = %self.address, failures, "connected again"),
        }
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        for peer in self.peers.get_mut().by_address.values() {
            peer.close();
        }
    }
}
