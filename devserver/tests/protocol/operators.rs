//! What RocketMQ's admin tool asks for, in the forms that it reads.

use crate::support::{Client, consumer, fields, start, with};
use onsmq_devserver::DevServer;
use onsmq_proto::body::ResetOffsets;
use onsmq_proto::codec::{Command, ExtFields, RequestCode};
use serde_json::{Value, json};

fn text(answer: &Command) -> String {
    String::from_utf8(answer.body.to_vec()).expect("text")
}

fn json_of(answer: &Command) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

/// Queues and their new offsets, of a word of a reset.
fn offsets(reset: &Command) -> Vec<(i32, i64)> {
    let reset = ResetOffsets::decode(&reset.body).expect("offsets");
    let queues = reset.offsets.into_iter();
    queues.map(|(queue, to)| (queue.queue_id, to)).collect()
}

#[tokio::test]
async fn a_name_server_lists_brokers_and_topics() {
    let server = start(DevServer::builder().brokers(2)).await;
    server.create_topic("made", 2).expect("a name");
    let mut client = Client::connect(&server.namesrv_addr()).await;
    let brokers = client.done(RequestCode(106), ExtFields::new(), b"").await;
    let table = &json_of(&brokers)["clusterAddrTable"]["DefaultCluster"];
    assert_eq!(*table, json!(["broker-a", "broker-b"]));
    let topics = client.done(RequestCode(206), ExtFields::new(), b"").await;
    let topics = json_of(&topics)["topicList"].clone();
    assert!(topics.as_array().expect("names").contains(&json!("made")));
}

#[tokio::test]
async fn a_broker_tells_of_topics_and_groups() {
    let server = start(DevServer::builder()).await;
    server.create_topic("t", 1).expect("a name");
    let mut client = Client::of(&server).await;
    client.heartbeat(&consumer("c", "g", &[("t", "*")])).await;
    client.send("t", "", "one").await;
    client.send("t", "", "two").await;
    let committed = fields([
        ("consumerGroup", "g"),
        ("topic", "t"),
        ("queueId", "0"),
        ("commitOffset", "1"),
    ]);
    client
        .done(RequestCode::UPDATE_CONSUMER_OFFSET, committed, b"")
        .await;

    let queue = r#"{"brokerName":"broker-a","queueId":0,"topic":"t"}:{"#;
    let stats = client
        .done(RequestCode(202), fields([("topic", "t")]), b"")
        .await;
    let stats = text(&stats);
    assert!(
        stats.contains(queue) && stats.contains(r#""maxOffset":2"#),
        "{stats}"
    );
    let of_group = fields([("consumerGroup", "g")]);
    let progress = client.done(RequestCode(208), of_group.clone(), b"").await;
    let progress = text(&progress);
    assert!(progress.contains(queue), "{progress}");
    assert!(
        progress.contains(r#""brokerOffset":2,"consumerOffset":1"#),
        "{progress}"
    );
    let members = client.done(RequestCode(203), of_group.clone(), b"").await;
    assert_eq!(json_of(&members)["connectionSet"][0]["clientId"], "c");
    let groups = client
        .done(RequestCode(300), fields([("topic", "t")]), b"")
        .await;
    assert_eq!(json_of(&groups), json!({"groupList": ["g"]}));
    let unknown = with(&of_group, "consumerGroup", "nobody");
    let unknown = client.call(RequestCode(203), unknown, b"").await;
    assert_eq!(unknown.code, 206);
    let runtime = client.done(RequestCode(28), ExtFields::new(), b"").await;
    assert_eq!(json_of(&runtime)["table"]["brokerActive"], "true");
}

/// INVOKE_BROKER_TO_RESET_OFFSET: the group's offset is another one, and its members are told.
#[tokio::test]
async fn an_operator_resets_a_groups_offsets() {
    let server = start(DevServer::builder()).await;
    server.create_topic("t", 1).expect("a name");
    let mut operator = Client::of(&server).await;
    for body in ["one", "two"] {
        operator.send("t", "", body).await;
    }
    let mut member = Client::of(&server).await;
    member.heartbeat(&consumer("c", "g", &[("t", "*")])).await;
    let to_the_end = fields([
        ("topic", "t"),
        ("group", "g"),
        ("timestamp", "-1"),
        ("isForce", "true"),
    ]);
    let reset = operator.done(RequestCode(222), to_the_end, b"").await;
    assert_eq!(offsets(&reset), [(0, 2)]);
    let queue = fields([("consumerGroup", "g"), ("topic", "t"), ("queueId", "0")]);
    let now = operator
        .done(RequestCode::QUERY_CONSUMER_OFFSET, queue, b"")
        .await;
    assert_eq!(now.fields.get("offset"), Some("2"));
    let told = loop {
        let command = member.next().await.expect("a word of it");
        if command.request_code() == RequestCode::RESET_CONSUMER_CLIENT_OFFSET {
            break command;
        }
    };
    assert_eq!(told.fields.get("group"), Some("g"));
    assert_eq!(offsets(&told), [(0, 2)]);
}
