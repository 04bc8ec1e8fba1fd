//! The operations: a file for each section of the guide.

mod consumer;
mod empower;
mod instance;
mod message;
mod mqtt;
mod publish;
mod reset;
mod status;
mod subscription;
pub(crate) mod topic;
mod trace;
mod trend;

use serde_json::json;

use super::access::REGION;
use super::answer::{Answered, Done};
use super::call::Call;

/// Whether there is an operation of this name, such as `topic/create`.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Those of the guide.
const NAMES: [&str; 39] = [
    "region/list",
    "topic/create",
    "topic/delete",
    "topic/get",
    "topic/listNames",
    "topic/listInPage",
    "topic/status",
    "publish/create",
    "publish/delete",
    "publish/get",
    "publish/list",
    "subscription/create",
    "subscription/delete",
    "subscription/get",
    "subscription/list",
    "message/getById",
    "message/getByKey",
    "message/getByTopic",
    "message/trace",
    "consumer/accumulate",
    "consumer/status",
    "consumer/getConnection",
    "consumer/progress",
    "consumer/resetoffset",
    "empower/create",
    "empower/createBySub",
    "empower/delete",
    "empower/list",
    "trend/topicInputTps",
    "trend/groupOutputTps",
    "mqtt/listGroupId",
    "mqtt/getDeviceRunningInfo",
    "mqtt/getClientSetByGroupId",
    "mqtt/getClientSetByTopic",
    "mqtt/getMqttConnectionSum",
    "mqtt/getMqttMsgTransTask",
    "vpcTunnel/tunnelSwitch",
    "instance/list",
    "instance/listIds",
];

/// Carries out an operation that is known.
///
/// # Errors
/// Why it is not done.
pub(super) async fn carry_out(name: &str, call: &Call<'_>) -> Answered {
    match name {
        "region/list" => Ok(Done::list(vec![json!(REGION)])),
        "topic/create" => topic::create(call),
        "topic/delete" => topic::delete(call),
        "topic/get" => topic::get(call),
        "topic/listNames" => topic::list_names(call),
        "topic/listInPage" => topic::list_in_page(call),
        "topic/status" => topic::status(call),
        "publish/create" => publish::create(call),
        "publish/delete" => publish::delete(call),
        "publish/get" => publish::get(call),
        "publish/list" => publish::list(call),
        "subscription/create" => subscription::create(call),
        "subscription/delete" => subscription::delete(call),
        "subscription/get" => subscription::get(call),
        "subscription/list" => subscription::list(call),
        "message/getById" => message::get_by_id(call),
        "message/getByKey" => message::get_by_key(call),
        "message/getByTopic" => message::get_by_topic(call),
        "message/trace" => trace::trace(call),
        "consumer/accumulate" => consumer::accumulate(call),
        "consumer/status" => status::status(call).await,
        "consumer/getConnection" => consumer::get_connection(call),
        "consumer/progress" => consumer::progress(call),
        "consumer/resetoffset" => reset::reset_offset(call),
        "empower/create" => empower::create(call),
        "empower/createBySub" => empower::create_by_sub(call),
        "empower/delete" => empower::delete(call),
        "empower/list" => empower::list(call),
        "trend/topicInputTps" => trend::topic_input(call),
        "trend/groupOutputTps" => trend::group_output(call),
        "mqtt/listGroupId" => Ok(mqtt::list_group_id()),
        "mqtt/getDeviceRunningInfo" => mqtt::device(call),
        "mqtt/getClientSetByGroupId" => mqtt::clients_of_group(call),
        "mqtt/getClientSetByTopic" => mqtt::clients_of_topic(call),
        "mqtt/getMqttConnectionSum" => mqtt::connections(call),
        "mqtt/getMqttMsgTransTask" => mqtt::messages(call),
        "vpcTunnel/tunnelSwitch" => instance::tunnel_switch(call),
        "instance/list" => Ok(instance::list(call)),
        _ => Ok(instance::list_ids(call)),
    }
}
