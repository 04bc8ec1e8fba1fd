//! The console's socket.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::{Console, door};

/// How many connections are served at once; others wait.
const CONNECTIONS: usize = 128;
/// How long a connection may be without a whole request.
const IDLE: Duration = Duration::from_secs(60);
/// What the head of a request may take, and what is read ahead.
const BUFFER: usize = 64 * 1024;

/// A socket with the console behind it.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    console: Arc<Console>,
}

impl Listener {
    pub(crate) const fn new(socket: TcpListener, console: Arc<Console>) -> Self {
        Self { socket, console }
    }

    /// Serves until `stop` changes or its sender is gone; connections end with it.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let accepted = async {
                let permit = Arc::clone(&room).acquire_owned().await;
                (permit, self.socket.accept().await)
            };
            tokio::select! {
                (permit, accepted) = accepted => match accepted {
                    Ok((socket, from)) => {
                        let console = Arc::clone(&self.console);
                        connections.spawn(async move {
                            let _permit = permit;
                            serve(console, socket, from).await;
                        });
                    }
                    Err(error) => {
                        tracing::debug!(%error, "the console takes no connection");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
                _ = stop.changed() => return,
            }
        }
    }
}

async fn serve(console: Arc<Console>, socket: TcpStream, from: SocketAddr) {
    // Only latency is lost without it.
    let _ = socket.set_nodelay(true);
    let service = service_fn(|request| {
        let console = Arc::clone(&console);
        async move {
            let reply = door::answer(&console, from, request).await;
            Ok::<_, Infallible>(reply.into_response())
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(socket), service);
    if let Err(error) = served.await {
        tracing::debug!(%error, %from, "a connection of the console broke");
    }
}
