//! A broker that is busy: real ones say so of themselves where they have no buffers to write to,
//! and take nothing then that is sent or sent back.
//!
//! The packages are built beside: `make test-languages` does it, and says which Python has ours.

use std::process::Command;
use std::time::Duration;

use onsmq::{Action, Client, Config, Delivery, ErrorKind, Inbox, Message};
use onsmq_tests::cluster::{Cluster, Request, Version};
use onsmq_tests::native::{c_suite, cpp_suite, root, run};

const TOPIC: &str = "busy";
const GROUP: &str = "GID_busy";
const LIMIT: Duration = Duration::from_secs(40);
const UPDATE_BROKER_CONFIG: i64 = 25;

struct Busy(Cluster);

impl Busy {
    fn start(version: Version) -> Self {
        let cluster = Cluster::builder(version).topic(TOPIC, 1).start();
        Self(cluster.expect("a real broker"))
    }

    /// The pool of buffers is empty, since it was not wanted when the broker started.
    fn be_busy(&self, busy: bool) {
        let change = format!("transientStorePoolEnable={busy}");
        let request = Request::new(UPDATE_BROKER_CONFIG).body(change);
        let answer = request
            .send(&self.0.brokers()[0].address)
            .expect("a broker");
        assert_eq!(answer.code, 0, "{}", answer.remark);
    }

    fn config(&self) -> Config {
        Config::new()
            .set("NAMESRV_ADDR", &self.0.namesrv_addr())
            .set("GROUP_ID", GROUP)
            .set("SendMsgTimeoutMillis", "1000")
    }
}

async fn receive(inbox: &Inbox) -> Delivery {
    let received = tokio::time::timeout(LIMIT, inbox.receive(1)).await;
    received.expect("a message in time").remove(0)
}

/// What a listener cannot consume while the broker takes nothing back is consumed again here.
async fn what_is_not_taken_back_is_kept(busy: &Busy) {
    let client = Client::new();
    let producer = client.producer(&busy.config()).expect("a producer");
    producer.start().await.expect("started");
    let consumer = client.consumer(&busy.config()).expect("a consumer");
    let inbox = consumer.inbox();
    consumer
        .subscribe_inbox(TOPIC, "*", &inbox)
        .expect("a subscription");
    consumer.start().await.expect("started");
    producer
        .send(Message::new(TOPIC, "kept"))
        .await
        .expect("stored");
    let first = receive(&inbox).await;
    busy.be_busy(true);
    assert!(first.complete(Action::ReconsumeLater));
    let again = receive(&inbox).await;
    let message = again.message();
    // The same, not what the broker makes of it.
    assert_eq!(message.body(), b"kept");
    assert_eq!(message.reconsume_times(), 1);
    assert_eq!(message.store_timestamp(), first.message().store_timestamp());
    // Busy is what a send is told as well.
    let error = producer.send(Message::new(TOPIC, "lost")).await;
    let error = error.expect_err("a broker that is busy");
    assert_eq!(error.kind(), ErrorKind::FlowControl, "{error}");
    assert_eq!(error.broker_code(), Some(2), "{error}");
    assert!(error.is_retriable() && error.message().contains("more slowly"));
    busy.be_busy(false);
    assert!(again.complete(Action::ReconsumeLater));
    // From the broker this time, which has stored it anew.
    let last = receive(&inbox).await;
    let message = last.message();
    assert_eq!(
        (message.body(), message.reconsume_times()),
        (&b"kept"[..], 1)
    );
    assert_ne!(message.store_timestamp(), first.message().store_timestamp());
    assert_eq!(message.message_id(), first.message().message_id());
    last.complete(Action::CommitMessage);
    consumer.shutdown().await;
    producer.shutdown().await;
}

fn a_busy_broker_is_flow_control_in_every_language(busy: &Busy) {
    busy.be_busy(true);
    let python = std::env::var("ONSMQ_TEST_PYTHON").expect("ONSMQ_TEST_PYTHON");
    let member = |name: &str| root().join("tests/members").join(name);
    let mut programs = [
        (Command::new(c_suite()), Some("busy".into())),
        (Command::new(cpp_suite()), Some("busy".into())),
        (
            Command::new(python),
            Some(member("busy.py").into_os_string()),
        ),
        (
            Command::new("node"),
            Some(member("busy.mjs").into_os_string()),
        ),
    ];
    for (program, first) in &mut programs {
        let program = program.args(first.take()).arg(busy.0.namesrv_addr());
        run(program.arg(TOPIC));
    }
    busy.be_busy(false);
}

fn a_broker_may_be_busy(version: Version) {
    let busy = Busy::start(version);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(what_is_not_taken_back_is_kept(&busy));
    a_busy_broker_is_flow_control_in_every_language(&busy);
}

#[test]
fn a_broker_of_4_9_7_may_be_busy() {
    a_broker_may_be_busy(Version::V4_9_7);
}

#[test]
fn a_broker_of_5_3_3_may_be_busy() {
    a_broker_may_be_busy(Version::V5_3_3);
}
