//! Routes, the server's life, and clients that do not behave.

use crate::support::{Client, fields, pull_fields, send_fields, start, with};
use bytes::Bytes;
use onsmq_devserver::DevServer;
use onsmq_proto::body::TopicRouteData;
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};

#[tokio::test]
async fn routes_name_every_broker_of_a_topic() {
    let server = start(DevServer::builder().brokers(2)).await;
    server.create_topic("t", 3).expect("a name");
    let answer = crate::support::route(&server, "t").await;
    let route = TopicRouteData::decode(&answer.body).expect("a route");
    let names: Vec<_> = route
        .queue_datas
        .iter()
        .map(|it| &*it.broker_name)
        .collect();
    assert_eq!(names, ["broker-a", "broker-b"]);
    assert_ne!(route.master("broker-a"), route.master("broker-b"));
    assert_eq!(route.queue_datas[1].read_queue_nums, 3);

    let default = crate::support::route(&server, "TBW102").await;
    let default = TopicRouteData::decode(&default.body).expect("a route");
    assert_eq!(default.queue_datas[0].write_queue_nums, 8);
    assert_eq!(default.queue_datas[0].perm, 7);
}

#[tokio::test]
async fn old_clients_get_the_map_form_that_they_read() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::connect(&server.namesrv_addr()).await;
    for (version, standard, form) in [
        (300, false, "{0:"),
        (300, true, "{\"0\":"),
        (401, false, "{\"0\":"),
    ] {
        let fields = with(
            &fields([("topic", "TBW102")]),
            "acceptStandardJsonOnly",
            standard,
        );
        let code = RequestCode::GET_ROUTEINFO_BY_TOPIC;
        let mut request = Command::request(code, fields, Bytes::new());
        request.version = version;
        let opaque = client.ask(request).await;
        let body = client.answer(opaque).await.body;
        let body = String::from_utf8_lossy(&body).into_owned();
        assert!(body.contains(&format!("\"brokerAddrs\":{form}")), "{body}");
    }
}

#[tokio::test]
async fn a_topic_is_made_and_changed_by_request() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let made = fields([
        ("topic", "t"),
        ("defaultTopic", "TBW102"),
        ("readQueueNums", "2"),
        ("writeQueueNums", "2"),
        ("perm", "6"),
        ("topicFilterType", "SINGLE_TAG"),
        ("order", "false"),
    ]);
    let code = RequestCode::UPDATE_AND_CREATE_TOPIC;
    client.done(code, made.clone(), &[]).await;
    client.send("t", "", "kept").await;
    client
        .done(code, with(&made, "writeQueueNums", 9), &[])
        .await;
    client
        .done(RequestCode::SEND_MESSAGE_V2, send_fields("t", 8), b"x")
        .await;
    assert_eq!(crate::support::bodies(&client.pull("t", 0).await), ["kept"]);
    client.done(code, with(&made, "perm", 2), &[]).await;
    let answer = client.pull("t", 0).await;
    assert_eq!(answer.response_code(), ResponseCode::NO_PERMISSION);
    let answer = client.call(code, with(&made, "topic", "TBW102"), &[]).await;
    assert_eq!(answer.response_code(), ResponseCode::INVALID_PARAMETER);
}

#[tokio::test]
async fn single_messages_are_found_by_id_and_by_key() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::of(&server).await;
    let own = crate::support::properties([("KEYS", "k1 k2"), ("UNIQ_KEY", "ID")]);
    client.send("t", &own, "x").await;
    client.send("t", "", "other").await;
    let offset = crate::support::decode(&client.pull("t", 1).await)[0].commit_log_offset();
    let code = RequestCode::VIEW_MESSAGE_BY_ID;
    let found = client
        .done(code, with(&fields([]), "offset", offset), &[])
        .await;
    assert_eq!(crate::support::bodies(&found), ["other"]);

    let query = fields([
        ("topic", "t"),
        ("maxNum", "32"),
        ("beginTimestamp", "0"),
        ("endTimestamp", "9999999999999"),
    ]);
    let code = RequestCode::QUERY_MESSAGE;
    for (key, unique) in [("k2", false), ("ID", true)] {
        let query = with(&with(&query, "key", key), "_UNIQUE_KEY_QUERY", unique);
        let found = client.done(code, query, &[]).await;
        assert_eq!(crate::support::bodies(&found), ["x"], "{key}");
    }
    let answer = client.call(code, with(&query, "key", "k"), &[]).await;
    assert_eq!(answer.response_code(), ResponseCode::QUERY_NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_frame_closes_that_connection_only() {
    let server = start(DevServer::builder()).await;
    let mut good = Client::of(&server).await;
    for bad in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0, 0, 0, 3, 0, 0, 0, 0],
        &[0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0],
        &[0, 0, 0, 8, 0, 0, 0, 4, b'n', b'o', b'n', b'e'],
        &[0, 0, 0, 8, 9, 0, 0, 4, b'n', b'o', b'n', b'e'],
    ] {
        let mut client = Client::of(&server).await;
        client.write(bad).await;
        assert!(client.next().await.is_none(), "{bad:?}");
    }
    good.send("t", "", "still here").await;
}

/// The server stops reading from it: so its requests stay unread, and their answers, which would
/// be 2 GiB, unmade.
#[tokio::test]
async fn a_client_that_does_not_read_is_not_served_without_end() {
    let server = start(DevServer::builder()).await;
    let mut good = Client::of(&server).await;
    let megabyte = "x".repeat(1024 * 1024);
    good.send("t", "", &megabyte).await;
    let mut stuck = Client::of(&server).await;
    let flood = async {
        for _ in 0..200_000 {
            let fields = with(&pull_fields("g", "t", 0), "sysFlag", 4);
            let pull = Command::request(RequestCode::PULL_MESSAGE, fields, Bytes::new());
            stuck.ask(pull).await;
        }
    };
    let until_it_blocks = std::time::Duration::from_millis(500);
    let flooded = tokio::time::timeout(until_it_blocks, flood).await;
    assert!(flooded.is_err(), "the server reads on and on");
    good.send("t", "", "still served").await;
}

#[tokio::test]
async fn after_shutdown_nothing_listens_and_clients_are_gone() {
    let server = start(DevServer::builder()).await;
    let address = server.namesrv_addr();
    let mut client = Client::connect(&address).await;
    let answer = client.call(RequestCode(9999), ExtFields::new(), &[]).await;
    assert_eq!(answer.code, 3);
    server.shutdown().await;
    assert!(client.next().await.is_none());
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn dropping_the_server_stops_it() {
    let server = start(DevServer::builder()).await;
    let mut client = Client::connect(&server.namesrv_addr()).await;
    client.call(RequestCode(9999), ExtFields::new(), &[]).await;
    drop(server);
    assert!(client.next().await.is_none());
}
