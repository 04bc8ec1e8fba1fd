//! The JSON bodies of requests and answers, one file each.

mod client_check;
mod consumer_list;
mod consumer_status;
mod direct_result;
mod heartbeat;
mod java_json;
mod lock;
mod queue_table;
mod reset_offsets;
mod route;
mod running_info;

pub use client_check::ClientCheck;
pub use consumer_list::ConsumerList;
pub use consumer_status::ConsumerStatus;
pub use direct_result::{ConsumeResult, DirectResult};
pub use heartbeat::{
    ConsumeFromWhere, ConsumeType, ConsumerData, HeartbeatData, MessageModel, ProducerData,
};
pub use java_json::to_standard_json;
pub use lock::{LockRequest, Locked, QueueRef};
pub use reset_offsets::ResetOffsets;
pub use route::{BrokerData, MASTER_ID, QueueData, TopicRouteData, perm};
pub use running_info::{ConsumeStatus, ConsumerRunningInfo, ProcessQueueInfo, property};
