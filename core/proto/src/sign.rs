//! The signature of a request (`wire.md`, section 3).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use crate::codec::{Command, ExtFields};

/// The field of the account's name.
pub const ACCESS_KEY: &str = "AccessKey";
/// The field of the vendor's channel.
pub const ONS_CHANNEL: &str = "OnsChannel";
/// The field of an STS token.
pub const SECURITY_TOKEN: &str = "SecurityToken";
/// The field of the signature itself.
pub const SIGNATURE: &str = "Signature";
/// Brokers of 4.9.7 refuse requests that have this field signed.
const UNSIGNED: &str = "_UNIQUE_KEY_QUERY";

/// Base64 of HMAC-SHA1 over the fields' values in the order of their names, then the body.
///
/// All of a request's fields are taken except the signature itself and `_UNIQUE_KEY_QUERY`.
/// Names are compared by bytes, which for the protocol's names, all ASCII, is Java's order.
#[must_use]
pub fn signature(secret_key: &str, fields: &ExtFields, body: &[u8]) -> String {
    let mut sorted: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| *name != SIGNATURE && *name != UNSIGNED)
        .collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    let mut mac = Hmac::<Sha1>::new_from_slice(secret_key.as_bytes())
        .expect("HMAC takes a key of any length");
    for (_, value) in sorted {
        mac.update(value.as_bytes());
    }
    mac.update(body);
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// Adds the account's fields and the signature to a request.
pub fn sign(command: &mut Command, credentials: &Credentials) {
    let fields = &mut command.fields;
    fields.push(ACCESS_KEY, credentials.access_key.as_str());
    fields.push_some(ONS_CHANNEL, credentials.ons_channel.as_deref());
    fields.push_some(SECURITY_TOKEN, credentials.security_token.as_deref());
    let signature = signature(&credentials.secret_key, fields, &command.body);
    fields.push(SIGNATURE, signature);
}

/// An account. Its `Debug` shows the access key only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// The account's name.
    pub access_key: String,
    /// What requests are signed with. Never sent.
    pub secret_key: String,
    /// An STS token, sent and signed when set.
    pub security_token: Option<String>,
    /// `ALIYUN` or `CLOUD`, sent and signed when set.
    pub ons_channel: Option<String>,
}

impl Credentials {
    /// A key and its secret, without a token.
    #[must_use]
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            security_token: None,
            ons_channel: None,
        }
    }

    /// The same with an STS token.
    #[must_use]
    pub fn security_token(mut self, token: impl Into<String>) -> Self {
        self.security_token = Some(token.into());
        self
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key", &self.access_key)
            .field("ons_channel", &self.ons_channel)
            .finish_non_exhaustive()
    }
}
