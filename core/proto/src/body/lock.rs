//! Locks of queues, for ordered consumption (`wire.md`, section 2).

use serde::{Deserialize, Serialize};

use crate::WireError;
use crate::machine::MessageQueue;

/// The body of LOCK_BATCH_MQ and UNLOCK_BATCH_MQ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LockRequest {
    /// Who locks.
    pub client_id: String,
    /// For which group.
    pub consumer_group: String,
    /// The queues.
    pub mq_set: Vec<QueueRef>,
}

/// A queue, as bodies name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueRef {
    /// The topic, as it travels.
    pub topic: String,
    /// The broker.
    pub broker_name: String,
    /// The queue's number at that broker.
    pub queue_id: i32,
}

impl From<&MessageQueue> for QueueRef {
    fn from(queue: &MessageQueue) -> Self {
        Self {
            topic: queue.topic.to_string(),
            broker_name: queue.broker_name.to_string(),
            queue_id: queue.queue_id,
        }
    }
}

impl From<QueueRef> for MessageQueue {
    fn from(queue: QueueRef) -> Self {
        Self {
            topic: queue.topic.into(),
            broker_name: queue.broker_name.into(),
            queue_id: queue.queue_id,
        }
    }
}

/// The answer to LOCK_BATCH_MQ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locked {
    /// The queues that are locked now; no others are.
    #[serde(rename = "lockOKMQSet", default)]
    pub queues: Vec<QueueRef>,
}

impl LockRequest {
    /// The body of the request.
    ///
    /// # Errors
    /// [`WireError::Json`], which does not come up for these types.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        serde_json::to_vec(self).map_err(|error| WireError::json("lock request", &error))
    }

    /// Reads the body of the request.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        serde_json::from_slice(body).map_err(|error| WireError::json("lock request", &error))
    }
}

impl Locked {
    /// Reads the answer.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        serde_json::from_slice(body).map_err(|error| WireError::json("locked queues", &error))
    }
}
