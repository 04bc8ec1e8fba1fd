//! A dev server with a client of its console, and members of its own.

use std::time::{Duration, Instant};

use onsmq::openapi::{Answer, OpenApi, OpenApiCode};
use onsmq::{Action, Client, Config, Consumer, Error, Message, Producer, SendResult};
use onsmq_devserver::{Builder, CONSOLE_ACCESS_KEY, CONSOLE_SECRET_KEY, DevServer};
use tokio::sync::mpsc;

/// Long enough for anything that is to happen at all.
pub(crate) const LIMIT: Duration = Duration::from_secs(40);

pub(crate) struct Stage {
    pub(crate) server: DevServer,
    pub(crate) api: OpenApi,
    pub(crate) client: Client,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(DevServer::builder()).await
    }

    pub(crate) async fn with(builder: Builder) -> Self {
        let server = builder.start().await.expect("a dev server");
        let api = OpenApi::new(&account(&server)).expect("a client");
        Self {
            server,
            api,
            client: Client::new(),
        }
    }

    pub(crate) fn url(&self) -> String {
        self.server.console_url().expect("a console")
    }

    fn config(&self, group: &str) -> Config {
        Config::new()
            .set("NAMESRV_ADDR", &self.server.namesrv_addr())
            .set("GROUP_ID", group)
            .set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET")
    }

    pub(crate) async fn producer(&self) -> Producer {
        let config = self.config("GID_sender");
        let producer = self.client.producer(&config).expect("a producer");
        producer.start().await.expect("started");
        producer
    }

    /// Sends messages with a tag and a key.
    pub(crate) async fn send(&self, topic: &str, count: usize) -> Vec<SendResult> {
        let producer = self.producer().await;
        let mut sent = Vec::new();
        for number in 0..count {
            let message = Message::new(topic, format!("body {number}"));
            let message = message.tag("tag").key(format!("key-{number}"));
            sent.push(producer.send(message).await.expect("stored"));
        }
        producer.shutdown().await;
        sent
    }

    /// A consumer that notes the bodies of what it gets.
    pub(crate) async fn consumer(&self, group: &str, topic: &str) -> (Consumer, Bodies) {
        let (note, notes) = mpsc::unbounded_channel();
        let config = self.config(group);
        let consumer = self.client.consumer(&config).expect("a consumer");
        let listener = move |message: onsmq::MessageExt| {
            let body = String::from_utf8_lossy(message.body()).into_owned();
            // The test may have seen enough.
            let _ = note.send(body);
            async { Action::CommitMessage }
        };
        consumer
            .subscribe(topic, "*", listener)
            .expect("a subscription");
        consumer.start().await.expect("started");
        (consumer, Bodies(notes))
    }

    /// Waits until a group has consumed, and said so, all but `behind` messages.
    pub(crate) async fn wait_for_backlog(&self, group: &str, behind: i64) {
        let asked = async || {
            let answer = self.api.consumer().accumulate(group).await;
            let data = answer.expect("the backlog").data;
            let total = data["totalDiff"].as_i64().expect("a number");
            (total == behind).then_some(())
        };
        eventually(&format!("{group} is {behind} behind"), asked).await;
    }
}

/// The account of a server without accounts.
pub(crate) fn account(server: &DevServer) -> Config {
    Config::new()
        .set("Endpoint", &server.console_url().expect("a console"))
        .set("AccessKey", CONSOLE_ACCESS_KEY)
        .set("SecretKey", CONSOLE_SECRET_KEY)
}

/// What a listener noted.
pub(crate) struct Bodies(mpsc::UnboundedReceiver<String>);

impl Bodies {
    /// The next ones, sorted.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<String> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let next = tokio::time::timeout(LIMIT, self.0.recv()).await;
            taken.push(next.expect("within the limit").expect("a listener"));
        }
        taken.sort();
        taken
    }
}

/// Asks until there is something.
pub(crate) async fn eventually<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(begin.elapsed() < LIMIT, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The code that the console refused with.
#[track_caller]
pub(crate) fn code(asked: Result<Answer, Error>) -> OpenApiCode {
    let error = asked.expect_err("a refusal");
    error
        .openapi_code()
        .unwrap_or_else(|| panic!("no code: {error}"))
        .clone()
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
    i64::try_from(since.expect("after 1970").as_millis()).expect("a time")
}
