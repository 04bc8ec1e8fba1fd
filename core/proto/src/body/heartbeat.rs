//! The heartbeat: what a client shows of itself (`wire.md`, section 6).

use serde::{Deserialize, Serialize};

use crate::WireError;
use crate::subscription::SubscriptionData;

/// A client with its groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeartbeatData {
    /// The key of the client in its groups.
    #[serde(rename = "clientID")]
    pub client_id: String,
    /// Its producer groups.
    #[serde(default)]
    pub producer_data_set: Vec<ProducerData>,
    /// Its consumer groups.
    #[serde(default)]
    pub consumer_data_set: Vec<ConsumerData>,
}

/// A producer group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProducerData {
    /// The group.
    pub group_name: String,
}

/// A consumer group and what it subscribes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsumerData {
    /// The group.
    pub group_name: String,
    /// How it gets its messages.
    pub consume_type: ConsumeType,
    /// Whether the members share the messages or each get all.
    pub message_model: MessageModel,
    /// Where a group without offsets starts: for the broker only information.
    pub consume_from_where: ConsumeFromWhere,
    /// Its topics.
    pub subscription_data_set: Vec<SubscriptionData>,
    /// Always false.
    pub unit_mode: bool,
}

/// How a consumer gets its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConsumeType {
    /// It pulls when the application asks.
    ConsumeActively,
    /// Messages are handed to it (by long polls).
    ConsumePassively,
}

/// Whether the members of a group share the messages or each get all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageModel {
    /// Each member gets all.
    Broadcasting,
    /// The members share.
    #[default]
    Clustering,
}

/// Where a group without offsets starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(clippy::enum_variant_names, reason = "the protocol's names")]
pub enum ConsumeFromWhere {
    /// At the end.
    #[default]
    ConsumeFromLastOffset,
    /// At the first message that is there.
    ConsumeFromFirstOffset,
    /// At a time.
    ConsumeFromTimestamp,
}

impl HeartbeatData {
    /// The body of the request.
    ///
    /// # Errors
    /// [`WireError::Json`], which does not come up for these types.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        serde_json::to_vec(self).map_err(|error| WireError::json("heartbeat", &error))
    }

    /// Reads the body of the request.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        serde_json::from_slice(body).map_err(|error| WireError::json("heartbeat", &error))
    }
}
