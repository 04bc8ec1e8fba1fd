//! One listening socket and the connections that come of it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::peer::Peer;
use crate::service::Service;

/// A socket with the service behind it.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    service: Arc<Service>,
    /// Numbers the connections of the whole server.
    ids: Arc<AtomicU64>,
}

impl Listener {
    pub(crate) const fn new(
        socket: TcpListener,
        service: Arc<Service>,
        ids: Arc<AtomicU64>,
    ) -> Self {
        Self {
            socket,
            service,
            ids,
        }
    }

    /// Accepts until `stop` changes or its sender is gone; then ends the connections. They end,
    /// too, when this is dropped.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.socket.accept() => match accepted {
                    Ok((socket, address)) => {
                        if self.service.accepts_connection() {
                            let id = self.ids.fetch_add(1, Ordering::Relaxed);
                            let peer = Peer::new(id, address);
                            let connection = Connection::new(Arc::clone(&self.service), peer);
                            connections.spawn(serve(connection, socket));
                        } else {
                            reset(&socket);
                        }
                    }
                    Err(error) => {
                        // Out of descriptors, most likely: not to spin until some are free.
                        tracing::warn!(%error, "no connection can be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
                _ = stop.changed() => break,
            }
        }
        connections.shutdown().await;
    }
}

/// Has a connection end with a reset, as where nobody listens, once it is dropped.
fn reset(socket: &TcpStream) {
    // Where this cannot be set, the connection ends all the same.
    let _ = socket.set_zero_linger();
}

async fn serve(connection: Connection, socket: TcpStream) {
    let ended: io::Result<()> = connection.run(socket).await;
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}
