//! What the tests share.

use std::time::Duration;

use onsmq::{Client, Config, Message, MessageExt, Producer};
use onsmq_tests::cluster::Request;
use onsmq_tests::{Running, Server, unique};
use serde_json::Value;
use tokio::sync::mpsc;

pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A server, a client of it, and names that are this test's own.
pub(crate) struct Scene {
    pub(crate) client: Client,
    pub(crate) topic: String,
    pub(crate) group: String,
    running: Running,
}

impl Scene {
    /// Runs a test on a server.
    pub(crate) fn run(server: Server, name: &str, test: impl AsyncFnOnce(&Self)) {
        let scene = Self {
            client: Client::new(),
            topic: unique(name),
            group: unique(&format!("GID_{name}")),
            running: server.run(),
        };
        if std::env::var_os("ONSMQ_TEST_LOG").is_some() {
            let level = tracing_subscriber::filter::LevelFilter::DEBUG;
            // Another test of this process may have done so.
            let _ = tracing_subscriber::fmt().with_max_level(level).try_init();
        }
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&scene));
    }

    pub(crate) fn config(&self) -> Config {
        Config::new()
            .set("NAMESRV_ADDR", self.running.address())
            .set("GROUP_ID", &self.group)
            .set("SendMsgTimeoutMillis", "10000")
    }

    pub(crate) fn address(&self) -> &str {
        self.running.address()
    }

    /// The address of the broker that has the topic, once that is made.
    pub(crate) fn broker(&self) -> String {
        let route = self.route().expect("a route");
        let address = &route["brokerDatas"][0]["brokerAddrs"]["0"];
        address.as_str().expect("an address").to_owned()
    }

    /// What the name server knows of the topic.
    fn route(&self) -> Option<Value> {
        let route = Request::new(105)
            .field("topic", &self.topic)
            .send(self.address())
            .expect("a name server");
        serde_json::from_slice(&route.body).ok()
    }

    pub(crate) async fn producer(&self) -> Producer {
        let producer = self.client.producer(&self.config()).expect("a producer");
        producer.start().await.expect("started");
        producer
    }

    pub(crate) fn message(&self, body: impl Into<String>) -> Message {
        Message::new(&*self.topic, body.into())
    }

    /// Makes the topic, by its first message.
    pub(crate) async fn make_topic(&self) {
        let producer = self.producer().await;
        producer
            .send(self.message("first").tag("first"))
            .await
            .expect("stored");
        producer.shutdown().await;
        // A broker tells its name server of a new topic in its own time.
        let known = async {
            while self.route().is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let known = tokio::time::timeout(LIMIT, known).await;
        known.expect("the topic is known within the limit");
    }
}

/// What a listener notes, for the test to wait for.
pub(crate) struct Notes<T>(mpsc::UnboundedReceiver<T>);

/// Where listeners note things, and who waits for them.
pub(crate) fn notes<T>() -> (mpsc::UnboundedSender<T>, Notes<T>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (sender, Notes(receiver))
}

impl<T> Notes<T> {
    pub(crate) async fn next(&mut self) -> T {
        let next = tokio::time::timeout(LIMIT, self.0.recv()).await;
        next.expect("a note within the limit").expect("a listener")
    }

    pub(crate) async fn take(&mut self, count: usize) -> Vec<T> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            taken.push(self.next().await);
        }
        taken
    }
}

pub(crate) fn body(message: &MessageExt) -> String {
    String::from_utf8_lossy(message.body()).into_owned()
}
