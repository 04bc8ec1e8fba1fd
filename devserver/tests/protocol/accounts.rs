//! Who may do what, and how a broker with ACL 1.0 says no.

use crate::support::{Client, consumer, fields, pull_fields, send_fields, start, with};
use bytes::Bytes;
use onsmq_devserver::{Account, DevServer, Permission};
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};
use onsmq_proto::sign::{Credentials, sign};

const ACL: &str = "org.apache.rocketmq.acl.common.AclException: ";

fn signed(key: &str, secret: &str, code: RequestCode, fields: ExtFields, body: &[u8]) -> Command {
    let mut request = Command::request(code, fields, Bytes::copy_from_slice(body));
    sign(&mut request, &Credentials::new(key, secret));
    request
}

/// How a request ends: in nothing, or in what is said after the exception's name.
async fn refused(client: &mut Client, request: Command) -> Option<String> {
    let opaque = client.ask(request).await;
    let answer = client.answer(opaque).await;
    if answer.response_code() == ResponseCode::SUCCESS {
        return None;
    }
    assert_eq!(answer.response_code(), ResponseCode::SYSTEM_ERROR);
    let remark = answer.remark.expect("a remark");
    Some(remark.strip_prefix(ACL).expect("an exception").to_owned())
}

#[tokio::test]
async fn requests_are_signed_by_an_account_that_may() {
    let limited = Account::new("LimitedAK", "LimitedSK")
        .default_topic_perm(Permission::Deny)
        .topic("t", Permission::PubSub)
        .group("denied", Permission::Deny);
    let server = DevServer::builder()
        .account(Account::admin("AdminAK", "AdminSK"))
        .account(limited);
    let server = start(server).await;
    let mut client = Client::of(&server).await;
    let send = |key, secret, topic| {
        let code = RequestCode::SEND_MESSAGE_V2;
        signed(key, secret, code, send_fields(topic, 0), b"x")
    };
    let limited = |code, fields, body: &[u8]| signed("LimitedAK", "LimitedSK", code, fields, body);

    let unsigned = Command::request(
        RequestCode::SEND_MESSAGE_V2,
        send_fields("t", 0),
        Bytes::from_static(b"x"),
    );
    let pull = RequestCode::PULL_MESSAGE;
    let heartbeat = |group| {
        let heartbeat = consumer("c", group, &[("t", "*")]);
        heartbeat.encode().expect("JSON")
    };
    let topic = fields([
        ("topic", "made"),
        ("readQueueNums", "2"),
        ("writeQueueNums", "2"),
        ("perm", "6"),
    ]);
    let update = RequestCode::UPDATE_AND_CREATE_TOPIC;
    let to_retry_topic = with(&send_fields("%RETRY%denied", 0), "d", 1);
    for (request, expected) in [
        (unsigned, Some("No accessKey is configured")),
        (send("Nobody", "SK", "t"), Some("No acl config for Nobody")),
        (
            send("LimitedAK", "wrong", "t"),
            Some("Check signature failed for accessKey=LimitedAK"),
        ),
        (
            send("LimitedAK", "LimitedSK", "other"),
            Some("No default permission for topic:other"),
        ),
        (send("LimitedAK", "LimitedSK", "t"), None),
        (send("AdminAK", "AdminSK", "other"), None),
        (
            limited(RequestCode::SEND_MESSAGE_V2, to_retry_topic, b"x"),
            Some("No default permission for group:denied"),
        ),
        (limited(pull, pull_fields("g", "t", 0), b""), None),
        (
            limited(pull, pull_fields("denied", "t", 0), b""),
            Some("No default permission for group:denied"),
        ),
        (
            limited(RequestCode::HEART_BEAT, fields([]), &heartbeat("denied")),
            Some("No default permission for group:denied"),
        ),
        (
            limited(RequestCode::HEART_BEAT, fields([]), &heartbeat("g")),
            None,
        ),
        (
            limited(update, topic.clone(), b""),
            Some("Need admin permission for request code=17, but accessKey=LimitedAK is not"),
        ),
        (signed("AdminAK", "AdminSK", update, topic, b""), None),
        (send("LimitedAK", "LimitedSK", "RMQ_SYS_TRACE_TOPIC"), None),
    ] {
        let shown = format!("{request:?}");
        let refusal = refused(&mut client, request).await;
        assert_eq!(refusal.as_deref(), expected, "{shown}");
    }
    // A name server asks nobody.
    let route = crate::support::route(&server, "t").await;
    assert_eq!(route.response_code(), ResponseCode::SUCCESS);
}

#[test]
fn accounts_are_read_from_json_in_either_form_of_the_names() {
    let text = r#"{"accessKey": "AK", "secret_key": "SK", "topicPerms": {"t": "SUB|PUB"},
        "default_group_perm": "DENY"}"#;
    let account: Account = serde_json::from_str(text).expect("an account");
    let expected = Account::new("AK", "SK")
        .topic("t", Permission::PubSub)
        .default_group_perm(Permission::Deny);
    assert_eq!(account, expected);
    assert!(!format!("{account:?}").contains("SK"));
}
