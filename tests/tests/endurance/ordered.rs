use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use onsmq::{Client, Config, Message, MessageExt, OrderAction, OrderConsumer, OrderProducer};
use onsmq_tests::cluster::{Cluster, Version};
use parking_lot::Mutex;
use tokio::task::JoinSet;

use crate::support::{Mortal, config, wait_for};

const SHARDS: usize = 8;
const EACH: usize = 2_500;
/// A broker gives a dead member's locks away after a minute.
const LIMIT: Duration = Duration::from_secs(150);

/// The numbers that came, by shard, in the order in which they did.
#[derive(Default)]
struct Arrived(Mutex<HashMap<usize, Vec<usize>>>);

impl Arrived {
    fn note(&self, message: &MessageExt) {
        let text = std::str::from_utf8(message.body()).expect("text");
        let (shard, number) = text.split_once(' ').expect("a shard and a number");
        let (shard, number) = (shard.parse().expect("a shard"), number.parse().expect("it"));
        self.0.lock().entry(shard).or_default().push(number);
    }

    fn count(&self) -> usize {
        self.0.lock().values().map(Vec::len).sum()
    }

    fn has_all(&self) -> bool {
        let arrived = self.0.lock();
        arrived.len() == SHARDS && arrived.values().all(|it| it.last() == Some(&(EACH - 1)))
    }

    /// Each shard went on by one, or back to what was not committed. Answers how many of all came
    /// again, and how often a shard went back.
    fn check(&self) -> (usize, usize) {
        let (mut repeated, mut back) = (0, 0);
        for (shard, numbers) in self.0.lock().iter() {
            let mut next = 0;
            for number in numbers {
                assert!(*number <= next, "shard {shard}: {number} came for {next}");
                back += usize::from(*number < next);
                next = number + 1;
            }
            repeated += numbers.len() - EACH;
        }
        (repeated, back)
    }
}

fn consumer(member: &Mortal, config: &Config, arrived: &Arc<Arrived>) -> OrderConsumer {
    let consumer = Client::new().order_consumer(config).expect("a consumer");
    let arrived = Arc::clone(arrived);
    let listener = move |message: MessageExt| {
        arrived.note(&message);
        std::future::ready(OrderAction::Success)
    };
    consumer
        .subscribe("ordered", "*", listener)
        .expect("a subscription");
    member.block_on(consumer.start()).expect("started");
    consumer
}

/// Sends a shard's messages one after another; what fails is sent again before the next.
async fn send_shard(producer: Arc<OrderProducer>, shard: usize) {
    let key = format!("shard-{shard}");
    for number in 0..EACH {
        let message = Message::new("ordered", format!("{shard} {number}"));
        while producer.send(message.clone(), &key).await.is_err() {}
    }
}

fn order_holds(version: Version) {
    let mut cluster = Cluster::builder(version)
        .topic("ordered", 8)
        .start()
        .expect("a real broker");
    let config = config(&cluster, "GID_ordered");
    let arrived = Arc::new(Arrived::default());
    let (one, two) = (Mortal::new(), Mortal::new());
    let survivor = consumer(&one, &config, &arrived);
    let victim = consumer(&two, &config, &arrived);

    let producer = Client::new().order_producer(&config).expect("a producer");
    let producer = Arc::new(producer);
    one.block_on(producer.start()).expect("started");
    let mut sends = JoinSet::new();
    for shard in 0..SHARDS {
        sends.spawn_on(send_shard(Arc::clone(&producer), shard), one.handle());
    }
    wait_for("a quarter came", LIMIT, || {
        arrived.count() > SHARDS * EACH / 4
    });
    two.die();
    std::mem::forget(victim);
    wait_for("half of it came", LIMIT, || {
        arrived.count() > SHARDS * EACH / 2
    });
    cluster.kill("broker-a").expect("killed");
    cluster.start("broker-a").expect("back again");

    one.block_on(sends.join_all());
    wait_for("all of it came", LIMIT, || arrived.has_all());
    one.block_on(async {
        survivor.shutdown().await;
        producer.shutdown().await;
    });
    let (repeated, back) = arrived.check();
    println!(
        "{version:?}: {repeated} of {} came again, in {back} steps back",
        SHARDS * EACH
    );
    // Each member that lost a queue may have left something uncommitted, and so may the producer.
    assert!(back <= 4 * SHARDS, "{back} steps back");
}

#[test]
fn order_holds_while_a_consumer_and_a_broker_of_4_9_7_die() {
    order_holds(Version::V4_9_7);
}

#[test]
fn order_holds_while_a_consumer_and_a_broker_of_5_3_3_die() {
    order_holds(Version::V5_3_3);
}
