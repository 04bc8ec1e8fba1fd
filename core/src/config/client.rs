//! What producers and consumers have in common.

use onsmq_proto::sign::Credentials;

use super::keys::{self, Kind, addresses};
use super::tls::TlsConfig;
use super::values::{Config, configuration};
use crate::Result;
use crate::trace::TraceSettings;

/// Where the cluster is and who the client is.
///
/// Two producers or consumers whose `ClientConfig` is equal share one client instance, also after
/// the credentials of one of them were replaced: they count as they were given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientConfig {
    /// How name servers are found.
    pub discovery: Discovery,
    /// The account; none for a cluster without access control.
    pub credentials: Option<Credentials>,
    /// What is sent with an account, `ALIYUN` or `CLOUD`.
    pub ons_channel: Option<String>,
    /// The namespace of topics and groups.
    pub namespace: Option<String>,
    /// What follows the address in the client's id.
    pub instance_name: Option<String>,
    /// How connections are secured.
    pub tls: TlsConfig,
    /// Whether and where message trace is recorded.
    pub trace: TraceSettings,
}

/// How name servers are found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Discovery {
    /// They were given.
    NameServers(Vec<String>),
    /// The server at this URL tells.
    AddressServer(String),
}

impl Discovery {
    /// The addresses that were given: of name servers, or of what tells them.
    #[must_use]
    pub fn given(&self) -> String {
        match self {
            Self::NameServers(addresses) => addresses.join(";"),
            Self::AddressServer(url) => url.clone(),
        }
    }
}

impl ClientConfig {
    pub(super) fn new(config: &Config) -> Result<Self> {
        Ok(Self {
            discovery: discovery(config)?,
            credentials: credentials(config)?,
            ons_channel: ons_channel(config),
            namespace: config.text(keys::INSTANCE_ID),
            instance_name: config.text(keys::INSTANCE_NAME),
            tls: TlsConfig::new(config)?,
            trace: TraceSettings {
                switch: config
                    .text(keys::MSG_TRACE_SWITCH)
                    .map(|it| it.eq_ignore_ascii_case("true")),
                topic: config.text(keys::CUSTOMIZED_TRACE_TOPIC),
            },
        })
    }
}

/// What was configured wins over the environment, and the name servers' own addresses over the
/// server that tells them.
fn discovery(config: &Config) -> Result<Discovery> {
    if let Some(given) = config.get(keys::NAMESRV_ADDR) {
        return Ok(name_servers(given));
    }
    if let Some(url) = config.text(keys::ONS_ADDR) {
        return Ok(Discovery::AddressServer(url));
    }
    match std::env::var(keys::NAMESRV_ADDR) {
        Ok(given) if Kind::Addresses.accepts(&given) => Ok(name_servers(&given)),
        Ok(given) if !given.is_empty() => Err(configuration(format!(
            "the environment variable NAMESRV_ADDR has the value `{given}`: host:port, several between ;, is allowed",
        ))),
        _ => Err(configuration(
            "property NAMESRV_ADDR is missing: give the name servers as host:port, several between ;, or ONSAddr",
        )),
    }
}

fn name_servers(given: &str) -> Discovery {
    Discovery::NameServers(addresses(given).map(str::to_owned).collect())
}

impl ClientConfig {
    /// Other credentials for this identity, checked: the channel stays where none is given.
    pub(crate) fn renewed(&self, mut credentials: Credentials) -> Result<Credentials> {
        for (key, value) in [
            (keys::ACCESS_KEY, Some(&credentials.access_key)),
            (keys::SECRET_KEY, Some(&credentials.secret_key)),
            (keys::SECURITY_TOKEN, credentials.security_token.as_ref()),
            (keys::ONS_CHANNEL, credentials.ons_channel.as_ref()),
        ] {
            if value.is_some_and(String::is_empty) {
                let text =
                    format!("the new credentials have an empty {key}: they need text, or none");
                return Err(configuration(text));
            }
        }
        if credentials.ons_channel.is_none() {
            credentials.ons_channel = self.ons_channel.clone();
        }
        Ok(credentials)
    }
}

pub(super) fn credentials(config: &Config) -> Result<Option<Credentials>> {
    match (config.text(keys::ACCESS_KEY), config.text(keys::SECRET_KEY)) {
        (None, None) => Ok(None),
        (Some(access_key), Some(secret_key)) => Ok(Some(Credentials {
            access_key,
            secret_key,
            security_token: config.text(keys::SECURITY_TOKEN),
            ons_channel: ons_channel(config),
        })),
        (Some(_), None) => Err(configuration(
            "AccessKey is set and SecretKey is not: set both, or neither",
        )),
        (None, Some(_)) => Err(configuration(
            "SecretKey is set and AccessKey is not: set both, or neither",
        )),
    }
}

fn ons_channel(config: &Config) -> Option<String> {
    config
        .text(keys::ONS_CHANNEL)
        .map(|channel| channel.to_uppercase())
}
