//! Accounts, as brokers with access control check them.

use std::time::{Duration, Instant};

use onsmq::{Action, Client, Config, Consumer, Credentials, Error, ErrorKind, Message, Producer};
use onsmq_tests::cluster::{ADMIN, Account, Cluster, FULL, LIMITED, Version};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const LIMIT: Duration = Duration::from_secs(30);
/// What the limited account may use, and what it may not.
const ALLOWED: &str = "allowed-topic";
const OTHER: &str = "other";

fn cluster(version: Version) -> Cluster {
    let builder = Cluster::builder(version).acl(true);
    // One queue each: one pull is under way.
    let builder = builder.topic(ALLOWED, 1).topic(OTHER, 1);
    builder.start().expect("a real broker")
}

fn unsigned(cluster: &Cluster) -> Config {
    Config::new()
        .set("NAMESRV_ADDR", &cluster.namesrv_addr())
        .set("SendMsgTimeoutMillis", "10000")
}

fn signed(cluster: &Cluster, access_key: &str, secret_key: &str) -> Config {
    unsigned(cluster)
        .set("AccessKey", access_key)
        .set("SecretKey", secret_key)
}

fn of(cluster: &Cluster, account: Account) -> Config {
    signed(cluster, account.access_key, account.secret_key)
}

async fn producer(config: &Config) -> Producer {
    let producer = Client::new().producer(config).expect("a producer");
    producer.start().await.expect("started");
    producer
}

async fn send(producer: &Producer, topic: &str, body: &str) -> Result<(), Error> {
    let sent = producer.send(Message::new(topic, body.to_owned())).await;
    sent.map(drop)
}

/// A consumer of a topic, not started, and the bodies that it gets.
fn consumer(config: &Config, group: &str, topic: &str) -> (Consumer, UnboundedReceiver<String>) {
    let config = config
        .clone()
        .set("GROUP_ID", group)
        .set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET");
    let consumer = Client::new().consumer(&config).expect("a consumer");
    let (note, notes) = unbounded_channel();
    let listener = move |message: onsmq::MessageExt| {
        let _ = note.send(String::from_utf8_lossy(message.body()).into_owned());
        async { Action::CommitMessage }
    };
    consumer
        .subscribe(topic, "*", listener)
        .expect("a subscription");
    (consumer, notes)
}

async fn next(notes: &mut UnboundedReceiver<String>) -> String {
    let note = tokio::time::timeout(LIMIT, notes.recv()).await;
    note.expect("a message in time").expect("a consumer")
}

#[track_caller]
fn is_refusal(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::NoPermission, "{error}");
    assert!(
        !error.is_retriable() && error.remark().is_some(),
        "{error:?}"
    );
}

async fn senders_are_checked(cluster: &Cluster) {
    let channel = of(cluster, FULL).set("OnsChannel", "CLOUD");
    for config in [
        of(cluster, FULL),
        channel.clone(),
        channel.set("SecurityToken", "token-of-STS"),
    ] {
        let full = producer(&config).await;
        send(&full, OTHER, "body").await.expect("stored");
        full.shutdown().await;
    }
    let limited = producer(&of(cluster, LIMITED)).await;
    send(&limited, ALLOWED, "allowed").await.expect("stored");
    limited.shutdown().await;

    let start = Instant::now();
    for config in [
        of(cluster, LIMITED),
        signed(cluster, FULL.access_key, "WrongSecretKey"),
        signed(cluster, "NoSuchAK99", ADMIN.secret_key),
        unsigned(cluster),
    ] {
        let refused = producer(&config).await;
        is_refusal(&send(&refused, OTHER, "body").await.expect_err("a refusal"));
        refused.shutdown().await;
    }
    // At once: no send used its 3 s.
    assert!(start.elapsed() < Duration::from_secs(3));
}

async fn consumers_are_checked(cluster: &Cluster) {
    let limited = of(cluster, LIMITED);
    let wrong = signed(cluster, FULL.access_key, "WrongSecretKey");
    for (config, group, topic) in [
        (&limited, "GID_limited", OTHER),
        (&limited, "denied-group", ALLOWED),
        (&wrong, "GID_wrong", ALLOWED),
        (&unsigned(cluster), "GID_unsigned", ALLOWED),
    ] {
        let (refused, _) = consumer(config, group, topic);
        let error = refused.start().await.expect_err("a refusal");
        is_refusal(&error);
        assert!(error.message().contains(group), "{error}");
    }
    let (allowed, mut notes) = consumer(&limited, "GID_limited", ALLOWED);
    allowed.start().await.expect("started");
    assert_eq!(next(&mut notes).await, "allowed");
    allowed.shutdown().await;
}

async fn credentials_are_replaced(cluster: &Cluster) {
    let right = Credentials::new(FULL.access_key, FULL.secret_key);
    let wrong = Credentials::new(FULL.access_key, "WrongSecretKey").security_token("old");
    let config = of(cluster, FULL);
    let client = Client::new();
    let [one, two] = [(); 2].map(|()| client.producer(&config).expect("a producer"));
    one.start().await.expect("started");
    two.start().await.expect("started");
    let (consumer, mut notes) = consumer(&config, "GID_renewed", OTHER);
    consumer.start().await.expect("started");
    for _ in 0..3 {
        assert_eq!(next(&mut notes).await, "body");
    }

    one.set_credentials(wrong.clone()).expect("replaced");
    // Two shares the instance.
    for producer in [&one, &two] {
        is_refusal(&send(producer, OTHER, "body").await.expect_err("a refusal"));
    }
    consumer.set_credentials(wrong).expect("replaced");
    two.set_credentials(right.clone()).expect("replaced");
    // The pull that is under way was signed before.
    send(&one, OTHER, "under way").await.expect("stored");
    assert_eq!(next(&mut notes).await, "under way");
    send(&one, OTHER, "later").await.expect("stored");
    let early = tokio::time::timeout(Duration::from_secs(1), notes.recv()).await;
    assert!(early.is_err(), "pulled with a wrong key: {early:?}");

    consumer.set_credentials(right.clone()).expect("replaced");
    assert_eq!(next(&mut notes).await, "later");
    for producer in [&one, &two] {
        producer.shutdown().await;
    }
    consumer.shutdown().await;
    let error = one.set_credentials(right).expect_err("it was shut down");
    assert_eq!(error.kind(), ErrorKind::Closed);
}

/// What is replaced before the start counts from the start.
async fn credentials_are_replaced_before_the_start(cluster: &Cluster) {
    let right = Credentials::new(FULL.access_key, FULL.secret_key);
    let config = signed(cluster, FULL.access_key, "WrongSecretKey");
    let producer = Client::new().producer(&config).expect("a producer");
    producer.set_credentials(right.clone()).expect("replaced");
    producer.start().await.expect("started");
    send(&producer, OTHER, "early").await.expect("stored");
    producer.shutdown().await;
    let (consumer, mut notes) = consumer(&config, "GID_early", OTHER);
    consumer.start().await.expect_err("a refusal");
    consumer.set_credentials(right).expect("replaced");
    consumer.start().await.expect("started");
    while next(&mut notes).await != "early" {}
    consumer.shutdown().await;
}

fn accounts_are_checked(version: Version) {
    let cluster = cluster(version);
    Runtime::new().expect("a runtime").block_on(async {
        senders_are_checked(&cluster).await;
        consumers_are_checked(&cluster).await;
        credentials_are_replaced(&cluster).await;
        credentials_are_replaced_before_the_start(&cluster).await;
    });
}

#[test]
fn accounts_are_checked_by_4_9_7() {
    accounts_are_checked(Version::V4_9_7);
}

#[test]
fn accounts_are_checked_by_5_3_3() {
    accounts_are_checked(Version::V5_3_3);
}
