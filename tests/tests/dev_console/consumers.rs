use onsmq::openapi::OpenApiCode;
use onsmq_devserver::DevServer;
use serde_json::{Value, json};

use crate::stage::{Stage, code, eventually, now};

#[tokio::test(flavor = "multi_thread")]
async fn the_backlog_is_the_true_one() {
    let stage = Stage::with(DevServer::builder().brokers(2)).await;
    let (topic, group) = ("T", "GID_backlog");
    stage.send(topic, 5).await;
    let (consumer, mut bodies) = stage.consumer(group, topic).await;
    bodies.take(5).await;
    stage.wait_for_backlog(group, 0).await;
    consumer.shutdown().await;
    stage.send(topic, 7).await;

    let told = stage.api.consumer().accumulate(group).detail(true).await;
    let told = told.expect("a backlog").data;
    assert_eq!(told["totalDiff"], 7, "{told}");
    let topics = told["detailInTopicList"].as_array().expect("a list");
    let of_topic = topics.iter().find(|it| it["topic"] == topic);
    let of_topic = of_topic.expect("the topic");
    assert_eq!(of_topic["totalDiff"], 7);
    let queues = of_topic["queues"].as_array().expect("a list");
    let diffs = queues.iter().filter_map(|it| it["diff"].as_i64());
    assert_eq!(diffs.sum::<i64>(), 7);

    let progress = stage.api.consumer().progress(group, topic).await;
    let progress = progress.expect("offsets").data;
    assert_eq!(progress["diffTotal"], 7);
    let offsets = progress["offsets"].as_array().expect("a list");
    let consumed = offsets
        .iter()
        .filter_map(|it| it["consumerOffset"].as_i64());
    assert_eq!(consumed.sum::<i64>(), 5);
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_consumer_is_reset() {
    let stage = Stage::new().await;
    let (topic, group) = ("T", "GID_reset");
    let begin = now();
    let sent = stage.send(topic, 10).await;
    assert_eq!(sent.len(), 10);
    let (consumer, mut bodies) = stage.consumer(group, topic).await;
    let all = bodies.take(10).await;
    stage.wait_for_backlog(group, 0).await;

    let reset = stage.api.consumer();
    let reset = reset.reset_offset(group, topic, 1).reset_timestamp(begin);
    let offsets = reset.await.expect("reset").data;
    let of_queues = offsets["broker-a"].as_object().expect("offsets");
    assert!(of_queues.values().all(|it| *it == 0), "{offsets}");
    assert_eq!(bodies.take(10).await, all, "all of them once more");
    stage.wait_for_backlog(group, 0).await;
    consumer.shutdown().await;

    // A group without a client passes over what waits.
    stage.send(topic, 4).await;
    stage.wait_for_backlog(group, 4).await;
    let skipped = stage.api.consumer().reset_offset(group, topic, 0).await;
    skipped.expect("reset");
    stage.wait_for_backlog(group, 0).await;
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connected_clients_are_listed_and_say_what_they_do() {
    let stage = Stage::with(DevServer::builder().brokers(2)).await;
    let (topic, group) = ("T", "GID_status");
    stage.send(topic, 1).await;
    let api = stage.api.consumer();
    let unknown = api.get_connection(group).await;
    assert_eq!(code(unknown), OpenApiCode::BizSubscriptionNotFound);
    let (consumer, mut bodies) = stage.consumer(group, topic).await;
    bodies.take(1).await;

    let told = api.get_connection(group).await.expect("clients").data;
    let clients = told["connectionSet"].as_array().expect("a list");
    assert_eq!(clients.len(), 1, "one, at however many brokers: {told}");
    assert_eq!(clients[0]["language"], "RUST");
    assert_eq!(told["messageModel"], "CLUSTERING");

    let status = async || {
        let asked = api.status(group).detail(true).need_jstack(true).await;
        let data = asked.expect("a status").data;
        (data["rebalanceOK"] == true).then_some(data)
    };
    let status = eventually("the queues have their client", status).await;
    assert_eq!(status["subscriptionSame"], true, "{status}");
    assert_eq!(status["online"], true);
    let info = &status["consumerConnectionInfoList"][0];
    assert_eq!(info["clientId"], clients[0]["clientId"]);
    assert_eq!(info["consumeType"], "CONSUME_PASSIVELY");
    let subscribed = info["subscriptionSet"].as_array().expect("a list");
    let topics: Vec<_> = subscribed.iter().map(|it| &it["topic"]).collect();
    assert!(topics.contains(&&json!(topic)), "{topics:?}");
    assert!(info["jstack"].as_array().is_some_and(|it| !it.is_empty()));

    consumer.shutdown().await;
    let gone = async || {
        let asked = api.get_connection(group).await;
        asked.is_err().then(|| code(asked))
    };
    let gone = eventually("it left", gone).await;
    assert_eq!(gone, OpenApiCode::BizConsumerNotOnline);
    let status = api.status(group).await;
    assert_eq!(code(status), OpenApiCode::BizConsumerNotOnline);
    stage.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_of_consumers_are_listed_beside_those_that_were_made() {
    let stage = Stage::new().await;
    stage.send("T", 1).await;
    let api = stage.api.subscription();
    api.create("GID_made", "T").await.expect("made");
    let twice = api.create("GID_made", "T").await;
    assert_eq!(code(twice), OpenApiCode::BizSubscriptionExisted);
    // It exists before anybody connects, with all that is stored before it.
    stage.wait_for_backlog("GID_made", 1).await;
    let (consumer, mut bodies) = stage.consumer("GID_run", "T").await;
    bodies.take(1).await;
    let listed = api.list().topic("T").await.expect("a list");
    let ids: Vec<&Value> = listed.items().iter().map(|it| &it["consumerId"]).collect();
    assert_eq!(ids, ["GID_made", "GID_run"]);
    let got = api.get("GID_run", "T").await.expect("one").data;
    assert_eq!(got["topic"], "T");
    api.delete("GID_made", "T").await.expect("deleted");
    for gone in [
        api.get("GID_made", "T").await,
        api.delete("GID_made", "T").await,
    ] {
        assert_eq!(code(gone), OpenApiCode::BizSubscriptionNotFound);
    }
    consumer.shutdown().await;
    stage.server.shutdown().await;
}
