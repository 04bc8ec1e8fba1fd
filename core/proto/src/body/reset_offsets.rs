//! The offsets that a consumer is to go on from (`wire.md`, section 11).

use serde::{Deserialize, Serialize};

use super::QueueRef;
use super::queue_table::{self, JavaObject};
use crate::WireError;

const WHAT: &str = "offsets to reset to";
const TABLE: &str = "offsetTable";

/// The body of RESET_CONSUMER_CLIENT_OFFSET.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResetOffsets {
    /// Where each queue is gone on with.
    pub offsets: Vec<(QueueRef, i64)>,
}

/// A queue and its offset, in the form that brokers send to clients that are not Java's when
/// `resetOffsetByTime -c` asks for it.
#[derive(Serialize, Deserialize)]
struct Listed {
    #[serde(flatten)]
    queue: QueueRef,
    offset: i64,
}

impl ResetOffsets {
    /// The body, as brokers write it for Java's clients.
    ///
    /// # Errors
    /// [`WireError::Json`], which does not come up for these types.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let mut object = JavaObject::new(WHAT);
        object.by_queue(TABLE, &self.offsets)?;
        Ok(object.end())
    }

    /// Reads either form of the body; an empty one names no queues.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let object = queue_table::object(WHAT, body)?;
        let table = &object[TABLE];
        let offsets = match table.is_array() {
            false => queue_table::by_queue(WHAT, table)?,
            true => Vec::<Listed>::deserialize(table)
                .map_err(|error| WireError::json(WHAT, &error))?
                .into_iter()
                .map(|it| (it.queue, it.offset))
                .collect(),
        };
        Ok(Self { offsets })
    }
}

#[cfg(test)]
mod tests {
    use super::{QueueRef, ResetOffsets};

    fn queue(queue_id: i32) -> QueueRef {
        QueueRef {
            topic: "t".to_owned(),
            broker_name: "b".to_owned(),
            queue_id,
        }
    }

    #[test]
    fn both_forms_are_read() {
        let offsets = vec![(queue(0), 7), (queue(1), 0)];
        let reset = ResetOffsets { offsets };
        let text = reset.encode().expect("JSON");
        assert!(text.starts_with(br#"{"offsetTable":{{"topic":"#));
        assert_eq!(ResetOffsets::decode(&text), Ok(reset.clone()));
        let listed = br#"{"offsetTable":[
            {"topic":"t","brokerName":"b","queueId":0,"offset":7},
            {"topic":"t","brokerName":"b","queueId":1,"offset":0}]}"#;
        assert_eq!(ResetOffsets::decode(listed), Ok(reset));
        assert_eq!(ResetOffsets::decode(b""), Ok(ResetOffsets::default()));
    }
}
