//! The route of a topic (`wire.md`, section 5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::to_standard_json;
use crate::WireError;

/// The broker id of a master.
pub const MASTER_ID: i64 = 0;

/// The bits of a topic's permission.
pub mod perm {
    /// May be read.
    pub const READ: i32 = 4;
    /// May be written.
    pub const WRITE: i32 = 2;
}

/// Where a topic lives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TopicRouteData {
    /// For ordered topics: brokers and their queue numbers, `broker-b:2;broker-a:2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_topic_conf: Option<String>,
    /// The brokers.
    #[serde(deserialize_with = "null_as_empty")]
    pub broker_datas: Vec<BrokerData>,
    /// What each of them holds of the topic.
    #[serde(deserialize_with = "null_as_empty")]
    pub queue_datas: Vec<QueueData>,
}

/// A master and its slaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BrokerData {
    /// The cluster.
    pub cluster: String,
    /// The name that queues refer to.
    pub broker_name: String,
    /// Broker ids ([`MASTER_ID`] is the master) and their addresses.
    pub broker_addrs: BTreeMap<i64, String>,
}

/// The queues of a topic at one broker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QueueData {
    /// The broker.
    pub broker_name: String,
    /// How many queues may be read, by ids from 0.
    pub read_queue_nums: u32,
    /// How many queues may be written, by ids from 0.
    pub write_queue_nums: u32,
    /// Bits of [`perm`].
    pub perm: i32,
    /// Flags of the topic, not used here.
    pub topic_sys_flag: i32,
}

impl TopicRouteData {
    /// Reads an answer, standard JSON or fastjson's.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        serde_json::from_slice(&to_standard_json(body))
            .map_err(|error| WireError::json("topic route", &error))
    }

    /// The address of a broker's master.
    #[must_use]
    pub fn master(&self, broker_name: &str) -> Option<&str> {
        self.broker_datas
            .iter()
            .find(|broker| broker.broker_name == broker_name)
            .and_then(|broker| broker.broker_addrs.get(&MASTER_ID))
            .map(String::as_str)
    }
}

fn null_as_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
