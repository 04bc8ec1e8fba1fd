//! What a consumer is doing, when a broker asks (`wire.md`, section 11).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::QueueRef;
use super::queue_table::{self, JavaObject};
use crate::WireError;
use crate::subscription::SubscriptionData;

const WHAT: &str = "what a consumer is doing";

/// The names of the properties that RocketMQ's tools look for.
pub mod property {
    /// The name servers, each with a `;` behind it.
    pub const NAME_SERVERS: &str = "PROP_NAMESERVER_ADDR";
    /// How many listener calls may run at once.
    pub const THREADS: &str = "PROP_THREADPOOL_CORE_SIZE";
    /// Whether messages are consumed in order.
    pub const ORDERLY: &str = "PROP_CONSUMEORDERLY";
    /// `CONSUME_PASSIVELY` or `CONSUME_ACTIVELY`.
    pub const CONSUME_TYPE: &str = "PROP_CONSUME_TYPE";
    /// The client's version, in words.
    pub const CLIENT_VERSION: &str = "PROP_CLIENT_VERSION";
    /// When it was started, in ms.
    pub const STARTED: &str = "PROP_CONSUMER_START_TIMESTAMP";
}

/// The answer to GET_CONSUMER_RUNNING_INFO.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConsumerRunningInfo {
    /// Its settings, and what [`property`] names.
    pub properties: BTreeMap<String, String>,
    /// What it subscribes to.
    pub subscriptions: Vec<SubscriptionData>,
    /// Its queues.
    pub queues: Vec<(QueueRef, ProcessQueueInfo)>,
    /// How it goes, by topic.
    pub status: BTreeMap<String, ConsumeStatus>,
    /// What its workers are doing, in words, if that was asked for.
    pub jstack: Option<String>,
}

/// A queue at a consumer. Times are in ms since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProcessQueueInfo {
    /// All before it is consumed.
    pub commit_offset: i64,
    /// The first message that is held.
    pub cached_msg_min_offset: i64,
    /// The last message that is held.
    pub cached_msg_max_offset: i64,
    /// How many are held.
    pub cached_msg_count: usize,
    /// Their size.
    pub cached_msg_size_in_mi_b: usize,
    /// The first message that is being consumed in order.
    pub transaction_msg_min_offset: i64,
    /// The last one.
    pub transaction_msg_max_offset: i64,
    /// How many.
    pub transaction_msg_count: usize,
    /// Whether its lock is held.
    pub locked: bool,
    /// How often it could not be given up yet.
    pub try_unlock_times: i64,
    /// When its lock was last given.
    pub last_lock_timestamp: i64,
    /// Whether it is being given up: Apache's spelling.
    pub droped: bool,
    /// The same in the vendor's spelling.
    pub dropped: bool,
    /// When it was last pulled from.
    pub last_pull_timestamp: i64,
    /// When a message of it was last done with.
    pub last_consume_timestamp: i64,
}

/// How the consumption of a topic goes: averages of the last minute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsumeStatus {
    /// Milliseconds that a pull takes which finds messages.
    #[serde(rename = "pullRT")]
    pub pull_rt: f64,
    /// Messages a second that are pulled.
    #[serde(rename = "pullTPS")]
    pub pull_tps: f64,
    /// Milliseconds from handing a message over to its completion.
    #[serde(rename = "consumeRT")]
    pub consume_rt: f64,
    /// Messages a second that are consumed.
    #[serde(rename = "consumeOKTPS")]
    pub consume_ok_tps: f64,
    /// Messages a second that fail.
    #[serde(rename = "consumeFailedTPS")]
    pub consume_failed_tps: f64,
    /// Messages that failed within the last hour.
    #[serde(rename = "consumeFailedMsgs")]
    pub consume_failed_msgs: u64,
}

impl ConsumerRunningInfo {
    /// The body of the answer.
    ///
    /// # Errors
    /// [`WireError::Json`], which does not come up for these types.
    pub fn encode(&self) -> Result<Vec<u8>, WireError> {
        let mut object = JavaObject::new(WHAT);
        if let Some(jstack) = &self.jstack {
            object.member("jstack", jstack)?;
        }
        object.by_queue("mqTable", &self.queues)?;
        object.member("properties", &self.properties)?;
        object.member("statusTable", &self.status)?;
        object.member("subscriptionSet", &self.subscriptions)?;
        Ok(object.end())
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// [`WireError::Json`].
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Plain {
            #[serde(default)]
            properties: BTreeMap<String, String>,
            #[serde(default)]
            subscription_set: Vec<SubscriptionData>,
            #[serde(default)]
            status_table: BTreeMap<String, ConsumeStatus>,
            jstack: Option<String>,
        }
        let object = queue_table::object(WHAT, body)?;
        let queues = queue_table::by_queue(WHAT, &object["mqTable"])?;
        let plain: Plain =
            serde_json::from_value(object).map_err(|error| WireError::json(WHAT, &error))?;
        Ok(Self {
            properties: plain.properties,
            subscriptions: plain.subscription_set,
            queues,
            status: plain.status_table,
            jstack: plain.jstack,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ConsumeStatus, ConsumerRunningInfo, ProcessQueueInfo};
    use crate::body::QueueRef;

    #[test]
    fn it_is_read_as_it_was_written_and_has_java_s_names() {
        let queue = QueueRef {
            topic: "t".to_owned(),
            broker_name: "b".to_owned(),
            queue_id: 3,
        };
        let info = ConsumerRunningInfo {
            properties: [("PROP_CONSUMEORDERLY".to_owned(), "false".to_owned())].into(),
            queues: vec![(queue, ProcessQueueInfo::default())],
            status: [("t".to_owned(), ConsumeStatus::default())].into(),
            jstack: Some("a\nb".to_owned()),
            ..ConsumerRunningInfo::default()
        };
        let body = info.encode().expect("JSON");
        let text = String::from_utf8_lossy(&body);
        for part in [
            r#""mqTable":{{"topic":"t","brokerName":"b","queueId":3}:{"#,
            r#""cachedMsgSizeInMiB":0"#,
            r#""droped":false,"dropped":false"#,
            r#""consumeOKTPS":0.0"#,
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(ConsumerRunningInfo::decode(&body), Ok(info));
    }
}
