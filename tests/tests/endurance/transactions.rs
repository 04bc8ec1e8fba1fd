use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use onsmq::{Action, Client, Config, Message, MessageExt, TransactionProducer, TransactionStatus};
use onsmq_tests::cluster::{Cluster, Version};
use parking_lot::Mutex;
use tokio::task::JoinSet;

use crate::support::{Mortal, config, wait_for};

const MESSAGES: usize = 1_000;
const TASKS: usize = 10;
const LIMIT: Duration = Duration::from_secs(120);

/// What the executer says of a message, and what the checker says of it.
fn outcome(number: usize) -> (TransactionStatus, TransactionStatus) {
    use TransactionStatus::{CommitTransaction, RollbackTransaction, Unknow};
    // Scattered, and the same in each run.
    match (number * 2_654_435_761) >> 7 & 3 {
        0 => (CommitTransaction, CommitTransaction),
        1 => (RollbackTransaction, RollbackTransaction),
        2 => (Unknow, CommitTransaction),
        _ => (Unknow, RollbackTransaction),
    }
}

fn is_committed(number: usize) -> bool {
    outcome(number).1 == TransactionStatus::CommitTransaction
}

fn number(message: &MessageExt) -> usize {
    let text = std::str::from_utf8(message.body()).expect("text");
    text.parse().expect("a number")
}

fn producer(member: &Mortal, config: &Config) -> Arc<TransactionProducer> {
    let checker = async |message| outcome(number(&message)).1;
    let producer = Client::new().transaction_producer(config, checker);
    let producer = Arc::new(producer.expect("a producer"));
    member.block_on(producer.start()).expect("started");
    producer
}

/// Sends from many tasks, and notes whose half message is stored for certain.
fn send(
    member: &Mortal,
    producer: &Arc<TransactionProducer>,
    numbers: std::ops::Range<usize>,
    stored: &Arc<Mutex<HashSet<usize>>>,
) -> JoinSet<()> {
    let mut sends = JoinSet::new();
    for task in 0..TASKS {
        let (producer, stored) = (Arc::clone(producer), Arc::clone(stored));
        let numbers = numbers.clone().skip(task).step_by(TASKS);
        let send = async move {
            for number in numbers {
                let message = Message::new("transactions", number.to_string());
                let execute = async |_: &_| {
                    stored.lock().insert(number);
                    Ok::<_, Infallible>(outcome(number).0)
                };
                let _ = producer.send(message, execute).await;
            }
        };
        sends.spawn_on(send, member.handle());
    }
    sends
}

fn only_what_is_committed_arrives(version: Version) {
    let cluster = Cluster::builder(version)
        .topic("transactions", 8)
        .start()
        .expect("a real broker");
    let config = config(&cluster, "GID_transactions").set("CheckImmunityTimeInSeconds", "1");
    let (victim, survivor) = (Mortal::new(), Mortal::new());
    let arrived = Arc::new(Mutex::new(HashSet::new()));
    let consumer = Client::new().consumer(&config).expect("a consumer");
    let taker = Arc::clone(&arrived);
    let listener = move |message: MessageExt| {
        taker.lock().insert(number(&message));
        std::future::ready(Action::CommitMessage)
    };
    consumer
        .subscribe("transactions", "*", listener)
        .expect("a subscription");
    survivor.block_on(consumer.start()).expect("started");

    let stored = Arc::new(Mutex::new(HashSet::new()));
    let first = producer(&victim, &config);
    let sends = send(&victim, &first, 0..MESSAGES / 2, &stored);
    wait_for("a quarter is sent", LIMIT, || {
        stored.lock().len() > MESSAGES / 4
    });
    std::mem::forget((sends, first));
    victim.die();

    let second = producer(&survivor, &config);
    let sends = send(&survivor, &second, MESSAGES / 2..MESSAGES, &stored);
    survivor.block_on(sends.join_all());
    let due: HashSet<usize> = stored
        .lock()
        .iter()
        .copied()
        .filter(|it| is_committed(*it))
        .collect();
    assert!(due.len() > MESSAGES / 4, "only {} are due", due.len());
    wait_for("all that is committed came", LIMIT, || {
        due.is_subset(&arrived.lock())
    });
    survivor.block_on(async {
        second.shutdown().await;
        consumer.shutdown().await;
    });
    let arrived = arrived.lock();
    let wrong: Vec<_> = arrived.iter().filter(|it| !is_committed(**it)).collect();
    assert!(wrong.is_empty(), "rolled back, and arrived: {wrong:?}");
    // Those were stored when the producer died, before it could know.
    let unnoticed = arrived.difference(&due).count();
    println!(
        "{version:?}: {} committed of {MESSAGES}, {unnoticed} unnoticed",
        due.len()
    );
    assert!(unnoticed <= TASKS, "{unnoticed} that nobody sent");
}

#[test]
fn what_a_dead_producer_left_on_4_9_7_is_decided() {
    only_what_is_committed_arrives(Version::V4_9_7);
}

#[test]
fn what_a_dead_producer_left_on_5_3_3_is_decided() {
    only_what_is_committed_arrives(Version::V5_3_3);
}
