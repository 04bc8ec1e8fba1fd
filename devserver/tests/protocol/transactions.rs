//! Half messages: decided by their producer, at once or when it is asked.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{Client, bodies, consumer, fields, properties, send_fields, start, with};
use onsmq_devserver::DevServer;
use onsmq_proto::codec::{Command, ExtFields, RequestCode};
use onsmq_proto::message::StoredMessages;

const V2: RequestCode = RequestCode::SEND_MESSAGE_V2;

fn half_fields(id: &str) -> ExtFields {
    let own = properties([("TRAN_MSG", "true"), ("PGROUP", "p"), ("UNIQ_KEY", id)]);
    with(&with(&send_fields("t", 0), "i", own), "f", 4)
}

#[tokio::test]
async fn a_half_message_is_seen_once_it_is_committed() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    for verdict in [12, 0, 8] {
        let body = format!("verdict {verdict}");
        let half = client.done(V2, half_fields(&body), body.as_bytes()).await;
        client.ask(end(end_of(&half, verdict))).await;
    }
    let pulled = client.pull("t", 0).await;
    assert_eq!(bodies(&pulled), ["verdict 8"]);
    let [message] = &crate::support::decode(&pulled)[..] else {
        panic!("one message");
    };
    assert_eq!(message.sys_flag(), 8);
    assert_eq!(message.property("__transactionId__"), Some("verdict 8"));
    assert!(message.prepared_transaction_offset() > 0);
}

#[tokio::test]
async fn a_producer_is_asked_until_it_decides_and_its_second_verdict_is_not_heard() {
    let server = start(DevServer::builder().check_back_delay(Duration::from_millis(50))).await;
    let mut client = Client::of(&server).await;
    client.heartbeat(&consumer("c", "g", &[])).await;
    client.done(V2, half_fields("ID"), b"x").await;
    let mut asked = Vec::new();
    while asked.len() < 2 {
        let request = client.next().await.expect("a request");
        if request.request_code() == RequestCode::CHECK_TRANSACTION_STATE {
            asked.push(request);
        }
    }
    for (request, times) in asked.iter().zip(["1", "2"]) {
        assert!(request.is_oneway());
        let names: BTreeSet<_> = request.fields.iter().map(|(name, _)| name).collect();
        let expected = [
            "bname",
            "commitLogOffset",
            "msgId",
            "offsetMsgId",
            "topic",
            "tranStateTableOffset",
            "transactionId",
        ];
        assert_eq!(names, BTreeSet::from(expected));
        let mut message = StoredMessages::new(request.body.clone());
        let message = message.next().expect("one").expect("a message");
        assert_eq!((message.topic(), message.queue_id()), ("t", 0));
        assert_eq!(message.property("TRANSACTION_CHECK_TIMES"), Some(times));
        client.ask(end(verdict_on(request))).await;
    }
    assert_eq!(bodies(&client.pull("t", 0).await), ["x"]);
}

fn end(fields: ExtFields) -> Command {
    Command::request(RequestCode::END_TRANSACTION, fields, bytes::Bytes::new()).oneway()
}

/// Commits what the server asks about.
fn verdict_on(request: &Command) -> ExtFields {
    let mut fields = fields([
        ("producerGroup", "p"),
        ("commitOrRollback", "8"),
        ("fromTransactionCheck", "true"),
    ]);
    for name in ["commitLogOffset", "tranStateTableOffset", "msgId"] {
        fields.push(name, request.fields.get(name).expect("there"));
    }
    fields
}

fn end_of(half: &Command, verdict: i32) -> ExtFields {
    let id: onsmq_proto::message::id::OffsetMessageId = half
        .fields
        .get("msgId")
        .and_then(|id| id.parse().ok())
        .expect("an id");
    let offset = half.fields.get("queueOffset").expect("an offset");
    let fields = fields([
        ("producerGroup", "p"),
        ("tranStateTableOffset", offset),
        ("fromTransactionCheck", "false"),
        ("msgId", "ID"),
    ]);
    let fields = with(&fields, "commitLogOffset", id.commit_log_offset);
    with(&fields, "commitOrRollback", verdict)
}
