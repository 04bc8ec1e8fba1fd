use onsmq::openapi::OpenApiCode;
use onsmq_devserver::DevServer;
use serde_json::json;

use crate::stage::{Stage, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_is_made_can_be_sent_to_and_one_that_is_deleted_cannot() {
    let stage = Stage::with(DevServer::builder().brokers(2).auto_create_topics(false)).await;
    let topic = stage.api.topic();
    topic.create("T", "inst").await.expect("made");
    assert_eq!(
        code(topic.create("T", "inst").await),
        OpenApiCode::BizTopicExisted
    );
    let sent = stage.send("T", 3).await;
    assert_eq!(sent.len(), 3);

    let got = topic.get("T").await.expect("metadata").data;
    assert_eq!(
        (&got["topic"], &got["instanceId"]),
        (&json!("T"), &json!("inst"))
    );
    let status = topic.status("T").await.expect("a status").data;
    assert_eq!(status["totalCount"], 3, "{status}");
    let queues = status["offsetTable"].as_array().expect("a list");
    assert_eq!(queues.len(), 16, "8 at each of 2 brokers");
    assert!(status["lastTimeStamp"].as_i64() > Some(0));

    topic.delete("T").await.expect("deleted");
    for gone in [topic.get("T").await, topic.delete("T").await] {
        assert_eq!(code(gone), OpenApiCode::BizTopicNotFound);
    }
    let producer = stage.producer().await;
    let refused = producer.send(onsmq::Message::new("T", "x")).await;
    assert!(refused.is_err(), "the topic is gone");
    producer.shutdown().await;
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_listed_whoever_made_them() {
    use futures_util::TryStreamExt as _;
    let stage = Stage::new().await;
    let topic = stage.api.topic();
    assert_eq!(topic.list_names().await.expect("names").items().len(), 0);
    for number in 0..5 {
        let name = format!("made_{number}");
        topic.create(&name, "inst").await.expect("made");
    }
    stage.send("sent_to", 1).await;
    stage.server.create_topic("by_code", 2).expect("made");
    let names = topic.list_names().await.expect("names");
    let expected = [
        "by_code", "made_0", "made_1", "made_2", "made_3", "made_4", "sent_to",
    ];
    assert_eq!(names.data, json!(expected));

    let pages = topic.list_in_page().page_size(3).pages();
    let pages: Vec<_> = pages.try_collect().await.expect("pages");
    let sizes: Vec<_> = pages.iter().map(|page| page.items().len()).collect();
    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(pages[0].total, 7);
    let only = topic.list_in_page().topic("made_2").await.expect("a page");
    assert_eq!(only.total, 1);
    let of_instance = topic.list_in_page().instance_id("inst").await;
    assert_eq!(of_instance.expect("a page").total, 5);
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_with_a_namespace_has_topics_of_its_own() {
    let stage = Stage::with(DevServer::builder().auto_create_topics(false)).await;
    let instance = "MQ_INST_1_x";
    stage.api.topic().create("T", instance).await.expect("made");
    let config = onsmq::Config::new()
        .set("NAMESRV_ADDR", &stage.server.namesrv_addr())
        .set("GROUP_ID", "GID_in_it")
        .set("INSTANCE_ID", instance);
    let producer = stage.client.producer(&config).expect("a producer");
    producer.start().await.expect("started");
    let sent = producer.send(onsmq::Message::new("T", "in it")).await;
    let id = sent.expect("stored").message_id.to_string();
    let found = stage.api.message().get_by_id(&id, "T").await;
    assert_eq!(found.expect("a message").data["topic"], "T");
    producer.shutdown().await;
    stage.server.shutdown().await;
}
