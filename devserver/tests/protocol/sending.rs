//! Messages sent, and what is refused.

use crate::support::{Client, bodies, decode, fields, properties, send_fields, start, with};
use bytes::{Bytes, BytesMut};
use onsmq_devserver::DevServer;
use onsmq_proto::codec::{Command, RequestCode, ResponseCode, Serialization};
use onsmq_proto::message::batch;

const V2: RequestCode = RequestCode::SEND_MESSAGE_V2;

#[tokio::test]
async fn a_sent_message_is_pulled_as_it_was_stored() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let sent = client
        .send(
            "t",
            &properties([("KEYS", "k"), ("UNIQ_KEY", "ID")]),
            "hello",
        )
        .await;
    assert_eq!(sent.fields.get("queueOffset"), Some("0"));
    assert_eq!(sent.fields.get("transactionId"), Some("ID"));
    let pulled = client.pull("t", 0).await;
    assert_eq!(pulled.fields.get("nextBeginOffset"), Some("1"));
    let [message] = &decode(&pulled)[..] else {
        panic!("one message");
    };
    assert_eq!(message.body(), b"hello");
    assert_eq!(message.topic(), "t");
    assert_eq!(message.born_timestamp(), 1_795_426_379_921);
    assert_eq!(message.property("KEYS"), Some("k"));
    assert_eq!(message.property("CLUSTER"), Some("DefaultCluster"));
    let id = message.offset_message_id();
    assert_eq!(sent.fields.get("msgId"), Some(id.as_str()));
    assert_eq!(message.body_crc(), 0x3610_A686);
}

#[tokio::test]
async fn long_names_and_binary_headers_are_understood_and_answered_in_json() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    client.serialization = Serialization::Binary;
    let long = fields([
        ("producerGroup", "p"),
        ("topic", "t"),
        ("defaultTopic", "TBW102"),
        ("defaultTopicQueueNums", "4"),
        ("queueId", "3"),
        ("sysFlag", "0"),
        ("bornTimestamp", "1"),
        ("flag", "7"),
    ]);
    let sent = client.done(RequestCode::SEND_MESSAGE, long, b"x").await;
    assert_eq!(sent.fields.get("queueId"), Some("3"));
}

#[tokio::test]
async fn a_oneway_message_is_stored_and_not_answered() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let request = Command::request(V2, send_fields("t", 0), Bytes::from_static(b"x"));
    client.ask(request.oneway()).await;
    let pulled = client.pull("t", 0).await;
    assert_eq!(bodies(&pulled), ["x"]);
}

#[tokio::test]
async fn a_batch_is_stored_in_order_with_an_id_for_each_message() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let mut body = BytesMut::new();
    for text in ["a", "b", "c"] {
        let own = properties([("TAGS", text), ("UNIQ_KEY", text)]);
        batch::put(&mut body, 5, text.as_bytes(), &own).expect("short");
    }
    let fields = with(&send_fields("t", 1), "m", true);
    let fields = with(&fields, "i", properties([("UNIQ_KEY", "of the batch")]));
    let code = RequestCode::SEND_BATCH_MESSAGE;
    let sent = client.done(code, fields, &body).await;
    let ids: Vec<_> = sent.fields.get("msgId").expect("ids").split(',').collect();
    let pull = with(&crate::support::pull_fields("g", "t", 0), "queueId", 1);
    let pulled = client.done(RequestCode::PULL_MESSAGE, pull, &[]).await;
    assert_eq!(bodies(&pulled), ["a", "b", "c"]);
    for (message, id) in decode(&pulled).iter().zip(ids) {
        assert_eq!(message.offset_message_id(), id);
        assert_eq!(message.flag(), 5);
        // As 5.3.3 has it: the batch's id comes last and counts.
        assert_eq!(message.property("UNIQ_KEY"), Some("of the batch"));
    }
}

#[tokio::test]
async fn what_real_brokers_refuse_is_refused_with_their_codes() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let long = "x".repeat(128);
    let too_many = properties([("a", &"x".repeat(32_760))]);
    let base = send_fields("t", 0);
    for (what, fields, body, code) in [
        ("an illegal name", with(&base, "b", "a b"), 1, 29),
        ("a long name", with(&base, "b", &long), 1, 29),
        (
            "a system topic",
            with(&base, "b", "SCHEDULE_TOPIC_XXXX"),
            1,
            16,
        ),
        ("no such topic", with(&base, "c", "NOPE"), 1, 17),
        ("no body", base.clone(), 0, 1),
        ("a large body", base.clone(), 4 * 1024 * 1024 + 1, 13),
        ("long properties", with(&base, "i", &too_many), 1, 13),
        ("no such queue", with(&base, "e", 4), 1, 29),
        ("a far time", with(&base, "i", far_ahead()), 1, 13),
        (
            "no time",
            with(&base, "i", "TIMER_DELIVER_MS\u{1}soon\u{2}"),
            1,
            13,
        ),
        ("a field that is no number", with(&base, "e", "one"), 1, 1),
    ] {
        let answer = client.call(V2, fields, &vec![b'x'; body]).await;
        assert_eq!(answer.code, code, "{what}: {:?}", answer.remark);
        if what == "no such topic" {
            client.send("t", "", "now there is").await;
        }
    }
    let answer = client.call(RequestCode(9999), fields([]), &[]).await;
    assert_eq!(
        answer.response_code(),
        ResponseCode::REQUEST_CODE_NOT_SUPPORTED
    );
}

fn far_ahead() -> String {
    properties([("TIMER_DELIVER_MS", "99999999999999")])
}

#[tokio::test]
async fn without_auto_creation_only_made_topics_are_there() {
    let server = start(DevServer::builder().auto_create_topics(false)).await;
    let mut client = Client::of(&server).await;
    let answer = client.call(V2, send_fields("t", 0), b"x").await;
    assert_eq!(answer.response_code(), ResponseCode::TOPIC_NOT_EXIST);
    server.create_topic("t", 2).expect("a name");
    client.done(V2, send_fields("t", 1), b"x").await;
    assert!(server.create_topic("a b", 2).is_err());
}
