//! How the consumption of one message went that a broker asked for (`wire.md`, section 11).

use serde::{Deserialize, Serialize};

use crate::WireError;

/// The answer to CONSUME_MESSAGE_DIRECTLY.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectResult {
    /// Whether the consumer consumes in order.
    pub order: bool,
    /// Whether offsets are committed by themselves: they always are.
    pub auto_commit: bool,
    /// What the listener said.
    pub consume_result: ConsumeResult,
    /// Why it said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Milliseconds until it said so.
    #[serde(rename = "spentTimeMills")]
    pub spent_ms: u64,
}

/// What a listener said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::enum_variant_names, reason = "the protocol's names")]
pub enum ConsumeResult {
    /// It is done with.
    #[serde(rename = "CR_SUCCESS")]
    Success,
    /// It is to come again.
    #[serde(rename = "CR_LATER")]
    Later,
    /// Roll back, of ordered listeners of old.
    #[serde(rename = "CR_ROLLBACK")]
    Rollback,
    /// Commit, of ordered listeners of old.
    #[serde(rename = "CR_COMMIT")]
    Commit,
    /// It failed.
    #[serde(rename = "CR_THROW_EXCEPTION")]
    ThrowException,
    /// It said nothing.
    #[serde(rename = "CR_RETURN_NULL")]
    ReturnNull,
}

impl DirectResult {
    /// The body of the answer.
    ///
    /// # Errors
    /// [`WireError::Json`], which does not come up for these types.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        serde_json::to_vec(self).map_err(|error| WireError::json("direct consumption", &error))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        serde_json::from_slice(body).map_err(|error| WireError::json("direct consumption", &error))
    }
}
