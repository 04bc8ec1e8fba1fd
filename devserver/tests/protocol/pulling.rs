//! Pulls: what is found, what is filtered, what waits.

use crate::support::{
    Client, PATIENCE, bodies, consumer, properties, pull_fields, send_fields, start, with,
};
use onsmq_devserver::DevServer;
use onsmq_proto::codec::{Command, RequestCode, ResponseCode};

const PULL: RequestCode = RequestCode::PULL_MESSAGE;

#[tokio::test]
async fn a_pull_gets_as_many_messages_and_bytes_as_it_asks_for() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    for body in ["a", "b", "c", "d"] {
        client.send("t", "", body).await;
    }
    let two = with(&pull_fields("g", "t", 1), "maxMsgNums", 2);
    let answer = client.done(PULL, two, &[]).await;
    assert_eq!(bodies(&answer), ["b", "c"]);
    assert_eq!(answer.fields.get("nextBeginOffset"), Some("3"));
    assert_eq!(answer.fields.get("maxOffset"), Some("4"));
    let few_bytes = with(&pull_fields("g", "t", 0), "maxMsgBytes", 10);
    let answer = client.done(PULL, few_bytes, &[]).await;
    assert_eq!(bodies(&answer), ["a"], "one at least");
}

#[tokio::test]
async fn offsets_out_of_range_are_answered_with_where_to_go_on() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    client.send("t", "", "a").await;
    server.create_topic("empty", 1).expect("a name");
    for (topic, offset, code, remark, next) in [
        ("t", 1, 19, "OFFSET_OVERFLOW_ONE", "1"),
        ("t", 9, 21, "OFFSET_OVERFLOW_BADLY", "1"),
        ("t", -5, 21, "OFFSET_TOO_SMALL", "0"),
        ("empty", 0, 19, "NO_MESSAGE_IN_QUEUE", "0"),
        ("empty", 50, 21, "NO_MESSAGE_IN_QUEUE", "0"),
    ] {
        let answer = client.pull(topic, offset).await;
        assert_eq!(answer.code, code);
        assert_eq!(answer.remark.as_deref(), Some(remark));
        assert_eq!(answer.fields.get("nextBeginOffset"), Some(next));
    }
    let answer = client.pull("unknown", 0).await;
    assert_eq!(answer.response_code(), ResponseCode::TOPIC_NOT_EXIST);
    let queue = with(&pull_fields("g", "t", 0), "queueId", 77);
    let answer = client.call(PULL, queue, &[]).await;
    assert_eq!(answer.response_code(), ResponseCode::INVALID_PARAMETER);
}

#[tokio::test]
async fn a_waiting_pull_is_answered_as_soon_as_a_message_arrives() {
    let server = start(DevServer::builder()).await;
    let (mut sender, mut puller) = (Client::of(&server).await, Client::of(&server).await);
    sender.send("t", "", "old").await;
    let opaque = puller.ask(waiting_pull("t", 1, 60_000)).await;
    // The pull is there before the message: another answer on its connection comes first.
    puller_is_served(&mut puller).await;
    sender.send("t", "", "new").await;
    let answer = puller.answer(opaque).await;
    assert_eq!(bodies(&answer), ["new"]);
}

#[tokio::test]
async fn a_waiting_pull_is_answered_when_its_time_is_over() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    client.send("t", "", "old").await;
    let opaque = client.ask(waiting_pull("t", 1, 50)).await;
    let answer = client.answer(opaque).await;
    assert_eq!(answer.response_code(), ResponseCode::PULL_NOT_FOUND);
}

#[tokio::test]
async fn a_waiting_pull_sleeps_on_where_only_other_tags_come() {
    let server = start(DevServer::builder()).await;
    let (mut sender, mut puller) = (Client::of(&server).await, Client::of(&server).await);
    sender.send("t", "", "old").await;
    let mut pull = waiting_pull("t", 1, 60_000);
    pull.fields = with(&pull.fields, "subscription", "B");
    let opaque = puller.ask(pull).await;
    puller_is_served(&mut puller).await;
    sender.send("t", &properties([("TAGS", "A")]), "a").await;
    sender.send("t", &properties([("TAGS", "B")]), "b").await;
    let answer = puller.answer(opaque).await;
    assert_eq!(bodies(&answer), ["b"]);
    assert_eq!(answer.fields.get("nextBeginOffset"), Some("3"));
}

#[tokio::test]
async fn tags_are_filtered_by_what_the_heartbeat_said() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    for tag in ["A", "B", "C", "A"] {
        client.send("t", &properties([("TAGS", tag)]), tag).await;
    }
    let by_group = with(&pull_fields("g", "t", 0), "sysFlag", 0);
    let answer = client.call(PULL, by_group.clone(), &[]).await;
    assert_eq!(answer.response_code(), ResponseCode::SUBSCRIPTION_NOT_EXIST);
    client
        .heartbeat(&consumer("c", "g", &[("t", "A || C")]))
        .await;
    let answer = client.done(PULL, by_group.clone(), &[]).await;
    assert_eq!(bodies(&answer), ["A", "C", "A"]);
    let newer = with(&by_group, "subVersion", 2);
    let answer = client.call(PULL, newer, &[]).await;
    assert_eq!(
        answer.response_code(),
        ResponseCode::SUBSCRIPTION_NOT_LATEST
    );
    client
        .heartbeat(&consumer("c", "g", &[("t", "A || C")]))
        .await;
    let only_b = with(&with(&by_group, "sysFlag", 4), "subscription", "D");
    let answer = client.call(PULL, only_b, &[]).await;
    assert_eq!(answer.response_code(), ResponseCode::PULL_RETRY_IMMEDIATELY);
    assert_eq!(answer.fields.get("nextBeginOffset"), Some("4"));
}

/// Java's lite pull consumer has a code of its own.
#[tokio::test]
async fn a_lite_pull_is_a_pull() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    client.send("t", "", "x").await;
    let fields = with(&pull_fields("g", "t", 0), "sysFlag", 20);
    let answer = client.done(RequestCode(361), fields, &[]).await;
    assert_eq!(bodies(&answer), ["x"]);
}

#[tokio::test]
async fn a_pull_of_many_messages_spans_the_pieces_of_memory() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let body = "x".repeat(1000);
    for _ in 0..1000 {
        let request = Command::request(
            RequestCode::SEND_MESSAGE_V2,
            send_fields("t", 0),
            body.clone().into(),
        );
        client.ask(request.oneway()).await;
    }
    let mut all = with(&pull_fields("g", "t", 0), "maxMsgNums", 1024);
    all = with(&all, "maxMsgBytes", 4 * 1024 * 1024);
    let answer = client.done(PULL, all, &[]).await;
    let offsets: Vec<_> = crate::support::decode(&answer)
        .iter()
        .map(onsmq_proto::message::StoredMessage::queue_offset)
        .collect();
    assert_eq!(offsets, (0..1000).collect::<Vec<_>>());
}

fn waiting_pull(topic: &str, offset: i64, timeout_ms: i64) -> Command {
    let fields = with(&pull_fields("g", topic, offset), "sysFlag", 6);
    let fields = with(&fields, "suspendTimeoutMillis", timeout_ms);
    Command::request(PULL, fields, bytes::Bytes::new())
}

async fn puller_is_served(puller: &mut Client) {
    let fields = with(&pull_fields("g", "unknown", 0), "sysFlag", 4);
    let request = Command::request(PULL, fields, bytes::Bytes::new());
    let opaque = puller.ask(request).await;
    let answer = tokio::time::timeout(PATIENCE, puller.answer(opaque)).await;
    assert!(answer.is_ok());
}
