//! A cluster for operators, and what listeners note.

pub(crate) mod dev_server;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use onsmq::{Client, Config, Message, MessageExt};
use onsmq_tests::cluster::{Builder, Cluster, Request, Version};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Each has one queue.
const TOPICS: [&str; 4] = ["operated", "ordered", "failing", "conditions"];
const LIMIT: Duration = Duration::from_secs(60);

/// A running cluster of one broker, whose retries come after a second.
pub(crate) struct Operated {
    cluster: Cluster,
    runtime: Runtime,
}

/// A topic and group of their own.
pub(crate) struct Scene {
    pub(crate) client: Client,
    pub(crate) topic: String,
    pub(crate) group: String,
    namesrv_addr: String,
}

impl Scene {
    pub(crate) fn config(&self) -> Config {
        Config::new()
            .set("NAMESRV_ADDR", &self.namesrv_addr)
            .set("GROUP_ID", &self.group)
            .set("SendMsgTimeoutMillis", "10000")
    }
}

pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.expect("a clock").as_millis()).expect("a time")
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {LIMIT:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl Operated {
    pub(crate) fn start(version: Version) -> Self {
        if std::env::var_os("ONSMQ_TEST_LOG").is_some() {
            let level = tracing_subscriber::filter::LevelFilter::DEBUG;
            let _ = tracing_subscriber::fmt().with_max_level(level).try_init();
        }
        let builder = Cluster::builder(version)
            .broker_config("enablePropertyFilter", false)
            .broker_config("messageDelayLevel", ["1s"; 18].join(" "));
        let with_topic = |builder: Builder, topic: &&str| builder.topic(*topic, 1);
        let builder = TOPICS.iter().fold(builder, with_topic);
        let cluster = builder.start().expect("a real broker");
        let runtime = Runtime::new().expect("a runtime");
        Self { cluster, runtime }
    }

    pub(crate) fn version(&self) -> Version {
        self.cluster.version()
    }

    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// One of the topics, and a group of its own.
    pub(crate) fn scene(&self, topic: &str) -> Scene {
        assert!(TOPICS.contains(&topic), "{topic}");
        Scene {
            client: Client::new(),
            topic: topic.to_owned(),
            group: format!("GID_{topic}"),
            namesrv_addr: self.cluster.namesrv_addr(),
        }
    }

    /// What RocketMQ's admin tool prints.
    pub(crate) fn admin(&self, arguments: &[&str]) -> String {
        let done = self.cluster.mqadmin(arguments).expect("the admin tool");
        done.output
    }

    pub(crate) fn reset(&self, scene: &Scene, time: &str) {
        let (group, topic) = (&*scene.group, &*scene.topic);
        let done = self.admin(&["resetOffsetByTime", "-g", group, "-t", topic, "-s", time]);
        assert!(
            done.contains("broker-a") && !done.contains("Exception"),
            "{done}"
        );
    }

    /// Sends so many messages; answers their ids.
    pub(crate) fn send(&self, scene: &Scene, count: usize) -> Vec<String> {
        let producer = scene.client.producer(&scene.config()).expect("a producer");
        self.run(async {
            producer.start().await.expect("started");
            let mut ids = Vec::new();
            for at in 0..count {
                let message = Message::new(&*scene.topic, format!("{at} of {count}")).tag("a");
                let sent = producer.send(message).await.expect("stored");
                ids.push(sent.message_id.into());
            }
            producer.shutdown().await;
            ids
        })
    }

    /// Waits until a client tells this of itself.
    pub(crate) fn wait_until_told(&self, scene: &Scene, client_id: &str, what: &str) {
        let arguments = ["consumerStatus", "-g", &scene.group, "-i", client_id];
        wait_until(what, || self.admin(&arguments).contains(what));
    }

    /// The id that holds where the broker keeps a message, as the admin tool wants it.
    pub(crate) fn offset_id(&self, topic: &str, message_id: &str) -> String {
        let printed = self.admin(&["printMsg", "-t", topic]);
        let line = printed.lines().find(|line| line.contains(message_id));
        let line = line.unwrap_or_else(|| panic!("no {message_id} in {printed}"));
        let offset = line.split("commitLogOffset=").nth(1).unwrap_or_default();
        let digits: String = offset.chars().take_while(char::is_ascii_digit).collect();
        let offset: u64 = digits.parse().expect("an offset");
        let address = &self.cluster.brokers()[0].address;
        let port = address
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let port: u32 = port.expect("a port");
        format!("7F000001{port:08X}{offset:016X}")
    }

    fn number(&self, request: &Request) -> Option<i64> {
        let address = &self.cluster.brokers()[0].address;
        let response = request.send(address).expect("an answer");
        let offset = response.fields["offset"].as_str()?;
        (response.code == 0).then(|| offset.parse().expect("a number"))
    }

    /// Waits until the broker has this offset of the group in the queue.
    pub(crate) fn wait_until_committed(&self, scene: &Scene, offset: i64) {
        let query = Request::new(14)
            .field("consumerGroup", &scene.group)
            .field("topic", &scene.topic)
            .field("queueId", 0);
        wait_until("an offset is committed", || {
            self.number(&query) == Some(offset)
        });
    }

    pub(crate) fn wait_until_stored(&self, topic: &str, messages: i64) {
        let query = Request::new(30).field("topic", topic).field("queueId", 0);
        wait_until("messages are stored", || {
            self.number(&query) == Some(messages)
        });
    }
}

/// What a listener was given: body and reconsume times.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<std::sync::Mutex<Vec<(String, i32)>>>);

impl Seen {
    pub(crate) fn note(&self, message: &MessageExt) {
        let body = String::from_utf8_lossy(message.body()).into_owned();
        let noted = (body, message.reconsume_times());
        self.0.lock().expect("no panic").push(noted);
    }

    fn all(&self) -> Vec<(String, i32)> {
        self.0.lock().expect("no panic").clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.all().len()
    }

    fn bodies(&self) -> Vec<String> {
        self.all().into_iter().map(|(body, _)| body).collect()
    }

    pub(crate) fn reconsume_times(&self) -> Vec<i32> {
        self.all().into_iter().map(|(_, times)| times).collect()
    }

    /// Waits for so many, and no more.
    pub(crate) fn wait_for(&self, count: usize) {
        wait_until(&format!("{count} messages"), || self.count() >= count);
        assert_eq!(self.count(), count, "{:?}", self.bodies());
    }

    pub(crate) fn wait_for_body(&self, body: &str) {
        wait_until(body, || self.bodies().iter().any(|it| it == body));
    }

    /// Whether what came from a place on came as it was sent.
    pub(crate) fn assert_in_order_from(&self, at: usize) {
        let bodies = self.bodies();
        let (first, again) = bodies.split_at(at);
        assert_eq!(first, again);
    }
}

/// What holds listeners up while it is closed.
#[derive(Clone)]
pub(crate) struct Gate(Arc<watch::Sender<bool>>);

impl Gate {
    pub(crate) fn open() -> Self {
        Self(Arc::new(watch::Sender::new(true)))
    }

    pub(crate) fn close(&self) {
        self.0.send_replace(false);
    }

    pub(crate) fn reopen(&self) {
        self.0.send_replace(true);
    }

    pub(crate) async fn pass(&self) {
        let mut open = self.0.subscribe();
        let _ = open.wait_for(|open| *open).await;
    }
}
