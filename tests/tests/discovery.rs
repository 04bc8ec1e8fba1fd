//! How real servers are found and talked to: an address server, TLS, namespaces.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onsmq::{Action, Client, Config, Consumer, ErrorKind, Message, MessageExt, Producer};
use onsmq_devserver::DevServer;
use onsmq_tests::cluster::{Cluster, Version};
use onsmq_tests::unique;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const LIMIT: Duration = Duration::from_secs(40);

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

async fn producer(config: &Config) -> Producer {
    let producer = Client::new().producer(config).expect("a producer");
    producer.start().await.expect("started");
    producer
}

/// A running consumer, and what it is handed over; `judge` says what becomes of it.
async fn consumer(
    config: &Config,
    topic: &str,
    judge: fn(&MessageExt) -> Action,
) -> (Consumer, UnboundedReceiver<MessageExt>) {
    let consumer = Client::new().consumer(config).expect("a consumer");
    let (note, notes) = unbounded_channel();
    let listener = move |message: MessageExt| {
        let action = judge(&message);
        let _ = note.send(message);
        async move { action }
    };
    consumer
        .subscribe(topic, "*", listener)
        .expect("a subscription");
    consumer.start().await.expect("started");
    (consumer, notes)
}

fn commit(_: &MessageExt) -> Action {
    Action::CommitMessage
}

async fn next(notes: &mut UnboundedReceiver<MessageExt>) -> MessageExt {
    let note = tokio::time::timeout(LIMIT, notes.recv()).await;
    note.expect("a message in time").expect("a consumer")
}

fn messages_travel_in_tls(version: Version) {
    let cluster = Cluster::builder(version)
        .tls(true)
        .topic("secret", 4)
        .start();
    let cluster = cluster.expect("real servers");
    let ca_file = cluster.ca_file().expect("an authority");
    let untrusting = Config::new()
        .set("NAMESRV_ADDR", &cluster.namesrv_addr())
        .set("GROUP_ID", "GID_secret")
        .set("tls.enable", "true")
        .set("SendMsgTimeoutMillis", "10000");
    let trusting = untrusting
        .clone()
        .set("tls.client.trustCertPath", &ca_file.display().to_string());
    runtime().block_on(async {
        let (consumer, mut notes) = consumer(&trusting, "secret", commit).await;
        let producer = producer(&trusting).await;
        // Small ones, and one of many TLS records.
        let large = "x".repeat(3_000_000);
        for body in ["small", &large, "last"] {
            let message = Message::new("secret", body.to_owned());
            producer.send(message).await.expect("stored");
        }
        let mut bodies = Vec::new();
        for _ in 0..3 {
            bodies.push(next(&mut notes).await.body().len());
        }
        bodies.sort_unstable();
        assert_eq!(bodies, [4, 5, large.len()]);
        producer.shutdown().await;
        consumer.shutdown().await;

        let wary = self::producer(&untrusting).await;
        let error = wary.send(Message::new("secret", "body")).await;
        let error = error.expect_err("an authority that nobody knows");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert!(error.message().contains("trustCertPath"), "{error}");
        wary.shutdown().await;
    });
}

#[test]
fn messages_travel_in_tls_with_4_9_7() {
    messages_travel_in_tls(Version::V4_9_7);
}

#[test]
fn messages_travel_in_tls_with_5_3_3() {
    messages_travel_in_tls(Version::V5_3_3);
}

/// Answers every request with the text of the moment, until this process ends.
fn address_server(list: Arc<Mutex<String>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            let head = BufReader::new(&stream).lines().map_while(Result::ok);
            head.take_while(|line| !line.is_empty()).for_each(drop);
            let list = list.lock().expect("a list").clone();
            let length = list.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{list}"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}/rocketmq/nsaddr")
}

#[test]
fn name_servers_are_told_and_change_while_running() {
    let mut cluster = Cluster::builder(Version::V5_3_3)
        .namesrvs(2)
        .tls(false)
        .start()
        .expect("real servers");
    let addresses = cluster.namesrv_addr();
    let (first, second) = addresses.split_once(';').expect("two");
    let list = Arc::new(Mutex::new(format!(" {first} ;\r\n")));
    let url = address_server(Arc::clone(&list));
    let config = Config::new()
        .set("ONSAddr", &url)
        .set("GROUP_ID", "GID_told");
    let runtime = runtime();
    let producer = runtime.block_on(async {
        let producer = producer(&config).await;
        let sent = producer.send(Message::new(unique("told"), "body")).await;
        sent.expect("stored");
        producer
    });
    *list.lock().expect("a list") = second.to_owned();
    cluster.kill("namesrv-0").expect("killed");
    runtime.block_on(async {
        let begin = std::time::Instant::now();
        // The list is asked for 10 s after the start.
        while let Err(error) = producer.send(Message::new(unique("told"), "body")).await {
            assert_eq!(error.kind(), ErrorKind::NameServerUnreachable, "{error}");
            assert!(begin.elapsed() < LIMIT, "{error}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        producer.shutdown().await;
        // Its ports take no TLS.
        let secure = config.clone().set("tls.enable", "true");
        let secure = self::producer(&secure).await;
        let error = secure.send(Message::new("told", "body")).await;
        let error = error.expect_err("no TLS there");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert!(error.message().contains("tls.enable to false"), "{error}");
        secure.shutdown().await;
    });
}

const NAMESPACE: &str = "MQ_INST_tests_1";

/// What a namespace keeps from others, and others from it. Answers the id of a message in it.
async fn kept_apart(namesrv_addr: &str) -> onsmq::MessageId {
    let plain = Config::new()
        .set("NAMESRV_ADDR", namesrv_addr)
        .set("GROUP_ID", "GID_orders")
        .set("SendMsgTimeoutMillis", "10000")
        .set("MaxReconsumeTimes", "1")
        .set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET");
    let inside = plain.clone().set("INSTANCE_ID", NAMESPACE);
    let producers = [producer(&plain).await, producer(&inside).await];
    let mut sent = Vec::new();
    for (producer, body) in producers.iter().zip(["outside", "inside"]) {
        sent.push(
            producer
                .send(Message::new("orders", body))
                .await
                .expect("stored"),
        );
        producer.shutdown().await;
    }
    // The same names, and nothing of each other.
    let (outside, mut notes_outside) = consumer(&plain, "orders", commit).await;
    assert_eq!(next(&mut notes_outside).await.body(), b"outside");
    let (consumer_inside, mut notes) =
        consumer(&inside, "orders", |_| Action::ReconsumeLater).await;
    for times in 0..2 {
        let message = next(&mut notes).await;
        assert_eq!(message.body(), b"inside");
        assert_eq!(message.topic(), "orders");
        assert_eq!(message.reconsume_times(), times);
        assert_eq!(message.message_id(), sent[1].message_id);
    }
    assert_eq!(
        (consumer_inside.group(), &*sent[1].topic),
        ("GID_orders", "orders")
    );
    let dead = inside.clone().set("GROUP_ID", "GID_dead");
    let (undertaker, mut notes) = consumer(&dead, "%DLQ%GID_orders", commit).await;
    let message = next(&mut notes).await;
    assert_eq!(
        (message.topic(), message.body()),
        ("%DLQ%GID_orders", &b"inside"[..])
    );
    assert!(notes_outside.try_recv().is_err(), "it came out");
    for consumer in [outside, consumer_inside, undertaker] {
        consumer.shutdown().await;
    }
    sent.remove(1).message_id
}

fn a_namespace_is_kept_apart_and_not_seen(version: Version) {
    let cluster = Cluster::builder(version)
        // Retries come at once.
        .broker_config("messageDelayLevel", ["1s"; 18].join(" "))
        .start()
        .expect("a real broker");
    let message_id = runtime().block_on(kept_apart(&cluster.namesrv_addr()));
    let admin = |arguments: &[&str]| cluster.mqadmin(arguments).expect("mqadmin").output;
    let topics = admin(&["topicList"]);
    for prefix in ["", "%RETRY%", "%DLQ%"] {
        let name = if prefix.is_empty() {
            "orders"
        } else {
            "GID_orders"
        };
        let name = format!("{prefix}{NAMESPACE}%{name}");
        assert!(
            topics.lines().any(|line| line.trim() == name),
            "no {name}: {topics}"
        );
    }
    let topic = format!("{NAMESPACE}%orders");
    let found = admin(&["queryMsgByUniqueKey", "-i", &message_id, "-t", &topic]);
    assert!(
        found.contains(&topic) && found.contains(&*message_id),
        "{found}"
    );
}

#[test]
fn a_namespace_is_kept_apart_and_not_seen_with_the_dev_server() {
    runtime().block_on(async {
        let builder = DevServer::builder().retry_delay(Duration::from_millis(100));
        let server = builder.start().await.expect("a dev server");
        kept_apart(&server.namesrv_addr()).await;
        server.shutdown().await;
    });
}

#[test]
fn a_namespace_is_kept_apart_and_not_seen_with_4_9_7() {
    a_namespace_is_kept_apart_and_not_seen(Version::V4_9_7);
}

#[test]
fn a_namespace_is_kept_apart_and_not_seen_with_5_3_3() {
    a_namespace_is_kept_apart_and_not_seen(Version::V5_3_3);
}
