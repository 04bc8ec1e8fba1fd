//! Message trace as RocketMQ's own `mqadmin queryMsgTraceById` reads it, and where it goes.

use std::time::{Duration, Instant};

use onsmq::{Action, Client, Config, Message, Producer, TransactionStatus};
use onsmq_devserver::DevServer;
use onsmq_tests::cluster::{Cluster, Version};
use onsmq_tests::java::{Sdk, Speaker};
use onsmq_tests::unique;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const LIMIT: Duration = Duration::from_secs(60);
const TOPIC: &str = "traced";
const VENDORS_TOPIC: &str = "rmq_sys_TRACE_DATA_cn-golden";
const APACHES_TOPIC: &str = "RMQ_SYS_TRACE_TOPIC";

struct Traced {
    cluster: Cluster,
    /// Where messages go: to the cluster, or to a dev server beside it.
    namesrv_addr: String,
    runtime: Runtime,
}

impl Traced {
    fn start(version: Version) -> Self {
        let cluster = Cluster::builder(version)
            .broker_config("traceTopicEnable", true)
            .topic(TOPIC, 2)
            .start()
            .expect("a real broker");
        if std::env::var_os("ONSMQ_TEST_LOG").is_some() {
            let level = tracing_subscriber::filter::LevelFilter::DEBUG;
            // The other test of this process may have done so.
            let _ = tracing_subscriber::fmt().with_max_level(level).try_init();
        }
        let runtime = Runtime::new().expect("a runtime");
        Self {
            namesrv_addr: cluster.namesrv_addr(),
            cluster,
            runtime,
        }
    }

    /// The same with a dev server, of which the cluster's tool is asked.
    fn with_dev_server(mut self, test: impl FnOnce(&Self)) {
        let server = self.runtime.block_on(DevServer::builder().start());
        let server = server.expect("a dev server");
        self.namesrv_addr = server.namesrv_addr();
        test(&self);
        self.runtime.block_on(server.shutdown());
    }

    fn config(&self, group: &str) -> Config {
        Config::new()
            .set("NAMESRV_ADDR", &self.namesrv_addr)
            .set("GROUP_ID", group)
            .set("SendMsgTimeoutMillis", "10000")
    }

    /// Sends a message with this configuration. Answers its id.
    fn send(&self, config: &Config) -> String {
        self.runtime.block_on(async {
            let producer: Producer = Client::new().producer(config).expect("a producer");
            producer.start().await.expect("started");
            let message = Message::new(TOPIC, "body").tag("tag").key("one two");
            let sent = producer.send(message).await.expect("stored");
            producer.shutdown().await;
            sent.message_id.into()
        })
    }

    /// Consumes two messages: one is done with, one is to come again.
    fn consume(&self, config: &Config, done: &str, failed: &str) {
        self.runtime.block_on(async {
            let consumer = Client::new().consumer(config).expect("a consumer");
            let (note, mut notes) = unbounded_channel();
            let fails = failed.to_owned();
            let listen = move |message: onsmq::MessageExt| {
                let id = message.message_id();
                let action = match id == fails {
                    true => Action::ReconsumeLater,
                    false => Action::CommitMessage,
                };
                note.send(id).expect("a test");
                async move { action }
            };
            consumer
                .subscribe(TOPIC, "tag", listen)
                .expect("subscribed");
            consumer.start().await.expect("started");
            let mut missing = vec![done, failed];
            while !missing.is_empty() {
                let id = next(&mut notes).await;
                missing.retain(|it| **it != *id);
            }
            consumer.shutdown().await;
        });
    }

    /// Sends a transaction that is committed. Answers its id.
    fn transact(&self, config: &Config) -> String {
        self.runtime.block_on(async {
            let checker = async |_| TransactionStatus::Unknow;
            let producer = Client::new().transaction_producer(config, checker);
            let producer = producer.expect("a producer");
            producer.start().await.expect("started");
            let commit =
                async |_: &_| Ok::<_, std::io::Error>(TransactionStatus::CommitTransaction);
            let sent = producer.send(Message::new(TOPIC, "half"), commit).await;
            producer.shutdown().await;
            sent.expect("committed").message_id.into()
        })
    }

    /// What `mqadmin` says of a message, once it says all of `words`.
    fn query(&self, id: &str, words: &[&str]) -> String {
        let begun = Instant::now();
        loop {
            let arguments = ["queryMsgTraceById", "-i", id, "-n", &self.namesrv_addr];
            let said = self.cluster.mqadmin(&arguments).expect("mqadmin").output;
            if words.iter().all(|word| said.contains(word)) {
                return said;
            }
            assert!(begun.elapsed() < LIMIT, "{words:?} are not in {said}");
        }
    }

    /// The fields of the first record in a topic that `is_it`.
    fn record(&self, topic: &str, is_it: impl Fn(&[String]) -> bool) -> Vec<String> {
        self.records(topic, |records| {
            records.iter().find(|it| is_it(it)).cloned()
        })
    }

    /// Reads the records of a topic, from the first on, until they are `enough`.
    fn records<T>(&self, topic: &str, enough: impl Fn(&[Vec<String>]) -> Option<T>) -> T {
        self.runtime.block_on(async {
            // Its own deliveries are not recorded, though it asks for that.
            let config = self
                .config(&unique("GID_of_records"))
                .set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET")
                .set("MsgTraceSwitch", "true");
            let consumer = Client::new().consumer(&config).expect("a consumer");
            let inbox = consumer.inbox();
            consumer
                .subscribe_inbox(topic, "*", &inbox)
                .expect("subscribed");
            consumer.start().await.expect("started");
            let search = async {
                let mut records = Vec::new();
                loop {
                    if let Some(found) = enough(&records) {
                        return found;
                    }
                    for delivery in inbox.receive(32).await {
                        let text = String::from_utf8_lossy(delivery.message().body()).into_owned();
                        // Else a record would lead to another one, and so on.
                        assert!(!text.contains(topic), "{text}");
                        records.extend(text.split_terminator('\u{2}').map(fields));
                        delivery.complete(Action::CommitMessage);
                    }
                }
            };
            let found = tokio::time::timeout(LIMIT, search).await;
            consumer.shutdown().await;
            found.expect("records within the limit")
        })
    }
}

fn fields(record: &str) -> Vec<String> {
    record.split('\u{1}').map(str::to_owned).collect()
}

async fn next<T>(notes: &mut UnboundedReceiver<T>) -> T {
    let next = tokio::time::timeout(LIMIT, notes.recv()).await;
    next.expect("a note within the limit").expect("a listener")
}

/// The line of `mqadmin`'s table that begins so, by its columns.
fn rows(said: &str, kind: &str) -> Vec<Vec<String>> {
    said.lines()
        .map(|line| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|columns| columns.first().is_some_and(|it| it == kind))
        .collect()
}

fn mqadmin_shows_who_sent_and_who_consumed(traced: &Traced) {
    let on = |group| traced.config(group).set("MsgTraceSwitch", "true");
    let [done, failed] = [(); 2].map(|()| traced.send(&on("GID_sender")));
    let taker = on("GID_taker").set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET");
    traced.consume(&taker, &done, &failed);
    for (id, status) in [(done, "success"), (failed, "failed")] {
        let said = traced.query(&id, &["GID_sender", "GID_taker"]);
        for (kind, group, status) in [
            ("Pub", "GID_sender", "success"),
            ("Sub", "GID_taker", status),
        ] {
            let rows = rows(&said, kind);
            assert_eq!(rows.len(), 1, "{said}");
            assert_eq!(rows[0][1], group, "{said}");
            assert_eq!(rows[0].last().map(String::as_str), Some(status), "{said}");
        }
    }
}

fn outcomes_are_recorded(traced: &Traced) {
    let config = traced.config("GID_tx").set("MsgTraceSwitch", "true");
    let id = traced.transact(&config);
    let ended = traced.record(APACHES_TOPIC, |it| it[0] == "EndTransaction" && it[5] == id);
    let of_record = [&ended[3], &ended[4], &ended[11], &ended[12]];
    assert_eq!(of_record, ["GID_tx", TOPIC, "COMMIT_MESSAGE", "false"]);
}

fn by_default_only_regions_are_recorded(traced: &Traced) {
    let silent = traced.send(&traced.config("GID_silent"));
    let address = traced.cluster.brokers()[0].address.clone();
    let update = [
        "updateBrokerConfig",
        "-b",
        &address,
        "-k",
        "regionId",
        "-v",
        "cn-golden",
    ];
    let said = traced.cluster.mqadmin(&update).expect("mqadmin").output;
    assert!(said.contains("success"), "{said}");
    let id = traced.send(&traced.config("GID_vendors"));
    let sent = traced.record(VENDORS_TOPIC, |it| {
        assert_ne!(it.get(5), Some(&silent));
        it[0] == "Pub" && it[5] == id
    });
    let expected = ["cn-golden", "GID_vendors", TOPIC, &id, "tag", "one two"];
    assert_eq!(sent[2..8], expected);
    assert_eq!(
        (sent[9].as_str(), sent[11].as_str(), sent[13].as_str()),
        ("4", "0", "true")
    );
    let custom = traced
        .config("GID_custom")
        .set("customizedTraceTopic", APACHES_TOPIC);
    let id = traced.send(&custom);
    traced.query(&id, &["GID_custom", "success"]);
}

/// What the vendor's SDK records of a message, and what we do.
fn the_vendors_records_look_alike(traced: &Traced) {
    let group = "GID_alike";
    let mut java = Speaker::start(Sdk::Vendor, &traced.cluster.namesrv_addr(), TOPIC, group);
    let more = serde_json::json!({"tag": "tag", "key": "one two"});
    let by_java = java.send("normal", b"body", &more);
    let by_us = traced.send(&traced.config(group));
    let [javas, ours] = [by_java, by_us].map(|id| {
        let is_it = |it: &[String]| it[0] == "Pub" && it[5] == id;
        traced.record(VENDORS_TOPIC, is_it)
    });
    // Not before: it lets go of what waits when it ends.
    java.end();
    // Time, id, duration, place.
    let own = [1, 5, 10, 12];
    for (index, (java, ours)) in javas.iter().zip(&ours).enumerate() {
        assert!(own.contains(&index) || java == ours, "{javas:?} {ours:?}");
    }
    assert_eq!(javas.len(), ours.len(), "{javas:?} {ours:?}");
}

fn trace(version: Version) {
    let traced = Traced::start(version);
    mqadmin_shows_who_sent_and_who_consumed(&traced);
    outcomes_are_recorded(&traced);
    by_default_only_regions_are_recorded(&traced);
    the_vendors_records_look_alike(&traced);
    traced.with_dev_server(|traced| {
        mqadmin_shows_who_sent_and_who_consumed(traced);
        outcomes_are_recorded(traced);
    });
}

#[test]
fn consoles_of_4_9_7_read_it() {
    trace(Version::V4_9_7);
}

#[test]
fn consoles_of_5_3_3_read_it() {
    trace(Version::V5_3_3);
}
