//! One listening socket and the connections that come of it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::node::Common;
use crate::peer::Peer;
use crate::service::Service;
use crate::tls::Tls;

/// A socket with the service behind it.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    service: Arc<Service>,
    /// Numbers the connections of the whole server.
    ids: Arc<AtomicU64>,
    tls: Option<Arc<Tls>>,
}

impl Listener {
    pub(crate) fn new(socket: TcpListener, service: Arc<Service>, common: &Common) -> Self {
        Self {
            socket,
            service,
            ids: Arc::clone(&common.ids),
            tls: common.tls.clone(),
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
                            connections.spawn(serve(connection, socket, self.tls.clone()));
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

async fn serve(connection: Connection, socket: TcpStream, tls: Option<Arc<Tls>>) {
    if let Err(error) = run(connection, socket, tls).await {
        tracing::debug!(%error, "a connection ended");
    }
}

async fn run(connection: Connection, socket: TcpStream, tls: Option<Arc<Tls>>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    match tls {
        None => connection.run(socket).await,
        Some(tls) => connection.run(tls.accept(socket).await?).await,
    }
}
