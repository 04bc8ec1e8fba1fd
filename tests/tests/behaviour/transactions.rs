use std::collections::HashSet;
use std::fmt;

use onsmq::{Action, ErrorKind, TransactionStatus};
use onsmq_tests::cluster::{Cluster, Version};
use onsmq_tests::{Server, on_every_server};

use crate::support::{Scene, body, notes};

#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the database is away")
    }
}

impl std::error::Error for Broken {}

fn only_what_was_committed_is_delivered(server: Server) {
    Scene::run(server, "transaction", async |scene| {
        scene.make_topic().await;
        let consumer = scene.client.consumer(&scene.config()).expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "tx", move |message| {
                let note = note.clone();
                async move {
                    note.send((body(&message), message.message_id()))
                        .expect("a test");
                    Action::CommitMessage
                }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        let checker = async |_| TransactionStatus::Unknow;
        let producer = scene
            .client
            .transaction_producer(&scene.config(), checker)
            .expect("a producer");
        producer.start().await.expect("started");

        let mut committed = Vec::new();
        for number in 0..20 {
            let message = scene.message(number.to_string()).tag("tx");
            let status = match number % 2 {
                0 => TransactionStatus::CommitTransaction,
                _ => TransactionStatus::RollbackTransaction,
            };
            let sent = producer
                .send(message, async |_: &_| Ok::<_, Broken>(status))
                .await;
            match status {
                TransactionStatus::CommitTransaction => {
                    let id = sent.expect("committed").message_id;
                    committed.push((number.to_string(), id.into()));
                }
                _ => {
                    let error = sent.expect_err("rolled back");
                    assert_eq!(error.kind(), ErrorKind::TransactionRolledBack);
                    assert!(error.message_id().is_some());
                }
            }
        }
        let message = scene.message("broken").tag("tx");
        let error = producer
            .send(message, async |_: &_| Err(Broken))
            .await
            .expect_err("unknown");
        assert_eq!(error.kind(), ErrorKind::TransactionUnknown);
        let source = std::error::Error::source(&error).expect("the executer's error");
        assert_eq!(source.to_string(), "the database is away");

        let mut delivered = notes.take(committed.len()).await;
        delivered.sort();
        committed.sort();
        assert_eq!(delivered, committed);
        producer.shutdown().await;
        consumer.shutdown().await;
    });
}

on_every_server!(only_what_was_committed_is_delivered);

/// Half messages of a producer that died are decided by another of its group.
fn check_backs_are_answered_for_the_group(version: Version) {
    let cluster = Cluster::builder(version).start().expect("a real broker");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let scene_config = onsmq::Config::new()
            .set("NAMESRV_ADDR", &cluster.namesrv_addr())
            .set("GROUP_ID", "GID_checked")
            .set("CheckImmunityTimeInSeconds", "1");
        let client = onsmq::Client::new();
        // Its connections stay while one producer goes and the other comes.
        let consumer = client.consumer(&scene_config).expect("a consumer");
        let (note, mut delivered) = notes();
        consumer
            .subscribe("checked", "*", move |message| {
                let note = note.clone();
                async move {
                    note.send(message.message_id()).expect("a test");
                    Action::CommitMessage
                }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        let died = client
            .transaction_producer(&scene_config, async |_| TransactionStatus::Unknow)
            .expect("a producer");
        died.start().await.expect("started");
        let mut ids = Vec::new();
        for number in 0..10 {
            let message =
                onsmq::Message::new("checked", number.to_string()).key(number.to_string());
            let unknown = async |_: &_| Ok::<_, Broken>(TransactionStatus::Unknow);
            ids.push(
                died.send(message, unknown)
                    .await
                    .expect("stored")
                    .message_id
                    .into(),
            );
        }
        died.shutdown().await;

        let (asked, mut asks) = notes();
        let checker = move |message: onsmq::MessageExt| {
            let asked = asked.clone();
            async move {
                let number: usize = body(&message).parse().expect("a number");
                assert_eq!(message.topic(), "checked");
                let _ = asked.send((number, message.message_id()));
                match number % 2 {
                    0 => TransactionStatus::CommitTransaction,
                    _ => TransactionStatus::RollbackTransaction,
                }
            }
        };
        let other = client
            .transaction_producer(&scene_config, checker)
            .expect("a producer");
        other.start().await.expect("started");
        // A broker knows a group's producers by their heartbeats to it, and a producer the brokers
        // by what it sends to.
        let ours = onsmq::Message::new("checked", "10");
        let commit = async |_: &_| Ok::<_, Broken>(TransactionStatus::CommitTransaction);
        let own = other
            .send(ours, commit)
            .await
            .expect("committed")
            .message_id
            .into();
        // 5.3.3 may ask again for what was decided just now, and deliver it again: this one too.
        ids.push(own);
        let due: HashSet<_> = ids.iter().step_by(2).cloned().collect();
        let mut got = HashSet::new();
        while got.len() < due.len() {
            got.insert(delivered.next().await);
        }
        assert_eq!(got, due);
        let mut decided = HashSet::new();
        while !(0..10).all(|number| decided.contains(&number)) {
            let (number, id) = asks.next().await;
            assert_eq!(ids[number], id);
            decided.insert(number);
        }
        consumer.shutdown().await;
        other.shutdown().await;
    });
}

#[test]
fn check_backs_of_4_9_7_are_answered_for_the_group() {
    check_backs_are_answered_for_the_group(Version::V4_9_7);
}

#[test]
fn check_backs_of_5_3_3_are_answered_for_the_group() {
    check_backs_are_answered_for_the_group(Version::V5_3_3);
}
