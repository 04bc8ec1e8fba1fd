//! What a consumer has consumed, when a broker asks (`wire.md`, section 11).

use super::QueueRef;
use super::queue_table::{self, JavaObject};
use crate::WireError;

const WHAT: &str = "a consumer's offsets";
const TABLE: &str = "messageQueueTable";

/// The answer to GET_CONSUMER_STATUS_FROM_CLIENT.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsumerStatus {
    /// The offset of each queue that the consumer has.
    pub offsets: Vec<(QueueRef, i64)>,
}

impl ConsumerStatus {
    /// The body of the answer.
    ///
    /// # Errors
    /// [`WireError::Json`], which does not come up for these types.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let mut object = JavaObject::new(WHAT);
        object.member("consumerTable", &serde_json::Map::new())?;
        object.by_queue(TABLE, &self.offsets)?;
        Ok(object.end())
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        let object = queue_table::object(WHAT, body)?;
        let offsets = queue_table::by_queue(WHAT, &object[TABLE])?;
        Ok(Self { offsets })
    }
}
