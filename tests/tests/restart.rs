//! A broker is killed and comes back in the middle of sends and of consumption.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use onsmq::{Action, Client, Config, Consumer, Message, Producer};
use onsmq_tests::cluster::{Cluster, Version};
use onsmq_tests::unique;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

const MESSAGES: usize = 50_000;
const TASKS: usize = 50;
/// Java's client needs 34 s.
const FLOWING_AGAIN: Duration = Duration::from_secs(5);

/// What arrived, by message id, and when the last message did.
struct Received {
    counts: Mutex<HashMap<String, usize>>,
    last: watch::Sender<Instant>,
}

impl Received {
    async fn take(&self, id: String) {
        *self.counts.lock().await.entry(id).or_default() += 1;
        self.last.send_replace(Instant::now());
    }

    /// Waits until a message has arrived after a moment, and says how long after.
    async fn after(&self, moment: Instant) -> Duration {
        let mut last = self.last.subscribe();
        let limit = Duration::from_secs(60);
        let arrived = tokio::time::timeout(limit, last.wait_for(|at| *at > moment)).await;
        arrived
            .expect("a message within a minute")
            .expect("a sender")
            .duration_since(moment)
    }

    async fn has_all(&self, sent: &HashSet<String>) -> bool {
        let counts = self.counts.lock().await;
        sent.iter().all(|id| counts.contains_key(id))
    }
}

async fn consumer(client: &Client, config: &Config, topic: &str) -> (Consumer, Arc<Received>) {
    let consumer = client.consumer(config).expect("a consumer");
    let received = Arc::new(Received {
        counts: Mutex::default(),
        last: watch::Sender::new(Instant::now()),
    });
    let taker = Arc::clone(&received);
    let listener = move |message: onsmq::MessageExt| {
        let taker = Arc::clone(&taker);
        async move {
            taker.take(message.message_id()).await;
            Action::CommitMessage
        }
    };
    consumer
        .subscribe(topic, "*", listener)
        .expect("a subscription");
    consumer.start().await.expect("started");
    (consumer, received)
}

/// Sends all of the messages from many tasks; answers the ids of those that were stored.
fn send_all(
    producer: &Arc<Producer>,
    topic: &str,
    done: &Arc<AtomicUsize>,
) -> JoinSet<Vec<String>> {
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (producer, topic, done) = (Arc::clone(producer), topic.to_owned(), Arc::clone(done));
        tasks.spawn(async move {
            let mut stored = Vec::new();
            for _ in 0..MESSAGES / TASKS {
                // A send that fails is the caller's to repeat; one that succeeds is stored.
                if let Ok(sent) = producer.send(Message::new(&*topic, "restart")).await {
                    stored.push(sent.message_id.into());
                }
                done.fetch_add(1, Ordering::Relaxed);
            }
            stored
        });
    }
    tasks
}

async fn wait_for(what: &str, limit: Duration, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + limit;
    while !condition().await {
        assert!(Instant::now() < deadline, "not in {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn survives_a_killed_broker(version: Version) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut cluster = Cluster::builder(version).start().expect("a real broker");
    let (topic, group) = (unique("restart"), unique("GID_restart"));
    let client = Client::new();
    let config = Config::new()
        .set("NAMESRV_ADDR", &cluster.namesrv_addr())
        .set("GROUP_ID", &group)
        .set("SendMsgTimeoutMillis", "5000");
    let producer = Arc::new(client.producer(&config).expect("a producer"));
    let done = Arc::new(AtomicUsize::new(0));
    let (consumer, received, sends) = runtime.block_on(async {
        producer.start().await.expect("started");
        let (consumer, received) = consumer(&client, &config, &topic).await;
        let sends = send_all(&producer, &topic, &done);
        wait_for("a third is sent", Duration::from_secs(60), async || {
            done.load(Ordering::Relaxed) > MESSAGES / 3
        })
        .await;
        (consumer, received, sends)
    });

    cluster.kill("broker-a").expect("killed");
    cluster.start("broker-a").expect("back again");
    let back = Instant::now();

    runtime.block_on(async {
        let flowing = received.after(back).await;
        println!("{version:?}: flowing again {flowing:?} after the broker's return");
        assert!(
            flowing < FLOWING_AGAIN,
            "flowing again only after {flowing:?}"
        );
        let stored: HashSet<String> = sends.join_all().await.into_iter().flatten().collect();
        assert!(
            stored.len() > MESSAGES / 2,
            "only {} were stored",
            stored.len()
        );
        wait_for(
            "all that is stored is received",
            Duration::from_secs(60),
            async || received.has_all(&stored).await,
        )
        .await;
        let counts = received.counts.lock().await;
        let repeated: usize = counts.values().map(|count| count - 1).sum();
        println!(
            "{version:?}: {} stored of {MESSAGES}, {repeated} came more than once",
            stored.len()
        );
        drop(counts);
        consumer.shutdown().await;
        producer.shutdown().await;
    });
}

#[test]
fn every_stored_message_is_received_and_4_9_7_is_found_again() {
    survives_a_killed_broker(Version::V4_9_7);
}

#[test]
fn every_stored_message_is_received_and_5_3_3_is_found_again() {
    survives_a_killed_broker(Version::V5_3_3);
}
