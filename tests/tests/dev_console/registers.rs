//! What is kept only.

use onsmq::openapi::OpenApiCode;
use serde_json::json;

use crate::stage::{Stage, code, now};

#[tokio::test(flavor = "multi_thread")]
async fn publications_are_kept() {
    let stage = Stage::new().await;
    stage.api.topic().create("T", "inst").await.expect("made");
    let api = stage.api.publish();
    api.create("PID_a", "T").await.expect("made");
    api.create("PID_b", "T").await.expect("made");
    let twice = api.create("PID_a", "T").await;
    assert_eq!(code(twice), OpenApiCode::BizPublisherExisted);
    let nowhere = api.create("PID_a", "nowhere").await;
    assert_eq!(code(nowhere), OpenApiCode::BizTopicNotFound);
    let got = api.get("PID_a", "T").await.expect("one").data;
    assert_eq!(
        (&got["producerId"], &got["topic"]),
        (&json!("PID_a"), &json!("T"))
    );
    let of_instance = api.list().instance_id("inst").await;
    assert_eq!(of_instance.expect("a list").total, 2);
    let elsewhere = api.list().instance_id("other").await;
    assert_eq!(elsewhere.expect("a list").total, 0);
    api.delete("T").producer_id("PID_a").await.expect("deleted");
    let again = api.delete("T").producer_id("PID_a").await;
    assert_eq!(code(again), OpenApiCode::BizPublishInfoNotFound);
    api.delete("T").await.expect("all of the topic");
    let gone = api.get("PID_b", "T").await;
    assert_eq!(code(gone), OpenApiCode::BizPublishInfoNotFound);
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_are_kept_and_go_with_their_topic() {
    let stage = Stage::new().await;
    stage.api.topic().create("T", "inst").await.expect("made");
    let api = stage.api.empower();
    api.create(7, "T", 6).await.expect("granted");
    assert_eq!(
        code(api.create(7, "T", 2).await),
        OpenApiCode::EmpowerExistError
    );
    let granted = api.list(7, "T").await.expect("grants");
    let grant = &granted.items()[0];
    assert_eq!(
        (&grant["empowerUser"], &grant["relation"]),
        (&json!(7), &json!(6))
    );
    for user in ["子 账号", "8"] {
        api.create_by_sub(user, "T", 2).await.expect("granted");
    }
    api.delete(8, "T").await.expect("a sub-account's id, too");
    assert_eq!(
        code(api.delete(8, "T").await),
        OpenApiCode::BizFieldCheckInvalid
    );
    stage.api.topic().delete("T").await.expect("deleted");
    stage.api.topic().create("T", "inst").await.expect("made");
    assert_eq!(api.list(7, "T").await.expect("grants").total, 0);
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_come_with_their_topics_and_tell_the_address() {
    let stage = Stage::new().await;
    stage.api.topic().create("T", "inst").await.expect("made");
    let api = stage.api.instance();
    let ids = api.list_ids().await.expect("ids").data;
    assert_eq!(ids, json!(["dev", "inst"]));
    let switched = api
        .tunnel_switch("singleTunnel", "inst")
        .v_switch_id("vsw")
        .await;
    let switched = switched.expect("switched").data;
    assert_eq!(switched["NAMESRV_ADDR"], stage.server.namesrv_addr());
    let listed = api.list().await.expect("instances").data;
    assert_eq!(listed[1]["tunnelType"], "singleTunnel");
    let unknown = api.tunnel_switch("anyTunnel", "none").await;
    assert_eq!(code(unknown), OpenApiCode::BizFieldCheckInvalid);
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_broker_s_network_is_switched_by_force_only() {
    let stage = Stage::new().await;
    stage.send("T", 700).await;
    let api = stage.api.instance();
    let busy = api.tunnel_switch("anyTunnel", "dev").await;
    assert_eq!(code(busy), OpenApiCode::OnsInvokeError);
    let forced = api.tunnel_switch("anyTunnel", "dev").force(true).await;
    forced.expect("switched");
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regions_and_mqtt_have_little_to_tell() {
    let stage = Stage::new().await;
    let regions = stage.api.region().list().await.expect("regions").data;
    assert_eq!(regions, json!(["mq-private"]));
    let api = stage.api.mqtt();
    assert!(api.list_group_id().await.expect("ids").items().is_empty());
    let device = api.get_device_running_info("GID@@@1").await;
    assert_eq!(device.expect("a device").data["online"], false);
    for set in [
        api.get_client_set_by_group_id("GID").await,
        api.get_client_set_by_topic("T").second_topic("/a").await,
    ] {
        assert_eq!(set.expect("a number").data["onlineCount"], 0);
    }
    let now = now();
    let sum = api
        .get_mqtt_connection_sum("T", "GID", now - 1000, now)
        .await;
    assert_eq!(sum.expect("history").data["records"], json!([]));
    let sent = api.get_mqtt_msg_trans_task("T", "T", now - 1000, now, "PUB", "SUM");
    let sent = sent.qos(1).msg_type("p2p").await;
    assert_eq!(sent.expect("history").data["records"], json!([]));
    let eight_days = now - 8 * 24 * 60 * 60 * 1000;
    let long_ago = api
        .get_mqtt_connection_sum("T", "GID", eight_days, now)
        .await;
    assert_eq!(code(long_ago), OpenApiCode::BizFieldCheckInvalid);
    stage.server.shutdown().await;
}
