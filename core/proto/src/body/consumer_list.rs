//! The members of a group.

use serde::{Deserialize, Serialize};

use crate::WireError;

/// The answer to GET_CONSUMER_LIST_BY_GROUP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConsumerList {
    /// Client ids, in no order.
    pub consumer_id_list: Vec<String>,
}

impl ConsumerList {
    /// Reads the answer.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(body).map_err(|error| WireError::json("consumer list", &error))
    }
}
