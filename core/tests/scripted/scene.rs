//! A consumer of a scripted peer, up to its first pull.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use onsmq::{Client, Consumer, Inbox};
use onsmq_proto::body::{ConsumerList, HeartbeatData};
use onsmq_proto::codec::{Command, RequestCode, ResponseCode};
use onsmq_proto::message::{StoredRecord, properties};
use tokio::task::JoinHandle;

use crate::peer::{GROUP, Peer, Request, TOPIC, answer, with_fields};

pub(crate) const PULL: RequestCode = RequestCode::PULL_MESSAGE;
pub(crate) const COMMIT: RequestCode = RequestCode::UPDATE_CONSUMER_OFFSET;

/// A started consumer with one queue, whose first pull is at hand.
pub(crate) struct Scene {
    pub(crate) peer: Peer,
    pub(crate) consumer: Arc<Consumer>,
    pub(crate) inbox: Inbox,
    pub(crate) pull: Request,
}

impl Scene {
    pub(crate) async fn start(expression: &str) -> Self {
        Self::start_with(expression, &[]).await
    }

    pub(crate) async fn start_with(expression: &str, properties: &[(&str, &str)]) -> Self {
        let peer = Peer::start_with(1, &[]).await;
        let consumer = peer.consumer(properties);
        Self::run(peer, consumer, expression).await
    }

    /// A consumer that a client of the test's makes.
    pub(crate) async fn of(client: Client) -> Self {
        let peer = Peer::start_with(1, &[]).await;
        let consumer = client.consumer(&peer.config()).expect("a consumer");
        Self::run(peer, consumer, "*").await
    }

    async fn run(mut peer: Peer, consumer: Consumer, expression: &str) -> Self {
        let consumer = Arc::new(consumer);
        let inbox = consumer.inbox();
        consumer
            .subscribe_inbox(TOPIC, expression, &inbox)
            .expect("a subscription");
        let starting = {
            let consumer = Arc::clone(&consumer);
            tokio::spawn(async move { consumer.start().await })
        };
        let pull = begin(&mut peer).await;
        starting.await.expect("no panic").expect("started");
        Self {
            peer,
            consumer,
            inbox,
            pull,
        }
    }

    /// Answers the pull with a message that has a property.
    pub(crate) async fn found_with_property(&self, name: &str, value: &str) {
        let record = record(100, "T", "");
        let mut text = record.properties.to_owned();
        properties::push(&mut text, name, value);
        let record = StoredRecord {
            properties: &text,
            ..record
        };
        self.pull.reply(found(101, &[record])).await;
    }

    /// Lets a consumer go that has nothing left to commit.
    pub(crate) async fn end(mut self, ending: JoinHandle<()>) {
        let leaving = self.peer.expect(RequestCode::UNREGISTER_CLIENT).await;
        leaving.reply(answer(ResponseCode::SUCCESS, "")).await;
        ending.await.expect("no panic");
    }

    pub(crate) fn shutdown(&self) -> JoinHandle<()> {
        let consumer = Arc::clone(&self.consumer);
        tokio::spawn(async move { consumer.shutdown().await })
    }
}

/// Lets a while pass at once.
pub(crate) async fn pass(while_: Duration) {
    tokio::time::pause();
    tokio::time::advance(while_).await;
    tokio::time::resume();
}

/// A started consumer of several queues, each of which has answered a pull without a message: it
/// knows offset 150 of each, and has not committed that.
pub(crate) struct Queues {
    pub(crate) peer: Peer,
    pub(crate) consumer: Arc<Consumer>,
    pub(crate) client_id: String,
    /// The pull of each that waits for messages.
    pub(crate) pulls: Vec<Request>,
    /// Where messages would come.
    pub(crate) inbox: Inbox,
}

impl Queues {
    pub(crate) async fn start(queues: u32) -> Self {
        let mut peer = Peer::start_with(queues, &[]).await;
        let consumer = Arc::new(peer.consumer(&[]));
        let inbox = consumer.inbox();
        consumer
            .subscribe_inbox(TOPIC, "*", &inbox)
            .expect("a subscription");
        let starting = Arc::clone(&consumer);
        let starting = tokio::spawn(async move { starting.start().await });
        let (client_id, pulls) = begin_queues(&mut peer, queues as usize).await;
        starting.await.expect("no panic").expect("started");
        let mut under_way = Vec::new();
        for pull in &pulls {
            let nothing = pulled(ResponseCode::PULL_NOT_FOUND, 150, Bytes::new());
            pull.reply(nothing).await;
            under_way.push(peer.expect(PULL).await);
        }
        Self {
            peer,
            consumer,
            client_id,
            pulls: under_way,
            inbox,
        }
    }
}

/// Answers what a consumer asks before its first pull: heartbeats, members, the stored offset.
pub(crate) async fn begin(peer: &mut Peer) -> Request {
    begin_as(peer).await.1
}

/// The same for each of several queues. Answers the client's id, and the first pulls.
async fn begin_queues(peer: &mut Peer, queues: usize) -> (String, Vec<Request>) {
    let (client_id, first) = begin_as(peer).await;
    let mut pulls = vec![first];
    while pulls.len() < queues {
        let asked = peer.expect(RequestCode::QUERY_CONSUMER_OFFSET).await;
        let stored = with_fields(answer(ResponseCode::SUCCESS, ""), &[("offset", "100")]);
        asked.reply(stored).await;
        pulls.push(peer.expect(PULL).await);
    }
    (client_id, pulls)
}

async fn begin_as(peer: &mut Peer) -> (String, Request) {
    let client_id = answer_heartbeat(peer).await.client_id;
    let asked = peer.expect(RequestCode::GET_CONSUMER_LIST_BY_GROUP).await;
    assert_eq!(asked.field("consumerGroup"), GROUP);
    asked.reply(members(&[&client_id])).await;
    let asked = peer.expect(RequestCode::QUERY_CONSUMER_OFFSET).await;
    asked
        .reply(with_fields(
            answer(ResponseCode::SUCCESS, ""),
            &[("offset", "100")],
        ))
        .await;
    (client_id, peer.expect(PULL).await)
}

pub(crate) async fn answer_heartbeat(peer: &mut Peer) -> HeartbeatData {
    let heartbeat = peer.expect(RequestCode::HEART_BEAT).await;
    heartbeat.reply(answer(ResponseCode::SUCCESS, "")).await;
    HeartbeatData::decode(&heartbeat.command.body).expect("a heartbeat")
}

pub(crate) fn record(offset: i64, tag: &str, topic: &str) -> StoredRecord<'static> {
    let mut text = String::new();
    properties::push(&mut text, "UNIQ_KEY", &format!("{offset:032}"));
    properties::push(&mut text, "TAGS", tag);
    properties::push(&mut text, "RETRY_TOPIC", topic);
    StoredRecord {
        queue_id: 0,
        flag: 0,
        queue_offset: offset,
        commit_log_offset: offset * 1000,
        sys_flag: 0,
        born_timestamp: 1,
        born_host: ([127, 0, 0, 1], 1).into(),
        store_timestamp: 2,
        store_host: ([127, 0, 0, 1], 2).into(),
        reconsume_times: 0,
        prepared_transaction_offset: 0,
        body: b"body",
        topic: TOPIC,
        properties: text.leak(),
    }
}

pub(crate) fn found(next: i64, records: &[StoredRecord<'_>]) -> Command {
    let mut body = BytesMut::new();
    for record in records {
        record.encode(&mut body).expect("it fits");
    }
    pulled(ResponseCode::SUCCESS, next, body.freeze())
}

pub(crate) fn pulled(code: ResponseCode, next: i64, body: Bytes) -> Command {
    let next = next.to_string();
    let fields = [
        ("nextBeginOffset", next.as_str()),
        ("minOffset", "0"),
        ("maxOffset", "1000"),
        ("suggestWhichBrokerId", "0"),
    ];
    let mut answer = with_fields(answer(code, ""), &fields);
    answer.body = body;
    answer
}

/// The members of the group, as a broker answers.
pub(crate) fn members(ids: &[&str]) -> Command {
    let consumer_id_list = ids.iter().map(|&id| id.to_owned()).collect();
    let mut members = answer(ResponseCode::SUCCESS, "");
    let list = ConsumerList { consumer_id_list };
    members.body = serde_json::to_vec(&list).expect("a list").into();
    members
}
