//! `dev-server --data`: what was answered as stored is there after the process was killed.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use onsmq::{Action, Client, Config, Consumer, Message, Producer, SendResult, TransactionStatus};
use onsmq_tests::cluster::Request;
use onsmq_tests::command::{onsmq, told};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::support::{LIMIT, Live};

const TOPIC: &str = "kept";
const GROUP: &str = "GID_kept";
/// So many sends are answered before the server is killed among others.
const ANSWERED: usize = 300;
const TASKS: usize = 8;

/// A server on a folder, and a client of it.
struct Life {
    process: Live,
    namesrv_addr: String,
    client: Client,
}

impl Life {
    fn begin(folder: &Path) -> Self {
        let mut command = onsmq();
        command
            .args(["dev-server", "--no-console", "--check-back-delay-ms=1000"])
            .arg("--data")
            .arg(folder);
        let mut process = Live::start(&mut command);
        Self {
            namesrv_addr: process.line(),
            process,
            client: Client::new(),
        }
    }

    fn config(&self) -> Config {
        Config::new()
            .set("NAMESRV_ADDR", &self.namesrv_addr)
            .set("GROUP_ID", GROUP)
            .set("SendMsgTimeoutMillis", "2000")
    }

    async fn producer(&self) -> Producer {
        let producer = self.client.producer(&self.config()).expect("a producer");
        producer.start().await.expect("started");
        producer
    }

    /// A consumer, and what comes to it: the message, its queue and its place there.
    async fn consumer(&self) -> (Consumer, mpsc::UnboundedReceiver<(String, i32, i64)>) {
        let consumer = self.client.consumer(&self.config()).expect("a consumer");
        let (note, notes) = mpsc::unbounded_channel();
        let listener = move |message: onsmq::MessageExt| {
            let note = note.clone();
            async move {
                let body = String::from_utf8_lossy(message.body()).into_owned();
                // Nobody reads it once the test has failed.
                let _ = note.send((body, message.queue_id(), message.queue_offset()));
                Action::CommitMessage
            }
        };
        consumer
            .subscribe(TOPIC, "*", listener)
            .expect("a subscription");
        consumer.start().await.expect("started");
        (consumer, notes)
    }

    /// Kills the server in the middle of sends, and gives the messages that were answered as stored.
    async fn killed_in_a_stream(&mut self, name: &str) -> Vec<String> {
        let producer = Arc::new(self.producer().await);
        let (count, mut counted) = watch::channel(0);
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let (producer, count) = (Arc::clone(&producer), count.clone());
            let name = name.to_owned();
            tasks.spawn(async move {
                let mut stored = Vec::new();
                loop {
                    let body = format!("{name} {task} {}", stored.len());
                    match producer.send(Message::new(TOPIC, body.clone())).await {
                        Ok(_) => stored.push(body),
                        Err(_) => return stored,
                    }
                    count.send_modify(|count| *count += 1);
                }
            });
        }
        let enough = counted.wait_for(|count| *count >= ANSWERED);
        let enough = tokio::time::timeout(LIMIT, enough).await;
        enough.expect("in time").expect("they send");
        self.process.signal("-KILL");
        self.process.end();
        tasks.join_all().await.concat()
    }
}

fn message(body: &str) -> Message {
    Message::new(TOPIC, body.to_owned())
}

/// Sends a message as its broker's own client would, and gives the id of its place.
fn sent_to_a_place(namesrv_addr: &str) -> String {
    let route = Request::new(105).field("topic", TOPIC).send(namesrv_addr);
    let route = route.expect("a name server").body;
    let route: serde_json::Value = serde_json::from_slice(&route).expect("a route");
    let broker = &route["brokerDatas"][0]["brokerAddrs"]["0"];
    let mut send = Request::new(10).body("at its place");
    for (name, value) in [
        ("producerGroup", GROUP),
        ("topic", TOPIC),
        ("defaultTopic", "TBW102"),
        ("defaultTopicQueueNums", "4"),
        ("queueId", "0"),
        ("sysFlag", "0"),
        ("bornTimestamp", "1"),
        ("flag", "0"),
        ("properties", ""),
        ("reconsumeTimes", "0"),
    ] {
        send = send.field(name, value);
    }
    let sent = send.send(broker.as_str().expect("an address"));
    let id = sent.expect("a broker").fields["msgId"].clone();
    id.as_str().expect("an id").to_owned()
}

/// What is at the place that an id names.
fn found_at_its_place(id: &str) -> Vec<u8> {
    let id: onsmq_proto::message::id::OffsetMessageId = id.parse().expect("an id");
    let view = Request::new(33).field("offset", id.commit_log_offset);
    let found = view.send(&id.host.to_string()).expect("a broker");
    assert_eq!(found.code, 0, "{}", found.remark);
    found.body
}

async fn undecided(_: &SendResult) -> Result<TransactionStatus, Infallible> {
    Ok(TransactionStatus::Unknow)
}

async fn committed(_: &SendResult) -> Result<TransactionStatus, Infallible> {
    Ok(TransactionStatus::CommitTransaction)
}

/// Sends what is not sent in streams.
async fn send_of_each_kind(life: &Life) {
    let ordered = life.client.order_producer(&life.config());
    let ordered = ordered.expect("a producer");
    ordered.start().await.expect("started");
    for number in 0..10 {
        let sent = ordered.send(message(&format!("ordered {number}")), "key");
        sent.await.expect("stored");
    }
    let soon = SystemTime::now() + Duration::from_secs(2);
    let soon = soon.duration_since(UNIX_EPOCH).expect("after 1970");
    let soon = i64::try_from(soon.as_millis()).expect("a time");
    let producer = life.producer().await;
    let delayed = message("delayed").start_deliver_time(soon);
    producer.send(delayed).await.expect("stored");
    let halves = life
        .client
        .transaction_producer(&life.config(), async |_| TransactionStatus::Unknow)
        .expect("a producer");
    halves.start().await.expect("started");
    for (body, verdict) in [("committed", true), ("undecided", false)] {
        let sent = match verdict {
            true => halves.send(message(body), committed).await,
            false => halves.send(message(body), undecided).await,
        };
        sent.expect("stored");
    }
}

#[test]
fn what_was_answered_as_stored_is_there_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    Runtime::new().expect("a runtime").block_on(async {
        let mut life = Life::begin(folder.path());
        let producer = life.producer().await;
        producer.send(message("early")).await.expect("stored");
        let (consumer, mut notes) = life.consumer().await;
        let early = tokio::time::timeout(LIMIT, notes.recv()).await;
        let (early, ..) = early.expect("in time").expect("a message");
        assert_eq!(early, "early");
        consumer.shutdown().await;
        let id = sent_to_a_place(&life.namesrv_addr);
        send_of_each_kind(&life).await;
        let mut expected = life.killed_in_a_stream("first").await;
        for name in ["second", "third"] {
            life = Life::begin(folder.path());
            expected.extend(life.killed_in_a_stream(name).await);
        }
        assert!(expected.len() >= 3 * ANSWERED);

        life = Life::begin(folder.path());
        let found = found_at_its_place(&id);
        let body = b"at its place";
        assert!(found.windows(body.len()).any(|it| it == body), "{found:?}");
        let asked = life
            .client
            .transaction_producer(&life.config(), async |_| {
                TransactionStatus::CommitTransaction
            })
            .expect("a producer");
        asked.start().await.expect("started");
        // A broker knows a producer by what it sends.
        let known = asked.send(message("known"), committed).await;
        known.expect("stored");
        let single = ["at its place", "delayed", "committed", "undecided", "known"];
        expected.extend(single.map(str::to_owned));
        expected.extend((0..10).map(|number| format!("ordered {number}")));
        let (consumer, mut notes) = life.consumer().await;
        let mut came: HashMap<String, Vec<(i32, i64)>> = HashMap::new();
        while !expected.iter().all(|body| came.contains_key(body)) {
            let next = tokio::time::timeout(LIMIT, notes.recv()).await;
            let missing = || expected.iter().find(|body| !came.contains_key(*body));
            let next = next.unwrap_or_else(|_| panic!("{:?} does not come", missing()));
            let (body, queue, offset) = next.expect("a consumer");
            came.entry(body).or_default().push((queue, offset));
        }
        consumer.shutdown().await;
        assert!(!came.contains_key("early"), "it was consumed before");
        // What waited when the server was killed may come twice.
        let waited = ["delayed", "undecided"];
        for body in expected.iter().filter(|it| !waited.contains(&it.as_str())) {
            assert_eq!(came[body].len(), 1, "{body}: {:?}", came[body]);
        }
        let ordered: Vec<_> = (0..10)
            .map(|it| came[&format!("ordered {it}")][0])
            .collect();
        assert!(ordered.is_sorted(), "{ordered:?}");
        assert!(ordered.iter().all(|(queue, _)| *queue == ordered[0].0));
    });
}

#[test]
fn a_folder_is_one_servers_and_no_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |path: &Path| told(onsmq().args(["dev-server", "--data"]).arg(path));
    let ours = folder.path().join("made");
    let life = Life::begin(&ours);
    let second = of(&ours);
    assert_eq!(second.code, 1, "{second:?}");
    assert!(
        second.words().contains("another dev server uses it"),
        "{second:?}"
    );
    drop(life);
    let foreign = of(folder.path());
    assert_eq!(foreign.code, 1, "{foreign:?}");
    assert!(
        foreign.words().contains("it is not a dev server's"),
        "{foreign:?}"
    );
}
