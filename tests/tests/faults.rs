//! Faults that a real server makes: refusals, missing topics, name servers that die.

use std::process::{Command, Stdio};
use std::time::Duration;

use onsmq::{Client, Config, Error, ErrorKind, Message, Producer};
use onsmq_tests::cluster::{Cluster, Version};
use onsmq_tests::native::{self, c_suite};
use onsmq_tests::unique;
use tokio::runtime::Runtime;

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

async fn producer(config: &Config) -> Producer {
    let producer = Client::new().producer(config).expect("a producer");
    producer.start().await.expect("started");
    producer
}

async fn failure(config: &Config, topic: &str) -> Error {
    let producer = producer(config).await;
    let error = producer
        .send(Message::new(topic, "body"))
        .await
        .expect_err("a refusal");
    producer.shutdown().await;
    error
}

fn a_missing_topic_is_no_route(version: Version) {
    let cluster = Cluster::builder(version)
        .broker_config("autoCreateTopicEnable", false)
        .topic("t", 1)
        .start()
        .expect("a real broker");
    native::run(Command::new(c_suite()).args(["refusals", &cluster.namesrv_addr(), "missing"]));
    runtime().block_on(async {
        let config = Config::new().set("NAMESRV_ADDR", &cluster.namesrv_addr());
        let error = failure(&config, "missing").await;
        assert_eq!(error.kind(), ErrorKind::NoRoute);
        assert!(error.message().contains("create it"), "{error}");
    });
}

#[test]
fn a_missing_topic_is_no_route_with_4_9_7() {
    a_missing_topic_is_no_route(Version::V4_9_7);
}

#[test]
fn a_missing_topic_is_no_route_with_5_3_3() {
    a_missing_topic_is_no_route(Version::V5_3_3);
}

#[test]
fn a_topic_that_is_too_long_for_the_broker_is_said_so() {
    let server = onsmq_tests::Server::V5.run();
    let config = Config::new().set("NAMESRV_ADDR", server.address());
    let error = runtime().block_on(failure(&config, &"t".repeat(200)));
    assert_eq!(error.kind(), ErrorKind::IllegalMessage);
    assert!(
        error.message().contains("longer than topic max length"),
        "{error}"
    );
}

#[test]
fn a_name_server_that_dies_is_passed_over() {
    let mut cluster = Cluster::builder(Version::V5_3_3)
        .namesrvs(2)
        .start()
        .expect("real servers");
    let runtime = runtime();
    let config = Config::new().set("NAMESRV_ADDR", &cluster.namesrv_addr());
    let producer = runtime.block_on(producer(&config));
    for killed in ["namesrv-0", "namesrv-1"] {
        cluster.kill(killed).expect("killed");
        // A new topic each time: its route is not known yet.
        let sent = runtime.block_on(producer.send(Message::new(unique("alive"), "body")));
        sent.expect("stored");
        cluster.start(killed).expect("back again");
    }
    runtime.block_on(producer.shutdown());
}

#[test]
fn a_dead_broker_does_not_flood_the_log() {
    let mut cluster = Cluster::builder(Version::V5_3_3)
        .topic("quiet", 8)
        .start()
        .expect("a real broker");
    let mut member = Command::new(c_suite())
        .args([
            "member",
            &cluster.namesrv_addr(),
            "quiet",
            &unique("GID_quiet"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a member");
    let mut started = String::new();
    let mut output = std::io::BufReader::new(member.stdout.take().expect("its output"));
    std::io::BufRead::read_line(&mut output, &mut started).expect("a line");
    cluster.kill("broker-a").expect("killed");
    // Eight queues, a heartbeat and the routes are tried all the while.
    std::thread::sleep(Duration::from_secs(15));
    cluster.start("broker-a").expect("back again");
    drop(member.stdin.take());
    let log = member.wait_with_output().expect("its log");
    let log = String::from_utf8_lossy(&log.stderr).into_owned();
    assert!(
        log.lines().any(|line| line.contains("cannot connect")),
        "{log}"
    );
    assert!(log.lines().count() < 20, "{log}");
}
