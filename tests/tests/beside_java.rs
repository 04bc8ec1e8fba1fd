//! The vendor's Java SDK and Apache's client beside ours, on real brokers and on the dev server: what
//! one sends the other receives, and what lies on the broker is the same.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, UNIX_EPOCH};

use onsmq::{Action, Client, Config, Delivery, Message, MessageExt, TransactionStatus};
use onsmq_devserver::DevServer;
use onsmq_tests::cluster::{Cluster, Request, Version};
use onsmq_tests::java::{Sdk, Speaker, body, member};
use onsmq_tests::member::Group;
use onsmq_tests::native::{c_suite, cpp_suite};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const LIMIT: Duration = Duration::from_secs(60);
const TAG: &str = "tag";
const KEY: &str = "key";
const BODY: &str = "本文 🦀";
const PROPERTIES: [(&str, &str); 2] = [("color", "blau"), ("größe", "ß🦀")];
const SHARDS: usize = 1000;

/// A broker, and what is asked of it.
struct Scene {
    address: String,
    client: Client,
    /// It runs for as long.
    _server: Box<dyn Any>,
    runtime: Runtime,
}

/// A message as both sides show it.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    topic: String,
    id: String,
    tag: Option<String>,
    key: Option<String>,
    body: Vec<u8>,
    sharding_key: Option<String>,
    reconsume_times: i64,
    properties: BTreeMap<String, String>,
}

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
}

impl Shown {
    fn ours(message: &MessageExt) -> Self {
        Self {
            topic: message.topic().to_owned(),
            id: message.message_id(),
            tag: message.tag().map(str::to_owned),
            key: message.key().map(str::to_owned),
            body: message.body().to_vec(),
            sharding_key: message.sharding_key().map(str::to_owned),
            reconsume_times: message.reconsume_times().into(),
            properties: owned(message.user_properties()),
        }
    }

    /// Java shows what brokers add among the user's properties.
    fn javas(received: &Value) -> Self {
        let properties = received["properties"].as_object().expect("properties");
        let user = PROPERTIES.iter().filter_map(|(name, _)| {
            let value = properties.get(*name)?.as_str()?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        Self {
            topic: text(&received["topic"]).expect("a topic"),
            id: text(&received["id"]).expect("an id"),
            tag: text(&received["tag"]),
            key: text(&received["key"]),
            body: body(received),
            sharding_key: text(&received["shardingKey"]),
            reconsume_times: received["reconsumeTimes"].as_i64().expect("a number"),
            properties: user.collect(),
        }
    }

    fn expected(topic: &str, id: String, sharding_key: Option<&str>) -> Self {
        Self {
            topic: topic.to_owned(),
            id,
            tag: Some(TAG.to_owned()),
            key: Some(KEY.to_owned()),
            body: BODY.into(),
            sharding_key: sharding_key.map(str::to_owned),
            reconsume_times: 0,
            properties: owned(PROPERTIES),
        }
    }
}

fn owned<'a>(properties: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    properties.into_iter().map(owned).collect()
}

fn now() -> i64 {
    let since = UNIX_EPOCH.elapsed().expect("after 1970");
    i64::try_from(since.as_millis()).expect("this age")
}

/// What both senders are told to send.
fn command(more: &Value) -> Value {
    let mut command = json!({"tag": TAG, "key": KEY, "properties": owned(PROPERTIES)});
    let members = command.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    command
}

fn message(topic: &str) -> Message {
    let message = Message::new(topic, BODY).tag(TAG).key(KEY);
    PROPERTIES.iter().fold(message, |message, (name, value)| {
        message.property(*name, *value)
    })
}

/// The kinds of messages that both sides send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Normal,
    Ordered,
    Committed,
    Timed(i64),
}

const SHARDING_KEY: &str = "注文-7";

impl Kind {
    const fn sharding_key(self) -> Option<&'static str> {
        match self {
            Self::Ordered => Some(SHARDING_KEY),
            _ => None,
        }
    }

    fn by_java(self, java: &mut Speaker) -> String {
        let (kind, more) = match self {
            Self::Normal => ("normal", json!({})),
            Self::Ordered => ("order", json!({"shardingKey": SHARDING_KEY})),
            Self::Committed => ("transaction", json!({"outcome": "CommitTransaction"})),
            Self::Timed(time) => ("normal", json!({"startDeliverTime": time})),
        };
        java.send(kind, BODY.as_bytes(), &command(&more))
    }

    async fn by_us(self, client: &Client, config: &Config, topic: &str) -> String {
        let sent = match self {
            Self::Normal | Self::Timed(_) => {
                let producer = client.producer(config).expect("a producer");
                producer.start().await.expect("started");
                let message = match self {
                    Self::Timed(time) => message(topic).start_deliver_time(time),
                    _ => message(topic),
                };
                producer.send(message).await
            }
            Self::Ordered => {
                let producer = client.order_producer(config).expect("a producer");
                producer.start().await.expect("started");
                producer.send(message(topic), SHARDING_KEY).await
            }
            Self::Committed => {
                let unknown = async |_| TransactionStatus::Unknow;
                let producer = client
                    .transaction_producer(config, unknown)
                    .expect("a producer");
                producer.start().await.expect("started");
                let commit =
                    async |_: &_| Ok::<_, std::io::Error>(TransactionStatus::CommitTransaction);
                producer.send(message(topic), commit).await
            }
        };
        sent.expect("stored").message_id.into()
    }
}

impl Scene {
    fn start(version: Version, topics: &[(&str, u32)]) -> Self {
        let builder = Cluster::builder(version)
            .broker_config("transactionTimeOut", 1000)
            .broker_config("transactionCheckInterval", 1000);
        let builder = topics.iter().fold(builder, |builder, (topic, queues)| {
            builder.topic(*topic, *queues)
        });
        let cluster = builder.start().expect("a real broker");
        Self {
            address: cluster.namesrv_addr(),
            client: Client::new(),
            _server: Box::new(cluster),
            runtime: Runtime::new().expect("a runtime"),
        }
    }

    fn start_on_the_dev_server(topics: &[(&str, u32)]) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let builder = DevServer::builder().check_back_delay(Duration::from_secs(1));
        let server = runtime.block_on(builder.start()).expect("a port");
        for (topic, queues) in topics {
            server.create_topic(topic, *queues).expect("a topic");
        }
        Self {
            address: server.namesrv_addr(),
            client: Client::new(),
            _server: Box::new(server),
            runtime,
        }
    }

    fn config(&self, group: &str) -> Config {
        Config::new()
            .set("NAMESRV_ADDR", &self.address)
            .set("GROUP_ID", group)
            .set("SendMsgTimeoutMillis", "10000")
            .set("CheckImmunityTimeInSeconds", "1")
            .set("TimedMessageFallback", "NEAREST")
    }

    fn java(&self, sdk: Sdk, topic: &str, group: &str) -> Speaker {
        Speaker::start(sdk, &self.address, topic, group)
    }

    /// Has a group begin with the first message. Else Java, told that it has no offset, asks for the
    /// end, and passes over what was stored in between.
    fn begin_at_the_start(&self, topic: &str, group: &str) {
        let route = Request::new(105).field("topic", topic).send(&self.address);
        let route = route.expect("a name server").body;
        let route: Value = serde_json::from_slice(&route).expect("a route");
        let broker = &route["brokerDatas"][0]["brokerAddrs"]["0"];
        let broker = broker.as_str().expect("an address");
        // 5.3.3 keeps offsets of groups that have had a member.
        self.runtime.block_on(async {
            let member = self.client.consumer(&self.config(group));
            let member = member.expect("a consumer");
            let inbox = member.inbox();
            member
                .subscribe_inbox(topic, "*", &inbox)
                .expect("subscribed");
            member.start().await.expect("started");
            member.shutdown().await;
        });
        let queues = &route["queueDatas"][0]["readQueueNums"];
        for queue_id in 0..queues.as_u64().expect("a number") {
            let update = Request::new(15)
                .field("consumerGroup", group)
                .field("topic", topic)
                .field("queueId", queue_id)
                .field("commitOffset", 0);
            let answer = update.send(broker).expect("an answer");
            assert_eq!(answer.code, 0);
        }
    }

    /// Receives all of a topic until there were `count` messages.
    fn receive(&self, topic: &str, group: &str, count: usize) -> Vec<MessageExt> {
        self.runtime.block_on(async {
            let config = self
                .config(group)
                .set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET");
            let consumer = self.client.consumer(&config).expect("a consumer");
            let inbox = consumer.inbox();
            consumer
                .subscribe_inbox(topic, "*", &inbox)
                .expect("subscribed");
            consumer.start().await.expect("started");
            let mut messages = Vec::new();
            while messages.len() < count {
                let received: Vec<Delivery> = tokio::time::timeout(LIMIT, inbox.receive(32))
                    .await
                    .expect("messages within the limit");
                for delivery in received {
                    delivery.complete(Action::CommitMessage);
                    messages.push(delivery.message().clone());
                }
            }
            consumer.shutdown().await;
            messages
        })
    }
}

/// Each kind of message, sent by both, as each side receives it and as it is stored.
fn messages_are_the_same(scene: &Scene) {
    const TOPIC: &str = "kinds";
    scene.begin_at_the_start(TOPIC, "GID_java");
    let mut java = scene.java(Sdk::Vendor, TOPIC, "GID_java");
    java.consume("normal");
    let config = scene.config("GID_ours");
    // A level of 4.9.7 too.
    let kinds = [
        Kind::Normal,
        Kind::Ordered,
        Kind::Committed,
        Kind::Timed(now() + 5000),
    ];
    let mut sent = Vec::new();
    for kind in kinds {
        let by_java = kind.by_java(&mut java);
        let kind = match kind {
            Kind::Timed(_) => Kind::Timed(now() + 5000),
            kind => kind,
        };
        let by_us = kind.by_us(&scene.client, &config, TOPIC);
        sent.push((kind, by_java, scene.runtime.block_on(by_us)));
    }
    let stored = scene.receive(TOPIC, "GID_reader", 2 * sent.len());
    let stored: HashMap<_, _> = stored.iter().map(|it| (it.message_id(), it)).collect();
    let mut shown = HashMap::new();
    while shown.len() < 2 * sent.len() {
        let received = Shown::javas(&java.received());
        shown.insert(received.id.clone(), received);
    }
    for (kind, by_java, by_us) in sent {
        for id in [&by_java, &by_us] {
            let expected = Shown::expected(TOPIC, id.clone(), kind.sharding_key());
            assert_eq!(shown[id], expected, "{kind:?} at Java");
            assert_eq!(Shown::ours(stored[id]), expected, "{kind:?} here");
            assert!(
                id.len() == 32 && id.bytes().all(|it| b"0123456789ABCDEF".contains(&it)),
                "{id}"
            );
        }
        let (java, ours) = (stored[&by_java], stored[&by_us]);
        let (earlier, later) = (id_time(&by_java), id_time(&by_us));
        assert!(earlier.abs_diff(later) < 60_000, "{by_java} {by_us}");
        if kind == Kind::Ordered {
            assert_eq!(java.queue_id(), ours.queue_id());
        }
        assert_eq!(comparable(java, kind), comparable(ours, kind), "{kind:?}");
    }
    java.end();
}

/// The time in an id: ms since the month began, where it is local time.
fn id_time(id: &str) -> u32 {
    u32::from_str_radix(&id[20..28], 16).expect("digits")
}

/// All properties as they are stored, less what is each message's own.
fn comparable(message: &MessageExt, kind: Kind) -> BTreeMap<String, String> {
    let mut properties = owned(message.properties());
    let own = properties.remove("UNIQ_KEY");
    assert!(own.is_some(), "{properties:?}");
    let mut differ = vec!["PGROUP", "TRAN_PREPARED_QUEUE_OFFSET", "__transactionId__"];
    // Which queue a message was for, where any would do.
    differ.push("REAL_QID");
    // Ours tells the immunity that is configured, to the vendor's brokers and to Apache's; the
    // vendor's SDK only what an application puts on a message.
    differ.extend([
        "CheckImmunityTimeInSeconds",
        "CHECK_IMMUNITY_TIME_IN_SECONDS",
    ]);
    if matches!(kind, Kind::Timed(_)) {
        assert!(
            properties.contains_key("__STARTDELIVERTIME"),
            "{properties:?}"
        );
        let timers = |name: &String| name.starts_with("TIMER_") || name.starts_with("REAL_");
        properties.retain(|name, _| !timers(name));
        differ.extend(["__STARTDELIVERTIME", "DELAY"]);
    }
    properties.retain(|name, _| !differ.contains(&name.as_str()));
    properties
}

fn shard(number: usize) -> String {
    match number % 4 {
        0 => format!("order-{number}"),
        1 => format!("注文{number}番"),
        2 => format!("🦀{number}🚀"),
        _ => format!("{}", number * 7919),
    }
}

fn sharding_keys_have_the_same_queues(scene: &Scene) {
    const TOPIC: &str = "shards";
    let mut java = scene.java(Sdk::Vendor, TOPIC, "GID_java_shards");
    let config = scene.config("GID_ours_shards");
    for number in 0..SHARDS {
        java.send("order", b"java", &json!({"shardingKey": shard(number)}));
    }
    scene.runtime.block_on(async {
        let producer = scene.client.order_producer(&config).expect("a producer");
        producer.start().await.expect("started");
        for number in 0..SHARDS {
            let (message, key) = (Message::new(TOPIC, "ours"), shard(number));
            producer.send(message, &key).await.expect("stored");
        }
        producer.shutdown().await;
    });
    let mut queues: HashMap<String, [Option<i32>; 2]> = HashMap::new();
    for message in scene.receive(TOPIC, "GID_shards", 2 * SHARDS) {
        let key = message.sharding_key().expect("a sharding key").to_owned();
        let side = usize::from(message.body() == b"ours");
        queues.entry(key).or_default()[side] = Some(message.queue_id());
    }
    assert_eq!(queues.len(), SHARDS);
    for (key, [java, ours]) in queues {
        assert!(java.is_some() && java == ours, "{key}: {java:?} {ours:?}");
    }
    java.end();
}

/// Half messages whose producer died are decided by a producer in the other language.
fn each_answers_the_other_s_check_backs(scene: &Scene) {
    const TOPIC: &str = "checks";
    let (ours, javas) = ("GID_checks_of_ours", "GID_checks_of_java");
    let half =
        |java: &mut Speaker| java.send("transaction", b"java", &json!({"outcome": "Unknow"}));
    let mut java = scene.java(Sdk::Vendor, TOPIC, ours);
    let by_java = half(&mut java);
    java.kill();
    let (note, mut notes) = tokio::sync::mpsc::unbounded_channel();
    let unknown = async |_: &_| Ok::<_, std::io::Error>(TransactionStatus::Unknow);
    let by_us = scene.runtime.block_on(async {
        let checker = move |message: MessageExt| {
            let _ = note.send(message.message_id());
            async { TransactionStatus::CommitTransaction }
        };
        let config = scene.config(ours);
        let producer = scene
            .client
            .transaction_producer(&config, checker)
            .expect("a producer");
        producer.start().await.expect("started");
        // Brokers know who has sent to them.
        producer
            .send(Message::new(TOPIC, "known"), unknown)
            .await
            .expect("stored");
        while tokio::time::timeout(LIMIT, notes.recv())
            .await
            .expect("a check")
            != Some(by_java.clone())
        {}
        producer.shutdown().await;

        let checker = async |_| TransactionStatus::Unknow;
        let config = scene.config(javas);
        let producer = scene
            .client
            .transaction_producer(&config, checker)
            .expect("a producer");
        producer.start().await.expect("started");
        let sent = producer.send(Message::new(TOPIC, "ours"), unknown).await;
        producer.shutdown().await;
        String::from(sent.expect("stored").message_id)
    });
    let mut java = scene.java(Sdk::Vendor, TOPIC, javas);
    half(&mut java);
    while java.checked() != by_us {}
    let mut missing = vec![by_java, by_us];
    // Each was committed by the other.
    let mut count = 0;
    while !missing.is_empty() {
        count += 1;
        let received = scene.receive(TOPIC, &format!("GID_committed_{count}"), 2);
        missing.retain(|id| !received.iter().any(|it| it.message_id() == *id));
    }
    java.end();
}

fn a_mixed_group_shares_the_queues(scene: &Scene) {
    let homes = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let native = |suite: &std::path::Path| {
        let mut command = std::process::Command::new(suite);
        command.arg("member");
        command
    };
    let members = vec![
        member(&homes[0]),
        native(c_suite()),
        member(&homes[1]),
        native(cpp_suite()),
    ];
    let group = Group::start(&scene.address, "mixed", "GID_mixed", members);
    group.wait_until_divided();
    let shares = group.share(2000);
    // Two queues each.
    assert!(
        shares.iter().all(|share| (400..=600).contains(share)),
        "{shares:?}"
    );
    group.end();
}

fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids
}

/// Each kind of message that Apache's client sends comes to each kind of its consumers, and to ours.
fn apaches_client_gets_on(scene: &Scene) {
    const TOPIC: &str = "apache";
    let mut consumers = ["normal", "order", "broadcast"].map(|kind| {
        let mut java = scene.java(Sdk::Apache, TOPIC, &format!("GID_apache_{kind}"));
        java.consume(kind);
        java
    });
    let mut producer = scene.java(Sdk::Apache, TOPIC, "GID_apache_sends");
    let kinds = [
        ("normal", json!({})),
        ("order", json!({"shardingKey": SHARDING_KEY})),
        ("transaction", json!({"outcome": "COMMIT_MESSAGE"})),
        ("transaction", json!({"outcome": "UNKNOW"})),
        ("normal", json!({"delayMs": 1500})),
        ("normal", json!({"delayLevel": 1})),
        ("batch", json!({})),
    ];
    producer.send(
        "transaction",
        b"never",
        &json!({"outcome": "ROLLBACK_MESSAGE"}),
    );
    let sent = kinds.map(|(kind, more)| producer.send(kind, BODY.as_bytes(), &command(&more)));
    // Java puts an id on a batch as well, which brokers give each message of it.
    let (batch, single) = sent.split_last().expect("some");
    assert_eq!(batch.split(',').count(), 3);
    let received = scene.receive(TOPIC, "GID_apache_reader", single.len() + 3);
    assert!(received.iter().all(|it| it.body() == BODY.as_bytes()));
    let at_us = sorted(received.iter().map(MessageExt::message_id));
    assert!(single.iter().all(|id| at_us.contains(id)), "{at_us:?}");
    for java in &mut consumers {
        let received: Vec<_> = at_us.iter().map(|_| java.received()).collect();
        assert!(received.iter().all(|it| body(it) == BODY.as_bytes()));
        let at_java = sorted(received.iter().filter_map(|it| text(&it["id"])));
        assert_eq!(at_java, at_us);
    }
    producer.end();
    consumers.into_iter().for_each(Speaker::end);
}

const TOPICS: [(&str, u32); 4] = [("kinds", 4), ("shards", 8), ("checks", 2), ("mixed", 8)];

fn the_vendors_sdk_is_like_ours(scene: &Scene) {
    messages_are_the_same(scene);
    sharding_keys_have_the_same_queues(scene);
    each_answers_the_other_s_check_backs(scene);
    a_mixed_group_shares_the_queues(scene);
}

#[test]
fn the_vendors_sdk_and_ours_are_alike_on_4_9_7() {
    the_vendors_sdk_is_like_ours(&Scene::start(Version::V4_9_7, &TOPICS));
}

#[test]
fn the_vendors_sdk_and_ours_are_alike_on_5_3_3() {
    the_vendors_sdk_is_like_ours(&Scene::start(Version::V5_3_3, &TOPICS));
}

#[test]
fn the_vendors_sdk_and_ours_are_alike_on_the_dev_server() {
    the_vendors_sdk_is_like_ours(&Scene::start_on_the_dev_server(&TOPICS));
}

#[test]
fn apaches_client_gets_on_with_ours_on_5_3_3() {
    apaches_client_gets_on(&Scene::start(Version::V5_3_3, &[("apache", 4)]));
}

#[test]
fn apaches_client_takes_the_dev_server_for_a_broker() {
    apaches_client_gets_on(&Scene::start_on_the_dev_server(&[("apache", 4)]));
}
