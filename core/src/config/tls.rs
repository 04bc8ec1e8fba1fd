//! The properties of secure connections.

use std::path::PathBuf;

use super::Config;
use super::keys;
use super::values::configuration;
use crate::Result;

/// How connections are secured. The files are read when an instance starts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TlsConfig {
    /// Whether name servers and brokers are talked to in TLS.
    pub enabled: bool,
    /// The authorities to trust, in PEM; the platform's where there is none.
    pub trust_cert_path: Option<PathBuf>,
    /// What this client shows of itself.
    pub certificate: Option<ClientCertificate>,
    /// What servers' certificates have to hold, in place of each server's own host.
    pub server_name: Option<String>,
    /// Whether any certificate is taken.
    pub insecure_skip_verify: bool,
}

/// A client's certificate and its key, as files in PEM.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientCertificate {
    /// The certificate, and those that it was issued by.
    pub cert_path: PathBuf,
    /// The private key.
    pub key_path: PathBuf,
}

impl TlsConfig {
    pub(super) fn new(config: &Config) -> Result<Self> {
        Ok(Self {
            enabled: config.is(keys::TLS_ENABLE, "true"),
            trust_cert_path: path(config, keys::TLS_TRUST_CERT_PATH),
            certificate: certificate(config)?,
            server_name: config.text(keys::TLS_SERVER_NAME),
            insecure_skip_verify: config.is(keys::TLS_INSECURE_SKIP_VERIFY, "true"),
        })
    }
}

fn path(config: &Config, key: &str) -> Option<PathBuf> {
    config.get(key).map(PathBuf::from)
}

fn certificate(config: &Config) -> Result<Option<ClientCertificate>> {
    let both = [keys::TLS_CERT_PATH, keys::TLS_KEY_PATH];
    match both.map(|key| path(config, key)) {
        [None, None] => Ok(None),
        [Some(cert_path), Some(key_path)] => Ok(Some(ClientCertificate {
            cert_path,
            key_path,
        })),
        [given, _] => {
            let (set, missing) = match given {
                Some(_) => (both[0], both[1]),
                None => (both[1], both[0]),
            };
            Err(configuration(format!(
                "{set} is set and {missing} is not: set both, or neither"
            )))
        }
    }
}
