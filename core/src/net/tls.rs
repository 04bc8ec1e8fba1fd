//! Secure connections (`wire.md`, section 5): TLS from the first byte, on the same ports.

mod fault;
mod pem;
mod settings;

use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

pub(crate) use self::fault::explained_by_http;
pub(super) use self::fault::{explained, is_alert};
pub(crate) use self::settings::http_settings;
use super::connector::split;
use crate::config::{TlsConfig, keys};
use crate::{Error, ErrorKind, Result};

/// Makes connections secure.
pub(super) struct Tls {
    connector: TlsConnector,
    /// What all certificates have to hold, in place of each server's own host.
    server_name: Option<ServerName<'static>>,
}

impl Tls {
    /// Reads the files that the configuration names; `None` where TLS is not enabled.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] with the property and the file.
    pub(super) fn new(config: &TlsConfig) -> Result<Option<Self>> {
        if !config.enabled {
            return Ok(None);
        }
        let server_name = config.server_name.as_deref().map(|name| {
            ServerName::try_from(name.to_owned()).map_err(|error| {
                Error::new(
                    ErrorKind::Configuration,
                    format!(
                        "property {} has the value `{name}` ({error}): a host or an IP address is allowed",
                        keys::TLS_SERVER_NAME
                    ),
                )
            })
        });
        Ok(Some(Self {
            connector: settings::server_settings(config)?.into(),
            server_name: server_name.transpose()?,
        }))
    }

    /// Secures a connection that was just made to an address.
    ///
    /// # Errors
    /// [`ErrorKind::Tls`] with what is wrong and what to do.
    pub(super) async fn handshake(
        &self,
        address: &str,
        stream: TcpStream,
        deadline: Instant,
    ) -> Result<TlsStream<TcpStream>> {
        let name = self.name_of(address)?;
        let handshake = self.connector.connect(name, stream);
        match tokio::time::timeout_at(deadline, handshake).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(explained(address, &error)
                .unwrap_or_else(|| fault::cut_off(address, &error))
                .with_source(error)),
            Err(_) => Err(fault::cut_off(address, &"no answer in time")),
        }
    }

    /// What the certificate of the server at an address has to hold.
    fn name_of(&self, address: &str) -> Result<ServerName<'static>> {
        if let Some(name) = &self.server_name {
            return Ok(name.clone());
        }
        let host = split(address).map_or(address, |(host, _)| host);
        ServerName::try_from(host.to_owned()).map_err(|error| {
            Error::new(
                ErrorKind::Tls,
                format!("`{host}` cannot be in a certificate ({error}): set tls.serverName"),
            )
        })
    }
}
