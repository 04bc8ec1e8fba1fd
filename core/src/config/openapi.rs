//! The properties of a client of the Open API.

use std::time::Duration;

use onsmq_proto::sign::Credentials;
use reqwest::Url;

use super::client::credentials;
use super::values::configuration;
use super::{Config, TlsConfig, keys};
use crate::{Error, Result};

/// The properties of a client of the Open API, checked. Its `Debug` does not show the secret.
#[derive(Debug, Clone)]
pub struct OpenApiConfig {
    /// Where the console is, without a slash at its end.
    pub endpoint: String,
    /// The account.
    pub credentials: Credentials,
    /// What is sent as `_regionId`.
    pub region: String,
    /// What one call may take, its retries included.
    pub timeout: Duration,
    /// How long it may take to connect.
    pub connect_timeout: Duration,
    /// Whom to trust, for https.
    pub tls: TlsConfig,
}

impl TryFrom<&Config> for OpenApiConfig {
    type Error = Error;

    fn try_from(config: &Config) -> Result<Self> {
        config.check()?;
        let credentials = credentials(config)?.ok_or_else(|| {
            configuration("properties AccessKey and SecretKey are missing: the Open API needs them")
        })?;
        Ok(Self {
            endpoint: endpoint(config)?,
            credentials,
            region: config.text(keys::REGION_ID).unwrap_or_default(),
            timeout: config.millis(keys::OPEN_API_TIMEOUT_MILLIS),
            connect_timeout: config.millis(keys::OPEN_API_CONNECT_TIMEOUT_MILLIS),
            tls: TlsConfig::new(config)?,
        })
    }
}

fn endpoint(config: &Config) -> Result<String> {
    let given = config.get(keys::ENDPOINT).ok_or_else(|| {
        configuration("property Endpoint is missing: give the console as http://... or https://...")
    })?;
    let is_bare = |url: &Url| {
        url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    };
    match Url::parse(given) {
        Ok(url) if is_bare(&url) => Ok(given.trim_end_matches('/').to_owned()),
        // What is too much may be secret.
        _ => Err(configuration(
            "property Endpoint holds more than the console's address: http://host:port/path is \
             allowed, without an account, ? and #",
        )),
    }
}
