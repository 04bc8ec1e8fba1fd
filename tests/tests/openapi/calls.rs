//! Each typed method, called as it may be.

use onsmq::openapi::{Answer, Asking, OpenApi};
use onsmq::{Config, Error};

/// When the guide was written, in ms.
pub(crate) const THEN: i64 = 1_520_812_800_000;
const ID: &str = "0A0B0C0D00002A9F0000000000000001";

pub(crate) fn client(config: &Config) -> OpenApi {
    OpenApi::new(config).expect("a client")
}

/// A call of each operation, with every parameter that it takes.
pub(crate) fn all(client: &OpenApi) -> Vec<(&'static str, Asking)> {
    let (topic, publish, subscription) = (client.topic(), client.publish(), client.subscription());
    let (message, consumer, empower) = (client.message(), client.consumer(), client.empower());
    let (trend, mqtt, instance) = (client.trend(), client.mqtt(), client.instance());
    macro_rules! calls {
        ($($name:literal: $request:expr,)*) => {
            vec![$(($name, $request.into_future())),*]
        };
    }
    calls! {
        "region/list": client.region().list(),
        "topic/create": topic.create("T", "inst"),
        "topic/delete": topic.delete("T"),
        "topic/get": topic.get("T"),
        "topic/listNames": topic.list_names(),
        "topic/listInPage": topic.list_in_page().topic("T").current_page(2).page_size(7).instance_id("inst"),
        "topic/status": topic.status("T"),
        "publish/create": publish.create("PID_a", "T"),
        "publish/delete": publish.delete("T").producer_id("PID_a"),
        "publish/get": publish.get("PID_a", "T"),
        "publish/list": publish.list().producer_id("PID_a").topic("T").instance_id("inst"),
        "subscription/create": subscription.create("CID_a", "T"),
        "subscription/delete": subscription.delete("CID_a", "T"),
        "subscription/get": subscription.get("CID_a", "T"),
        "subscription/list": subscription.list().consumer_id("CID_a").topic("T").instance_id("inst"),
        "message/getById": message.get_by_id(ID, "T"),
        "message/getByKey": message.get_by_key("T", "键 +/=&%"),
        "message/getByTopic": message.get_by_topic("T"),
        "message/trace": message.trace(ID, "T"),
        "consumer/accumulate": consumer.accumulate("CID_a").detail(true),
        "consumer/status": consumer.status("CID_a").detail(true).need_jstack(false),
        "consumer/getConnection": consumer.get_connection("CID_a"),
        "consumer/progress": consumer.progress("CID_a", "T"),
        "consumer/resetoffset": consumer.reset_offset("CID_a", "T", 1).reset_timestamp(THEN),
        "empower/create": empower.create(1234567890123456789, "T", 2),
        "empower/createBySub": empower.create_by_sub("子 账号", "T", 6),
        "empower/delete": empower.delete(7, "T"),
        "empower/list": empower.list(7, "T"),
        "trend/topicInputTps": trend.topic_input_tps("T", THEN, THEN, 5, 0),
        "trend/groupOutputTps": trend.group_output_tps("T", THEN, THEN + 1, 10, 1),
        "mqtt/listGroupId": mqtt.list_group_id(),
        "mqtt/getDeviceRunningInfo": mqtt.get_device_running_info("GID_m@@@设备"),
        "mqtt/getClientSetByGroupId": mqtt.get_client_set_by_group_id("GID_m"),
        "mqtt/getClientSetByTopic": mqtt.get_client_set_by_topic("T").second_topic("/a/b"),
        "mqtt/getMqttConnectionSum": mqtt.get_mqtt_connection_sum("T", "GID_m", THEN, THEN),
        "mqtt/getMqttMsgTransTask": mqtt.get_mqtt_msg_trans_task("T", "T", THEN, THEN, "PUB", "TPS")
            .second_topic("a").qos(1).msg_type("p2p"),
        "vpcTunnel/tunnelSwitch": instance.tunnel_switch("singleTunnel", "inst")
            .slb_url("http://slb/?a=1&b=%20").force(true).v_switch_id("vsw-1"),
        "instance/list": instance.list(),
        "instance/listIds": instance.list_ids(),
    }
}

/// What became of each.
pub(crate) async fn results(client: &OpenApi) -> Vec<(&'static str, Result<Answer, Error>)> {
    let mut results = Vec::new();
    for (name, call) in all(client) {
        results.push((name, call.await));
    }
    results
}

/// The answer of each.
pub(crate) async fn answers(client: &OpenApi) -> Vec<(&'static str, Answer)> {
    let results = results(client).await.into_iter();
    results
        .map(|(name, result)| (name, result.unwrap_or_else(|error| panic!("{error}"))))
        .collect()
}
