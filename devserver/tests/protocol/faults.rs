//! What is made to go wrong goes wrong so, and no more than that.

use std::time::{Duration, Instant};

use crate::support::{Client, route, send_fields, start};
use bytes::Bytes;
use onsmq_devserver::DevServer;
use onsmq_devserver::faults::{AnswerCode, Fault, Filter, Requests, Rule};
use onsmq_proto::codec::{Command, RequestCode, ResponseCode};
use serde_json::{Value, json};

const SEND: RequestCode = RequestCode::SEND_MESSAGE_V2;

fn for_sends(fault: Fault) -> Rule {
    Rule::new(fault).code(Requests::Send).count(1)
}

async fn control(server: &DevServer, command: Value) -> Value {
    let answer = server.control(&command.to_string()).await.expect("done");
    serde_json::from_str(&answer).expect("JSON")
}

async fn stored(server: &DevServer) -> Vec<String> {
    let mut client = Client::of(server).await;
    crate::support::bodies(&client.pull("t", 0).await)
}

#[tokio::test]
async fn an_answer_is_made_up_and_the_message_is_not_stored() {
    let server = start(DevServer::builder()).await;
    let answer = Fault::Answer {
        code: AnswerCode(2),
        remark: "full".to_owned(),
    };
    server
        .add_fault(for_sends(answer).topic("t"))
        .expect("a rule");
    let mut client = Client::of(&server).await;
    client.send("other", "", "x").await;
    let answer = client.call(SEND, send_fields("t", 0), b"lost").await;
    assert_eq!(answer.response_code(), ResponseCode::SYSTEM_BUSY);
    assert_eq!(answer.remark.as_deref(), Some("full"));
    client.send("t", "", "stored").await;
    assert_eq!(stored(&server).await, ["stored"]);
}

#[tokio::test]
async fn answers_and_requests_are_lost() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    for (fault, body) in [
        (Fault::DropAnswer, &b"stored"[..]),
        (Fault::DropRequest, b"lost"),
    ] {
        server.add_fault(for_sends(fault)).expect("a rule");
        let body = Bytes::from_static(body);
        client
            .ask(Command::request(SEND, send_fields("t", 0), body))
            .await;
    }
    // The next answer on the connection is the one to this.
    client.send("t", "", "answered").await;
    assert_eq!(stored(&server).await, ["stored", "answered"]);
}

#[tokio::test]
async fn a_delayed_request_holds_up_no_other() {
    let server = start(DevServer::builder()).await;
    let delay = Duration::from_millis(300);
    let millis = 300;
    server
        .add_fault(for_sends(Fault::Delay { millis }))
        .expect("a rule");
    let mut client = Client::of(&server).await;
    let begun = Instant::now();
    let late = Command::request(SEND, send_fields("t", 0), Bytes::from_static(b"late"));
    let late = client.ask(late).await;
    client.send("t", "", "early").await;
    assert_eq!(
        client.answer(late).await.response_code(),
        ResponseCode::SUCCESS
    );
    assert!(begun.elapsed() >= delay);
    assert_eq!(stored(&server).await, ["early", "late"]);
}

#[tokio::test]
async fn connections_are_cut_and_refused() {
    let server = start(DevServer::builder()).await;
    for (fault, is_stored) in [(Fault::Disconnect, false), (Fault::CutFrame, true)] {
        let mut client = Client::of(&server).await;
        server.add_fault(for_sends(fault.clone())).expect("a rule");
        let request = Command::request(SEND, send_fields("t", 0), Bytes::from_static(b"x"));
        client.ask(request).await;
        assert!(client.next().await.is_none(), "{fault:?}");
        assert_eq!(stored(&server).await.len(), usize::from(is_stored));
    }
    let address = crate::support::broker_address(&server).await;
    let refuse = Rule::new(Fault::RefuseConnection).broker("broker-a");
    let id = server.add_fault(refuse.count(2)).expect("a rule");
    for _ in 0..2 {
        // The reset may be seen while connecting, or at the first read.
        if let Ok(mut socket) = tokio::net::TcpStream::connect(&address).await {
            let read = tokio::io::AsyncReadExt::read_u8(&mut socket).await;
            read.expect_err("nothing is served");
        }
    }
    Client::connect(&address).await.send("t", "", "y").await;
    assert_eq!(server.faults().last().expect("the rule").applied, 2);
    assert!(server.remove_fault(id));
    let of_a_request = Rule::new(Fault::RefuseConnection).topic("t");
    server.add_fault(of_a_request).expect_err("never applies");
    let elsewhere = Rule::new(Fault::Garbage).broker("broker-z");
    server.add_fault(elsewhere).expect_err("no such broker");
}

#[tokio::test]
async fn garbage_is_no_frame_and_a_deaf_connection_answers_nothing() {
    let server = start(DevServer::builder()).await;
    server.add_fault(for_sends(Fault::Garbage)).expect("a rule");
    let mut client = Client::of(&server).await;
    let request = || Command::request(SEND, send_fields("t", 0), Bytes::from_static(b"x"));
    client.ask(request()).await;
    let raw = client.raw(64).await;
    assert!(u32::from_be_bytes([raw[0], raw[1], raw[2], raw[3]]) > 0x0100_0000);

    server
        .add_fault(for_sends(Fault::StopReading))
        .expect("a rule");
    let mut client = Client::of(&server).await;
    client.ask(request()).await;
    client.ask(request()).await;
    assert!(client.is_silent(Duration::from_millis(200)).await);
    assert_eq!(stored(&server).await, [""; 0]);
}

#[tokio::test]
async fn a_killed_broker_is_gone_and_comes_back_with_or_without_its_messages() {
    let server = start(DevServer::builder().brokers(2)).await;
    let address = crate::support::broker_address(&server).await;
    let mut client = Client::connect(&address).await;
    client.send("t", "", "kept").await;
    server.kill_broker("broker-a").await.expect("killed");
    assert!(client.next().await.is_none());
    tokio::net::TcpStream::connect(&address)
        .await
        .expect_err("nobody listens");
    assert!(!server.brokers()[0].running && server.brokers()[1].running);
    let answer = route(&server, "t").await;
    assert_eq!(answer.response_code(), ResponseCode::TOPIC_NOT_EXIST);

    server.restart_broker("broker-a", true).await.expect("back");
    let mut client = Client::connect(&address).await;
    assert_eq!(crate::support::bodies(&client.pull("t", 0).await), ["kept"]);

    server
        .restart_broker("broker-a", false)
        .await
        .expect("back");
    assert!(client.next().await.is_none());
    let mut client = Client::connect(&address).await;
    let answer = client.pull("t", 0).await;
    assert_eq!(answer.response_code(), ResponseCode::TOPIC_NOT_EXIST);
    server
        .kill_broker("broker-z")
        .await
        .expect_err("no such broker");
}

#[tokio::test]
async fn what_was_received_is_counted() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    server.reset_counters();
    for topic in ["t", "t", "u"] {
        client.send(topic, "", "x").await;
    }
    let filter = Filter {
        code: Some(Requests::Send),
        ..Filter::default()
    };
    assert_eq!(server.received(&filter), 3);
    let counts = control(&server, json!({"counters": {"topic": "t"}})).await;
    let expected = json!([
        {"broker": "broker-a", "code": 310, "name": "SEND_MESSAGE_V2", "topic": "t", "count": 2}
    ]);
    assert_eq!(counts, expected);
    let received = control(&server, json!({"received": {"code": "SEND", "topic": "u"}})).await;
    assert_eq!(received, json!({"count": 1}));
}

#[tokio::test]
async fn everything_is_asked_for_in_json_as_well() {
    let server = start(DevServer::builder()).await;
    let rule = json!({"code": "SEND", "count": 1, "fault": {"answer": {"code": "SYSTEM_BUSY"}}});
    let id = control(&server, json!({"add_fault": rule})).await["id"].clone();
    let faults = control(&server, json!("faults")).await;
    assert_eq!(
        faults,
        json!([{"id": id, "rule": {
        "code": "SEND", "count": 1, "fault": {"answer": {"code": "SYSTEM_BUSY", "remark": ""}}
    }, "applied": 0}])
    );
    let removed = control(&server, json!({"remove_fault": {"id": id}})).await;
    assert_eq!(removed, json!({"removed": true}));
    control(&server, json!({"create_topic": {"topic": "made"}})).await;
    let answer = route(&server, "made").await;
    assert_eq!(answer.response_code(), ResponseCode::SUCCESS);
    control(&server, json!({"kill_broker": {"broker": "broker-a"}})).await;
    let info = control(&server, json!("info")).await;
    assert_eq!(info["brokers"][0]["running"], false);
    control(&server, json!({"restart_broker": {"broker": "broker-a"}})).await;
    for command in ["clear_faults", "reset_counters"] {
        assert_eq!(control(&server, json!(command)).await, json!({}));
    }
    control(&server, json!({"expire_locks": {}})).await;
    for wrong in ["", "{}", "\"explode\"", r#"{"kill_broker": {}}"#] {
        server.control(wrong).await.expect_err(wrong);
    }
}
