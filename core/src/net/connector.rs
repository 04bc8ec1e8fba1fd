//! Dialling.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tracing::warn;

use super::stream::Stream;
use super::tls::Tls;
use crate::config::{TlsConfig, keys};
use crate::{Error, ErrorKind, Result};

/// How long one attempt may take: a host that drops packets must not use up a whole budget.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Makes connections, secure ones where that is configured.
pub(super) struct Connector(Option<Tls>);

impl Connector {
    /// Reads the files that the configuration names.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`].
    pub(super) fn new(config: &TlsConfig) -> Result<Self> {
        if config.insecure_skip_verify {
            warn!(
                "{} is set: the certificates of servers are NOT verified, and whoever is in between \
                 can read and change everything",
                keys::TLS_INSECURE_SKIP_VERIFY
            );
        }
        Tls::new(config).map(Self)
    }

    /// Connects to `host:port`, an IPv6 host with or without brackets.
    ///
    /// # Errors
    /// [`ErrorKind::ConnectFailed`], [`ErrorKind::Tls`].
    pub(super) async fn connect(&self, address: &str, deadline: Instant) -> Result<Stream> {
        let deadline = deadline.min(Instant::now() + CONNECT_TIMEOUT);
        let stream = tcp(address, deadline).await?;
        match &self.0 {
            Some(tls) => Ok(tls.handshake(address, stream, deadline).await?.into()),
            None => Ok(stream.into()),
        }
    }
}

async fn tcp(address: &str, deadline: Instant) -> Result<TcpStream> {
    let stream = match tokio::time::timeout_at(deadline, dial(address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(failed(address, &error).with_source(error)),
        Err(_) => return Err(failed(address, &"no answer in time")),
    };
    match prepare(&stream) {
        Ok(()) => Ok(stream),
        Err(error) => Err(failed(address, &error).with_source(error)),
    }
}

fn failed(address: &str, why: &dyn std::fmt::Display) -> Error {
    Error::new(
        ErrorKind::ConnectFailed,
        format!("cannot connect to {address} ({why}): check the address, and that it is up"),
    )
}

async fn dial(address: &str) -> io::Result<TcpStream> {
    let (host, port) = split(address)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not host:port"))?;
    TcpStream::connect((host, port)).await
}

/// Splits at the last colon (`wire.md`, section 5).
pub(super) fn split(address: &str) -> Option<(&str, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    Some((bare.unwrap_or(host), port.parse().ok()?))
}

/// A peer that vanished without a word is noticed within half a minute, also while nothing is
/// being sent: Java's pull hangs for its whole time-out then.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(10))
        .with_interval(Duration::from_secs(5));
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(Duration::from_secs(25)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn addresses_split_at_the_last_colon() {
        assert_eq!(split("host:9876"), Some(("host", 9876)));
        assert_eq!(
            split("fd00:10:20:30::40:30911"),
            Some(("fd00:10:20:30::40", 30911))
        );
        assert_eq!(split("[::1]:1"), Some(("::1", 1)));
        assert_eq!(
            (split("host"), split("host:http"), split("host:70000")),
            (None, None, None)
        );
    }
}
