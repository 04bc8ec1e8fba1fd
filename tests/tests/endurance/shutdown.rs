use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use onsmq::{Action, Client, Config, Message, MessageExt};
use onsmq_tests::{Server, on_every_server, unique};
use parking_lot::Mutex;
use tokio::runtime::Runtime;
use tokio::sync::watch;

const ROUNDS: usize = 100;
/// What a consumer gets, at least, before it is shut down.
const EACH: usize = 20;

/// Which rounds a message came in.
type Arrived = Arc<Mutex<HashMap<String, Vec<usize>>>>;

/// Starts a consumer in the middle of the stream, and shuts it down in the middle of its work.
async fn one_round(config: &Config, topic: &str, round: usize, arrived: &Arrived) {
    let consumer = Client::new().consumer(config).expect("a consumer");
    let (came, mut count) = watch::channel(0);
    let taker = Arc::clone(arrived);
    let listener = move |message: MessageExt| {
        let mut taker = taker.lock();
        taker.entry(message.message_id()).or_default().push(round);
        came.send_modify(|count| *count += 1);
        std::future::ready(Action::CommitMessage)
    };
    consumer
        .subscribe(topic, "*", listener)
        .expect("a subscription");
    consumer.start().await.expect("started");
    let enough = count.wait_for(|count| *count >= EACH);
    tokio::time::timeout(Duration::from_secs(60), enough)
        .await
        .unwrap_or_else(|_| panic!("round {round}: {EACH} messages did not come"))
        .expect("a listener");
    consumer.shutdown().await;
}

fn nothing_is_skipped_and_nothing_comes_again(server: Server) {
    let running = server.run();
    let (topic, group) = (unique("shutdown"), unique("GID_shutdown"));
    let config = Config::new()
        .set("NAMESRV_ADDR", running.address())
        .set("GROUP_ID", &group)
        .set("SendMsgTimeoutMillis", "10000");
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let producer = Client::new().producer(&config).expect("a producer");
        producer.start().await.expect("started");
        let sent = Arc::new(Mutex::new(HashSet::new()));
        let (stop, stopped) = watch::channel(false);
        let (stream, ids) = (topic.clone(), Arc::clone(&sent));
        let sends = tokio::spawn(async move {
            while !*stopped.borrow() {
                let result = producer.send(Message::new(&*stream, "stream")).await;
                ids.lock().insert(result.expect("stored").message_id.into());
                // A stream, not a flood: rounds take what comes while they last.
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            producer.shutdown().await;
        });
        let arrived = Arrived::default();
        for round in 0..ROUNDS {
            one_round(&config, &topic, round, &arrived).await;
        }
        stop.send_replace(true);
        sends.await.expect("no panic");
        // The last one takes what is left.
        let sent: HashSet<String> = std::mem::take(&mut *sent.lock());
        let rest = sent.len() - arrived.lock().len();
        last_round(&config, &topic, &arrived, sent.len()).await;
        let arrived = arrived.lock();
        let skipped = sent.iter().filter(|id| !arrived.contains_key(*id)).count();
        let again: Vec<_> = arrived.values().filter(|rounds| rounds.len() > 1).collect();
        println!("{server:?}: {} sent, {rest} for the last round", sent.len());
        assert_eq!(skipped, 0, "of {} messages", sent.len());
        assert!(again.is_empty(), "came again, in these rounds: {again:?}");
    });
}

/// Takes all that was sent and did not come before.
async fn last_round(config: &Config, topic: &str, arrived: &Arrived, sent: usize) {
    let consumer = Client::new().consumer(config).expect("a consumer");
    let (came, mut count) = watch::channel(arrived.lock().len());
    let taker = Arc::clone(arrived);
    let listener = move |message: MessageExt| {
        let mut taker = taker.lock();
        taker.entry(message.message_id()).or_default().push(ROUNDS);
        came.send_replace(taker.len());
        std::future::ready(Action::CommitMessage)
    };
    consumer
        .subscribe(topic, "*", listener)
        .expect("a subscription");
    consumer.start().await.expect("started");
    let all = count.wait_for(|count| *count >= sent);
    // What does not come is what the caller looks for.
    let _ = tokio::time::timeout(Duration::from_secs(60), all).await;
    consumer.shutdown().await;
}

on_every_server!(nothing_is_skipped_and_nothing_comes_again);
