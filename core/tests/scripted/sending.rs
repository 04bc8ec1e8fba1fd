use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use onsmq::{Error, ErrorKind, Message, Producer, Result, SendResult};
use onsmq_proto::codec::{Command, RequestCode, ResponseCode, Serialization};
use onsmq_proto::message::properties;
use onsmq_proto::sign;
use tokio::task::JoinHandle;

use crate::peer::{GROUP, Peer, TOPIC, answer, request, stored};

const SEND: RequestCode = RequestCode::SEND_MESSAGE_V2;

fn send(producer: &Arc<Producer>) -> JoinHandle<Result<SendResult>> {
    let producer = Arc::clone(producer);
    tokio::spawn(async move { producer.send(Message::new(TOPIC, "body").tag("T")).await })
}

async fn failure(send: JoinHandle<Result<SendResult>>) -> Error {
    send.await.expect("no panic").expect_err("a failure")
}

fn message_id(command: &Command) -> String {
    let raw = command.fields.get("i").unwrap_or_default();
    properties::get(raw, properties::name::UNIQ_KEY)
        .expect("an id")
        .to_owned()
}

#[tokio::test]
async fn a_message_travels_with_all_of_its_fields() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let sending = send(&producer);
    let request = peer.expect(SEND).await;
    assert_eq!((request.field("a"), request.field("b")), (GROUP, TOPIC));
    assert_eq!((request.field("c"), request.field("d")), ("TBW102", "4"));
    assert_eq!(&request.command.body[..], b"body");
    assert_eq!(properties::get(request.field("i"), "TAGS"), Some("T"));
    assert!(request.command.fields.get("Signature").is_none());
    let id = message_id(&request.command);
    request.reply(stored("1", "42")).await;
    let sent = sending.await.expect("no panic").expect("stored");
    assert_eq!(
        (
            String::from(sent.message_id),
            sent.queue_id,
            sent.queue_offset
        ),
        (id, 1, 42)
    );
    assert_eq!((&*sent.topic, &*sent.broker_name), (TOPIC, "broker-a"));
}

#[tokio::test]
async fn requests_are_signed_with_the_account() {
    let mut peer = Peer::start().await;
    let config = peer
        .config()
        .set("AccessKey", "AK")
        .set("SecretKey", "SK")
        .set("SecurityToken", "ST");
    let producer = peer.producer_of(&config).await;
    let sending = send(&producer);
    let request = peer.expect(SEND).await;
    let fields = &request.command.fields;
    assert_eq!(fields.get("AccessKey"), Some("AK"));
    assert_eq!(fields.get("SecurityToken"), Some("ST"));
    assert_eq!(fields.get("OnsChannel"), Some("ALIYUN"));
    let due = sign::signature("SK", fields, &request.command.body);
    assert_eq!(fields.get("Signature"), Some(due.as_str()));
    request.reply(stored("0", "0")).await;
    sending.await.expect("no panic").expect("stored");
}

#[tokio::test]
async fn a_namespace_travels_and_is_not_seen() {
    let mut peer = Peer::start().await;
    let producer = peer
        .producer_of(&peer.config().set("INSTANCE_ID", "MQ_INST"))
        .await;
    let sending = send(&producer);
    let request = peer.expect(SEND).await;
    assert_eq!(request.field("a"), "MQ_INST%GID_scripted");
    assert_eq!(request.field("b"), "MQ_INST%scripted");
    assert_eq!(
        properties::get(request.field("i"), "INSTANCE_ID"),
        Some("MQ_INST")
    );
    request.reply(stored("0", "0")).await;
    let sent = sending.await.expect("no panic").expect("stored");
    assert_eq!(&*sent.topic, TOPIC);
}

#[tokio::test]
async fn answers_are_read_in_either_serialisation() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    for serialization in [
        Serialization::Binary,
        Serialization::Json,
        Serialization::Binary,
    ] {
        let sending = send(&producer);
        peer.expect(SEND)
            .await
            .reply_in(serialization, stored("0", "7"))
            .await;
        assert_eq!(
            sending
                .await
                .expect("no panic")
                .expect("stored")
                .queue_offset,
            7
        );
    }
}

#[tokio::test]
async fn a_message_that_is_stored_but_not_yet_safe_is_a_success() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    for code in [
        ResponseCode::FLUSH_DISK_TIMEOUT,
        ResponseCode::SLAVE_NOT_AVAILABLE,
        ResponseCode::FLUSH_SLAVE_TIMEOUT,
    ] {
        let sending = send(&producer);
        let mut answer = stored("0", "7");
        answer.code = code.0;
        peer.expect(SEND).await.reply(answer).await;
        sending.await.expect("no panic").expect("stored");
    }
}

#[tokio::test]
async fn a_busy_broker_is_asked_again_with_the_same_message_id() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let sending = send(&producer);
    let mut ids = Vec::new();
    for _ in 0..4 {
        let request = peer.expect(SEND).await;
        ids.push(message_id(&request.command));
        request
            .reply(answer(
                ResponseCode::SYSTEM_BUSY,
                "[PC_SYNCHRONIZED]broker busy",
            ))
            .await;
    }
    let request = peer.expect(SEND).await;
    ids.push(message_id(&request.command));
    request.reply(stored("0", "0")).await;
    let sent = sending.await.expect("no panic").expect("stored");
    assert!(ids.iter().all(|id| *id == sent.message_id), "{ids:?}");
}

#[tokio::test]
async fn a_broker_that_stays_busy_is_flow_control() {
    let mut peer = Peer::start().await;
    let producer = peer
        .producer_of(&peer.config().set("SendMsgTimeoutMillis", "1500"))
        .await;
    let sending = send(&producer);
    let refuse = async {
        loop {
            peer.expect(SEND)
                .await
                .reply(answer(ResponseCode::SYSTEM_BUSY, "busy"))
                .await;
        }
    };
    let error = tokio::select! { error = failure(sending) => error, () = refuse => unreachable!() };
    assert_eq!(error.kind(), ErrorKind::FlowControl);
    assert!(error.is_retriable() && error.broker_code() == Some(2));
    assert_eq!((error.topic(), error.remark()), (Some(TOPIC), Some("busy")));
}

#[tokio::test]
async fn a_refusal_is_tried_on_three_queues_at_most() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let sending = send(&producer);
    for _ in 0..3 {
        peer.expect(SEND)
            .await
            .reply(answer(
                ResponseCode::SYSTEM_ERROR,
                "create mapped file failed",
            ))
            .await;
    }
    let error = failure(sending).await;
    assert_eq!(error.kind(), ErrorKind::BrokerRefused);
    assert_eq!(error.remark(), Some("create mapped file failed"));
    assert!(error.message().contains("3 tries"), "{error}");
    assert!(peer.has_none(SEND));
}

#[tokio::test]
async fn what_will_not_change_is_reported_at_once() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let acl =
        "org.apache.rocketmq.acl.common.AclException: Check signature failed for accessKey=AK";
    for (code, remark, kind) in [
        (ResponseCode::SYSTEM_ERROR, acl, ErrorKind::NoPermission),
        (
            ResponseCode::NO_PERMISSION,
            "check signature failed.",
            ErrorKind::NoPermission,
        ),
        (
            ResponseCode::MESSAGE_ILLEGAL,
            "the message is illegal",
            ErrorKind::IllegalMessage,
        ),
        (
            ResponseCode::INVALID_PARAMETER,
            "The specified topic is longer than topic max length.",
            ErrorKind::IllegalMessage,
        ),
        (
            ResponseCode::REQUEST_CODE_NOT_SUPPORTED,
            "request type 310 not supported",
            ErrorKind::BrokerRefused,
        ),
    ] {
        let sending = send(&producer);
        peer.expect(SEND).await.reply(answer(code, remark)).await;
        let error = failure(sending).await;
        assert_eq!((error.kind(), error.remark()), (kind, Some(remark)));
        assert!(!error.is_retriable() && peer.has_none(SEND));
        assert!(error.message_id().is_some_and(|id| id.len() == 32));
    }
}

#[tokio::test]
async fn an_old_route_is_looked_up_again() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    for (code, remark) in [
        (ResponseCode::TOPIC_NOT_EXIST, "topic[scripted] not exist"),
        (
            ResponseCode::INVALID_PARAMETER,
            "request queueId[1] is illegal",
        ),
        (ResponseCode::SYSTEM_ERROR, "request queueId[1] is illegal"),
    ] {
        let sending = send(&producer);
        peer.expect(SEND).await.reply(answer(code, remark)).await;
        peer.expect(SEND).await.reply(stored("0", "0")).await;
        sending.await.expect("no panic").expect("stored");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_of_an_answer_is_made_again() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let sending = send(&producer);
    let request = peer.expect(SEND).await;
    request.raw(&[0, 0, 1, 0, 0, 0, 0, 50, b'{', b'"']).await;
    request.hang_up().await;
    let again = peer.expect(SEND).await;
    assert_eq!(message_id(&again.command), message_id(&request.command));
    again.reply(stored("0", "0")).await;
    sending.await.expect("no panic").expect("stored");
}

#[tokio::test]
async fn a_peer_that_speaks_something_else_is_said_so() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let sending = send(&producer);
    peer.expect(SEND)
        .await
        .raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        .await;
    let error = failure(sending).await;
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(
        error
            .message()
            .contains("does not speak RocketMQ's protocol"),
        "{error}"
    );
}

#[tokio::test]
async fn answers_that_nobody_waits_for_are_passed_over() {
    let mut peer = Peer::start().await;
    let producer = peer
        .producer_of(&peer.config().set("SendMsgTimeoutMillis", "200"))
        .await;
    let late = send(&producer);
    let request = peer.expect(SEND).await;
    let start = Instant::now();
    let error = failure(late).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(start.elapsed() < Duration::from_secs(2));
    request.reply(stored("9", "9")).await;
    let sending = send(&producer);
    let next = peer.expect(SEND).await;
    next.reply(stored("0", "1")).await;
    next.reply(stored("0", "2")).await;
    assert_eq!(
        sending
            .await
            .expect("no panic")
            .expect("stored")
            .queue_offset,
        1
    );
}

#[tokio::test]
async fn a_dead_broker_is_passed_over_for_another() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let dead = closed.local_addr().expect("its address").to_string();
    drop(closed);
    let mut peer = Peer::start_with(2, &[&dead]).await;
    let producer = peer.producer().await;
    for _ in 0..8 {
        let sending = send(&producer);
        peer.expect(SEND).await.reply(stored("0", "0")).await;
        assert_eq!(
            &*sending
                .await
                .expect("no panic")
                .expect("stored")
                .broker_name,
            "broker-a"
        );
    }
}

#[tokio::test]
async fn a_silent_broker_leaves_time_for_another() {
    let mut silent = Peer::start().await;
    let mut peer = Peer::start_with(1, &[&silent.address]).await;
    let producer = peer
        .producer_of(&peer.config().set("SendMsgTimeoutMillis", "4000"))
        .await;
    // One of two sends in turn goes to the silent one first.
    for _ in 0..2 {
        let sending = send(&producer);
        peer.expect(SEND).await.reply(stored("0", "0")).await;
        sending.await.expect("no panic").expect("stored");
    }
    silent.expect(SEND).await;
}

#[tokio::test]
async fn oneway_messages_are_marked_and_not_awaited() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let id = producer
        .send_oneway(Message::new(TOPIC, "body"))
        .await
        .expect("on its way");
    let request = peer.expect(SEND).await;
    assert!(request.command.is_oneway());
    assert_eq!(message_id(&request.command), id);
}

#[tokio::test]
async fn name_servers_are_asked_one_after_the_other() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let dead = closed.local_addr().expect("its address").to_string();
    drop(closed);
    let mut peer = Peer::start().await;
    // Which one is asked first is up to chance.
    for _ in 0..4 {
        let addresses = format!("{dead};{}", peer.address);
        let producer = peer
            .producer_of(&peer.config().set("NAMESRV_ADDR", &addresses))
            .await;
        let sending = send(&producer);
        peer.expect(SEND).await.reply(stored("0", "0")).await;
        sending.await.expect("no panic").expect("stored");
    }
}

#[tokio::test]
async fn shutdown_waits_for_sends_in_flight() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let sending = send(&producer);
    let pending = peer.expect(SEND).await;
    let ending = {
        let producer = Arc::clone(&producer);
        tokio::spawn(async move { producer.shutdown().await })
    };
    while !producer.is_closed() {
        tokio::task::yield_now().await;
    }
    assert_eq!(failure(send(&producer)).await.kind(), ErrorKind::Closed);
    pending.reply(stored("0", "0")).await;
    sending.await.expect("no panic").expect("stored");
    ending.await.expect("no panic");
}

#[tokio::test]
async fn what_a_server_asks_for_and_is_not_known_is_answered_so() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let sending = send(&producer);
    let pending = peer.expect(SEND).await;
    pending.ask(&request(RequestCode(9999), &[])).await;
    let reply = peer.expect_answer(4711).await;
    assert_eq!(
        reply.response_code(),
        ResponseCode::REQUEST_CODE_NOT_SUPPORTED
    );
    assert_eq!(
        reply.remark.as_deref(),
        Some("request type 9999 not supported")
    );
    pending.reply(stored("0", "0")).await;
    sending.await.expect("no panic").expect("stored");
}

#[tokio::test]
async fn a_shutdown_waits_for_sends_that_were_begun_and_not_polled() {
    let mut peer = Peer::start().await;
    let producer = peer.producer().await;
    let begun = producer.send(Message::new(TOPIC, "body"));
    let ending = producer.shutdown();
    assert!(producer.is_closed() && !producer.is_started());
    let ending = tokio::spawn(ending);
    let mut second = Box::pin(producer.shutdown());
    assert!(second.as_mut().now_or_never().is_none());
    let sending = tokio::spawn(begun);
    peer.expect(SEND).await.reply(stored("1", "42")).await;
    sending.await.expect("no panic").expect("stored");
    ending.await.expect("no panic");
    second.await;
    producer.shutdown().await;
    let refused = producer.send(Message::new(TOPIC, "body")).await;
    assert_eq!(refused.expect_err("a failure").kind(), ErrorKind::Closed);
}
