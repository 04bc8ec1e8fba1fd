//! The JSON bodies of requests and answers, one file each.

mod consumer_list;
mod heartbeat;
mod java_json;
mod lock;
mod route;

pub use consumer_list::ConsumerList;
pub use heartbeat::{
    ConsumeFromWhere, ConsumeType, ConsumerData, HeartbeatData, MessageModel, ProducerData,
};
pub use java_json::to_standard_json;
pub use lock::{LockRequest, Locked, QueueRef};
pub use route::{BrokerData, MASTER_ID, QueueData, TopicRouteData, perm};
