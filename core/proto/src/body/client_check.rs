//! Whether a broker takes a subscription.

use serde::{Deserialize, Serialize};

use crate::WireError;
use crate::subscription::SubscriptionData;

/// The body of CHECK_CLIENT_CONFIG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientCheck {
    /// Who subscribes.
    pub client_id: String,
    /// For which group.
    pub group: String,
    /// To what.
    pub subscription_data: SubscriptionData,
}

impl ClientCheck {
    /// The body of the request.
    ///
    /// # Errors
    /// [`WireError::Json`], which does not come up for these types.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        serde_json::to_vec(self).map_err(|error| WireError::json("client check", &error))
    }

    /// Reads the body of the request.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        serde_json::from_slice(body).map_err(|error| WireError::json("client check", &error))
    }
}
