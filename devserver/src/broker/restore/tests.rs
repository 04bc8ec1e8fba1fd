//! Brokers that come again from what was kept.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};
use onsmq_proto::message::StoredMessage;
use onsmq_proto::message::properties::{self, name};
use proptest::prelude::*;

use super::super::lookup::each_message;
use super::super::put::{Draft, Stored};
use super::super::topics::HALF;
use super::*;
use crate::Data;
use crate::DevServer;
use crate::answer::Refusal;
use crate::data::memory::Memory;
use crate::journal::Journal;
use crate::settings::Settings;
use crate::store::{NewMessage, TopicConfig};

fn address() -> SocketAddr {
    "127.0.0.1:10911".parse().expect("an address")
}

fn broker(data: &Arc<dyn Data>) -> Broker {
    let settings = Settings {
        // What is due is delivered where a test says so.
        check_back_delay: Some(Duration::from_secs(3600)),
        ..Settings::default()
    };
    let journal = Journal::new(Some(data), 0);
    Broker::new(0, address(), Arc::new(settings), journal).expect("readable")
}

/// A store, and a broker that keeps a topic there with one message in it.
fn with_one_message() -> (Arc<Memory>, Arc<dyn Data>, Broker) {
    let data = Arc::new(Memory::default());
    let kept: Arc<dyn Data> = Arc::<Memory>::clone(&data);
    let before = broker(&kept);
    before.topics.set("t", TopicConfig::new(1)).expect("kept");
    before
        .put(&mut draft(&before, "t", 0, &[]))
        .expect("stored");
    (data, kept, before)
}

/// A message on its way to a topic that is there.
fn draft<'a>(broker: &Broker, topic: &str, queue_id: i32, own: &[(&str, &str)]) -> Draft<'a> {
    let mut raw = String::new();
    for (name, value) in own {
        properties::push(&mut raw, name, value);
    }
    Draft {
        topic: broker.topics.get(topic).expect("a topic"),
        queue_id,
        properties: raw,
        message: message(b"body"),
    }
}

fn message(body: &[u8]) -> NewMessage<'_> {
    NewMessage {
        body,
        properties: "",
        tag: 0,
        flag: 0,
        sys_flag: 0,
        born_timestamp: 1,
        born_host: address(),
        reconsume_times: 0,
        prepared_transaction_offset: 0,
    }
}

fn half(broker: &Broker, id: &str) -> Result<Stored, Refusal> {
    let own = [(name::UNIQ_KEY, id), (name::PRODUCER_GROUP, "p")];
    broker.put_half(&mut draft(broker, "t", 0, &own))
}

fn decide(broker: &Broker, half: &Stored, verdict: i32) {
    let mut fields = ExtFields::new();
    fields
        .push("producerGroup", "p")
        .push("tranStateTableOffset", half.queue_offset)
        .push("commitLogOffset", half.log_offset)
        .push("commitOrRollback", verdict);
    let end = Command::request(RequestCode::END_TRANSACTION, fields, Bytes::new());
    broker.end_transaction(&end).expect("decided");
}

fn messages(broker: &Broker, topic: &str) -> Vec<StoredMessage> {
    let mut all = Vec::new();
    for queue in broker.topics.get(topic).iter().flat_map(|it| it.queues()) {
        each_message(queue, |message| {
            all.push(message);
            std::ops::ControlFlow::Continue(())
        });
    }
    all
}

/// All that a broker is to know again, in words.
fn known(broker: &Broker) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for topic in broker.topics.all() {
        known.insert(format!("{topic}"));
        for message in messages(broker, &topic.name) {
            let found = broker.log.find(message.commit_log_offset());
            assert_eq!(found.as_ref(), Some(&message), "by its address");
            known.insert(format!("{:?}", message.record()));
        }
    }
    for group in broker.groups.names() {
        known.insert(format!("group {group}"));
        for topic in broker.offsets.topics(&group) {
            let at = |queue| broker.offsets.get(&group, &topic, queue);
            let offsets = [0, 1, 2, 3].map(at);
            if offsets.iter().any(Option::is_some) {
                known.insert(format!("{group} in {topic}: {offsets:?}"));
            }
        }
    }
    for half in messages(broker, HALF) {
        if broker.halves.contains(&half) {
            known.insert(format!("undecided {:?}", half.property(name::UNIQ_KEY)));
        }
    }
    for due in broker.schedule.waiting() {
        known.insert(format!("waits {} {}", due.queue.topic(), due.offset));
    }
    known
}

fn commit(broker: &Broker, group: &str, topic: &str, queue_id: i32, offset: i64) {
    let place = Position {
        topic,
        queue_id,
        offset,
    };
    broker.groups.make_known(group).expect("kept");
    broker.offsets.commit(group, place).expect("kept");
}

#[tokio::test]
async fn every_kind_of_data_comes_back() {
    let data: Arc<dyn Data> = Arc::new(Memory::default());
    let before = broker(&data);
    before.topics.set("t", TopicConfig::new(4)).expect("kept");
    before
        .put(&mut draft(&before, "t", 3, &[(name::TAGS, "A")]))
        .expect("stored");
    before
        .put(&mut draft(&before, "t", 3, &[(name::DELAY, "3")]))
        .expect("stored");
    half(&before, "ONE").expect("stored");
    let two = half(&before, "TWO").expect("stored");
    decide(&before, &two, 8);
    commit(&before, "g", "t", 3, 1);
    let after = broker(&data);
    assert_eq!(known(&after), known(&before));
    assert_eq!(
        after.topics.get("t").map(|it| it.config),
        Some(TopicConfig::new(4))
    );
    assert_eq!(after.offsets.get("g", "t", 3), Some(1));
    let committed = messages(&after, "t");
    assert_eq!(
        committed.len(),
        2,
        "the first one, and the half that is decided"
    );
    assert_eq!(after.schedule.waiting().len(), 3);
    let next = after.put(&mut draft(&after, "t", 3, &[])).expect("stored");
    assert_eq!(next.queue_offset, 1, "it goes on");
    let taken = committed.iter().map(StoredMessage::commit_log_offset);
    assert!(taken.max() < Some(next.log_offset), "where nothing was");
}

#[tokio::test]
async fn a_message_that_waited_is_delivered_once_its_time_has_passed() {
    let data: Arc<dyn Data> = Arc::new(Memory::default());
    let before = broker(&data);
    before.topics.set("t", TopicConfig::new(1)).expect("kept");
    let due = clock::now_ms() + 40;
    let own = [(name::TIMER_DELIVER_MS, &*due.to_string())];
    before
        .put(&mut draft(&before, "t", 0, &own))
        .expect("stored");
    drop(before);
    let after = broker(&data);
    let next = after.schedule.next_due().await;
    assert!(clock::now_ms() >= due, "not before its time");
    after.deliver(&next);
    assert_eq!(messages(&after, "t").len(), 1);
    let again = broker(&data);
    assert_eq!(messages(&again, "t").len(), 1);
    assert!(again.schedule.waiting().is_empty(), "and not once more");
}

#[tokio::test]
async fn a_topic_that_is_deleted_stays_so_and_its_addresses_nobodys() {
    let data = Arc::new(Memory::default());
    let kept: Arc<dyn Data> = Arc::<Memory>::clone(&data);
    let before = broker(&kept);
    let entries = data.len();
    before.topics.set("t", TopicConfig::new(1)).expect("kept");
    let old = before
        .put(&mut draft(&before, "t", 0, &[]))
        .expect("stored");
    commit(&before, "g", "t", 0, 1);
    let gone = before.topics.get("t").expect("a topic");
    before.delete_topic("t").expect("kept");
    // A send that was under way.
    let late = gone
        .queue(0)
        .expect("a queue")
        .append(&before.log, 1, &[message(b"late")]);
    late.expect("nobody sees it");
    assert_eq!(data.len(), entries + 2, "the group, and where the log ends");
    let after = broker(&kept);
    after.topics.set("t", TopicConfig::new(1)).expect("kept");
    assert!(messages(&after, "t").is_empty());
    assert_eq!(after.offsets.get("g", "t", 0), None);
    let new = after.put(&mut draft(&after, "t", 0, &[])).expect("stored");
    assert!(new.log_offset > old.log_offset);
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_and_not_there() {
    let (data, kept, before) = with_one_message();
    let was = known(&before);
    data.fill();
    let refusal = before
        .put(&mut draft(&before, "t", 0, &[]))
        .expect_err("full");
    let text = refusal.remark().to_owned();
    let answer = refusal.into_answer();
    assert_eq!(answer.response_code(), ResponseCode::SYSTEM_ERROR);
    assert!(text.contains("cannot keep its data"), "{text}");
    let delayed = [(name::DELAY, "3")];
    before
        .put(&mut draft(&before, "t", 0, &delayed))
        .expect_err("full");
    half(&before, "ONE").expect_err("full");
    let batch = [message(b"one"), message(&[0; 100_000])];
    let queue = before.topics.get("t").and_then(|it| it.queue(0).cloned());
    queue
        .expect("a queue")
        .append(&before.log, 1, &batch)
        .expect_err("full");
    before
        .topics
        .set("u", TopicConfig::new(1))
        .expect_err("full");
    before.groups.make_known("g").expect_err("full");
    before.delete_topic("t").expect_err("full");
    before
        .put(&mut draft(&before, "t", 0, &[]))
        .expect_err("full");
    assert_eq!(known(&before), was);
    assert_eq!(known(&broker(&kept)), was);
}

#[tokio::test]
async fn a_broker_that_restarts_without_its_data_keeps_its_port_and_others_their_data() {
    let data: Arc<dyn Data> = Arc::new(Memory::default());
    let start = || {
        DevServer::builder()
            .brokers(2)
            .data(Arc::clone(&data))
            .start()
    };
    let server = start().await.expect("a server");
    server.create_topic("t", 3).expect("a topic");
    let brokers = server.brokers();
    server
        .restart_broker("broker-a", false)
        .await
        .expect("restarted");
    server.shutdown().await;
    let server = start().await.expect("a server");
    let addresses = |all: Vec<crate::BrokerInfo>| all.into_iter().map(|it| it.address).collect();
    let [before, after]: [Vec<String>; 2] = [brokers, server.brokers()].map(addresses);
    assert_eq!(before, after);
    let has_topic = |name| {
        let journal = Journal::new(Some(&data), name);
        let mut names = Vec::new();
        journal
            .topics(|name, _| names.push(name.to_owned()))
            .expect("readable");
        names == ["t"]
    };
    assert!(!has_topic(0) && has_topic(1));
    server.shutdown().await;
}

#[tokio::test]
async fn a_port_that_somebody_else_has_is_replaced() {
    let data: Arc<dyn Data> = Arc::new(Memory::default());
    let somebody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = somebody.local_addr().expect("an address").port();
    let journal = Journal::new(Some(&data), 0);
    crate::journal::check_format(&*data).expect("empty");
    journal.port_taken(port).expect("kept");
    let builder = DevServer::builder().data(Arc::clone(&data));
    let server = builder.start().await.expect("a server");
    let kept = journal.port().expect("readable").expect("a port");
    assert_ne!(kept, port);
    assert!(server.brokers()[0].address.ends_with(&format!(":{kept}")));
    server.shutdown().await;
}

#[tokio::test]
async fn data_of_another_kind_are_not_touched() {
    let foreign: Arc<dyn Data> = Arc::new(Memory::default());
    foreign.put(&[(b"a", b"b")]).expect("room");
    let other: Arc<dyn Data> = Arc::new(Memory::default());
    other
        .put(&[(b"\xff\xffformat", &[0, 0, 0, 9])])
        .expect("room");
    for (data, why) in [(foreign, "no data of a dev server"), (other, "format 9")] {
        let refused = DevServer::builder().data(data).start().await;
        let error = refused.expect_err("refused").to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn what_a_deletion_left_is_removed_and_what_is_damaged_is_told_of() {
    let (data, kept, before) = with_one_message();
    let (entries, record) = (data.len(), messages(&before, "t")[0].record().clone());
    let journal = Journal::new(Some(&kept), 0);
    let at = |topic, offset| Position {
        topic,
        queue_id: 0,
        offset,
    };
    let records = || std::iter::once(&record[..]);
    let appended = journal.appended(at("gone", 5), records(), None);
    appended.expect("room");
    assert_eq!(known(&broker(&kept)), known(&before));
    assert_eq!(data.len(), entries);
    for damaged in [records().collect(), vec![&b"no record"[..]]] {
        let appended = journal.appended(at("t", 1), damaged.into_iter(), None);
        appended.expect("room");
        let again = Broker::new(0, address(), Arc::default(), journal.clone());
        let error = again.expect_err("damaged").to_string();
        assert!(error.contains("the kept data are damaged"), "{error}");
        assert!(error.contains("offset: 1"), "{error}");
    }
}

/// Something that happens to a broker.
#[derive(Debug, Clone)]
enum Event {
    Send {
        topic: usize,
        queue: i32,
        length: usize,
    },
    Batch {
        topic: usize,
        count: usize,
    },
    Delay {
        topic: usize,
        level: usize,
    },
    Half,
    Decide {
        number: usize,
        verdict: bool,
    },
    Deliver,
    Commit {
        topic: usize,
        queue: i32,
        offset: i64,
    },
    SetTopic {
        topic: usize,
        queues: u32,
    },
    DeleteTopic {
        topic: usize,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let topic = 0..NAMES.len();
    prop_oneof![
        4 => (topic.clone(), 0..4, 0usize..30_000)
            .prop_map(|(topic, queue, length)| Event::Send { topic, queue, length }),
        2 => (topic.clone(), 1usize..20).prop_map(|(topic, count)| Event::Batch { topic, count }),
        2 => (topic.clone(), 1usize..18).prop_map(|(topic, level)| Event::Delay { topic, level }),
        1 => Just(Event::Half),
        1 => (0usize..4, any::<bool>()).prop_map(|(number, verdict)| Event::Decide { number, verdict }),
        1 => Just(Event::Deliver),
        1 => (topic.clone(), 0..4, 0i64..9)
            .prop_map(|(topic, queue, offset)| Event::Commit { topic, queue, offset }),
        1 => (topic.clone(), 1u32..5).prop_map(|(topic, queues)| Event::SetTopic { topic, queues }),
        1 => topic.prop_map(|topic| Event::DeleteTopic { topic }),
    ]
}

/// One is the beginning of another.
const NAMES: [&str; 3] = ["t", "t1", "u"];

fn happen(broker: &Broker, halves: &mut Vec<Stored>, event: &Event) {
    let queue_of = |topic: usize, queue: i32| {
        let topic = broker.topics.get(NAMES[topic])?;
        topic.queue(queue).cloned()
    };
    match *event {
        Event::Send {
            topic,
            queue,
            length,
        } => {
            if let Some(queue) = queue_of(topic, queue) {
                let body = vec![7; length];
                queue
                    .append(&broker.log, 1, &[message(&body)])
                    .expect("stored");
            }
        }
        Event::Batch { topic, count } => {
            if let Some(queue) = queue_of(topic, 0) {
                let batch = vec![message(b"one of many"); count];
                queue.append(&broker.log, 1, &batch).expect("stored");
            }
        }
        Event::Delay { topic, level } => {
            if queue_of(topic, 0).is_some() {
                let own = [(name::DELAY, &*level.to_string())];
                broker
                    .put(&mut draft(broker, NAMES[topic], 0, &own))
                    .expect("stored");
            }
        }
        Event::Half => {
            if queue_of(0, 0).is_some() {
                let id = halves.len().to_string();
                halves.push(half(broker, &id).expect("stored"));
            }
        }
        Event::Decide { number, verdict } => {
            if let (Some(half), true) = (halves.get(number), queue_of(0, 0).is_some()) {
                decide(broker, half, if verdict { 8 } else { 12 });
            }
        }
        Event::Deliver => {
            if let Some(due) = broker.schedule.take_first() {
                broker.deliver(&due);
            }
        }
        Event::Commit {
            topic,
            queue,
            offset,
        } => commit(broker, "g", NAMES[topic], queue, offset),
        Event::SetTopic { topic, queues } => {
            broker
                .topics
                .set(NAMES[topic], TopicConfig::new(queues))
                .expect("kept");
        }
        Event::DeleteTopic { topic } => {
            broker.delete_topic(NAMES[topic]).expect("kept");
        }
    }
}

proptest! {
    /// Whatever happens to a broker, the one that comes after it knows the same.
    #[test]
    fn what_comes_back_is_what_was_there(events in prop::collection::vec(event(), 1..60)) {
        let data: Arc<dyn Data> = Arc::new(Memory::default());
        let mut broker = broker(&data);
        broker.topics.set("t", TopicConfig::new(2)).expect("kept");
        let mut halves = Vec::new();
        for (number, event) in events.iter().enumerate() {
            happen(&broker, &mut halves, event);
            if number % 16 == 15 || number + 1 == events.len() {
                let again = super::tests::broker(&data);
                prop_assert_eq!(known(&again), known(&broker));
                prop_assert!(again.log.end() <= broker.log.end());
                broker = again;
            }
        }
    }
}
