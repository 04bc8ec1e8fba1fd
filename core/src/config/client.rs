//! What producers and consumers have in common.

use onsmq_proto::sign::Credentials;

use super::keys::{self, addresses};
use super::values::{Config, configuration};
use crate::Result;
use crate::trace::TraceSettings;

/// Where the cluster is and who the client is.
///
/// Two producers or consumers whose `ClientConfig` is equal share one client instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientConfig {
    /// Name servers, as they were given.
    pub name_servers: Vec<String>,
    /// The account; none for a cluster without access control.
    pub credentials: Option<Credentials>,
    /// The namespace of topics and groups.
    pub namespace: Option<String>,
    /// What follows the address in the client's id.
    pub instance_name: Option<String>,
    /// Whether and where message trace is recorded.
    pub trace: TraceSettings,
}

impl ClientConfig {
    pub(super) fn new(config: &Config) -> Result<Self> {
        Ok(Self {
            name_servers: name_servers(config)?,
            credentials: credentials(config)?,
            namespace: config.text(keys::INSTANCE_ID),
            instance_name: config.text(keys::INSTANCE_NAME),
            trace: TraceSettings {
                switch: config
                    .text(keys::MSG_TRACE_SWITCH)
                    .map(|it| it.eq_ignore_ascii_case("true")),
                topic: config.text(keys::CUSTOMIZED_TRACE_TOPIC),
            },
        })
    }
}

fn name_servers(config: &Config) -> Result<Vec<String>> {
    let environment = std::env::var(keys::NAMESRV_ADDR)
        .ok()
        .filter(|value| !value.is_empty());
    let value = config.text(keys::NAMESRV_ADDR).or(environment).ok_or_else(|| {
        configuration(
            "property NAMESRV_ADDR is missing: give the name servers as host:port, several between ;",
        )
    })?;
    Ok(addresses(&value).map(str::to_owned).collect())
}

fn credentials(config: &Config) -> Result<Option<Credentials>> {
    match (config.text(keys::ACCESS_KEY), config.text(keys::SECRET_KEY)) {
        (None, None) => Ok(None),
        (Some(access_key), Some(secret_key)) => Ok(Some(Credentials {
            access_key,
            secret_key,
            security_token: config.text(keys::SECURITY_TOKEN),
            ons_channel: config
                .text(keys::ONS_CHANNEL)
                .map(|channel| channel.to_uppercase()),
        })),
        (Some(_), None) => Err(configuration(
            "AccessKey is set and SecretKey is not: set both, or neither",
        )),
        (None, Some(_)) => Err(configuration(
            "SecretKey is set and AccessKey is not: set both, or neither",
        )),
    }
}
