use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use onsmq::{OrderAction, OrderConsumer};
use onsmq_tests::{Server, on_every_server};

use crate::support::{Scene, body, notes};

fn messages_of_a_shard_come_in_order_and_one_at_a_time(server: Server) {
    Scene::run(server, "ordered", async |scene| {
        scene.make_topic().await;
        let consumer = scene
            .client
            .order_consumer(&scene.config())
            .expect("a consumer");
        let (note, mut notes) = notes();
        let running: Arc<std::sync::Mutex<HashMap<i32, usize>>> = Arc::default();
        consumer
            .subscribe(&scene.topic, "shard", move |message| {
                let (note, running) = (note.clone(), Arc::clone(&running));
                let queue = message.queue_id();
                {
                    let mut running = running.lock().expect("a lock");
                    let count = running.entry(queue).or_default();
                    *count += 1;
                    assert_eq!(*count, 1, "two calls at once for queue {queue}");
                }
                async move {
                    tokio::task::yield_now().await;
                    *running.lock().expect("a lock").entry(queue).or_default() -= 1;
                    note.send((
                        message.sharding_key().map(str::to_owned),
                        body(&message),
                        queue,
                    ))
                    .expect("a test");
                    OrderAction::Success
                }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        let producer = scene
            .client
            .order_producer(&scene.config())
            .expect("a producer");
        producer.start().await.expect("started");
        let mut queues: HashMap<String, i32> = HashMap::new();
        for number in 0..100 {
            for shard in ["a", "b", "订单-😀"] {
                let message = scene.message(number.to_string()).tag("shard");
                let sent = producer.send(message, shard).await.expect("stored");
                let queue = *queues.entry(shard.to_owned()).or_insert(sent.queue_id);
                assert_eq!(sent.queue_id, queue, "shard {shard} changed its queue");
            }
        }
        let mut next: HashMap<String, usize> = HashMap::new();
        for (shard, number, queue) in notes.take(300).await {
            let shard = shard.expect("a sharding key");
            assert_eq!(queues[&shard], queue);
            let due = next.entry(shard).or_default();
            assert_eq!(number, due.to_string());
            *due += 1;
        }
        consumer.shutdown().await;
        producer.shutdown().await;
    });
}

fn a_suspended_message_comes_again_before_the_next_and_then_is_a_dead_letter(server: Server) {
    Scene::run(server, "suspended", async |scene| {
        scene.make_topic().await;
        let config = scene
            .config()
            .set("MaxReconsumeTimes", "1")
            .set("suspendTimeMillis", "50");
        let consumer = scene.client.order_consumer(&config).expect("a consumer");
        let (note, mut notes_) = notes();
        consumer
            .subscribe(&scene.topic, "shard", move |message| {
                let note = note.clone();
                async move {
                    note.send((body(&message), message.reconsume_times()))
                        .expect("a test");
                    match body(&message).as_str() {
                        "bad" => OrderAction::Suspend,
                        _ => OrderAction::Success,
                    }
                }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        let producer = scene
            .client
            .order_producer(&scene.config())
            .expect("a producer");
        producer.start().await.expect("started");
        for text in ["good", "bad", "after"] {
            producer
                .send(scene.message(text).tag("shard"), "one")
                .await
                .expect("stored");
        }
        let due = [("good", 0), ("bad", 0), ("bad", 1), ("after", 0)];
        let due = due.map(|(text, times)| (text.to_owned(), times));
        assert_eq!(notes_.take(4).await, due);
        consumer.shutdown().await;

        // The dead letter can be consumed like any message, and has kept its parts. 4.9.7 has it
        // wait for the delay level that Java gives it, 30 s.
        let dead = dead_letters(scene).await;
        assert_eq!((dead.0.as_str(), dead.1.as_deref()), ("bad", Some("one")));
        producer.shutdown().await;
    });
}

/// The first dead letter of the scene's group: its body and sharding key.
async fn dead_letters(scene: &Scene) -> (String, Option<String>) {
    let config = scene
        .config()
        .set("GROUP_ID", &format!("{}_dlq", scene.group));
    let config = config.set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET");
    let consumer = scene.client.consumer(&config).expect("a consumer");
    let (note, mut notes) = notes();
    consumer
        .subscribe(&format!("%DLQ%{}", scene.group), "*", move |message| {
            let note = note.clone();
            async move {
                let key = message.sharding_key().map(str::to_owned);
                note.send((body(&message), key)).expect("a test");
                onsmq::Action::CommitMessage
            }
        })
        .expect("a subscription");
    consumer.start().await.expect("started");
    let dead = notes.next().await;
    consumer.shutdown().await;
    dead
}

/// Whatever comes to the queue meanwhile.
fn a_pause_lasts_as_long_as_it_is_to(server: Server) {
    Scene::run(server, "pause", async |scene| {
        scene.make_topic().await;
        let config = scene.config().set("suspendTimeMillis", "1000");
        let consumer = scene.client.order_consumer(&config).expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "shard", move |message| {
                let note = note.clone();
                async move {
                    let times = message.reconsume_times();
                    note.send((body(&message), times, Instant::now()))
                        .expect("a test");
                    match body(&message) == "bad" && times < 2 {
                        true => OrderAction::Suspend,
                        false => OrderAction::Success,
                    }
                }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        let producer = scene
            .client
            .order_producer(&scene.config())
            .expect("a producer");
        producer.start().await.expect("started");
        let send = async |text: &str| {
            let message = scene.message(text).tag("shard");
            producer.send(message, "one").await.expect("stored");
        };
        send("bad").await;
        let mut last = notes.next().await;
        for _ in 0..10 {
            send("other").await;
        }
        for times in 1..3 {
            let (text, count, at) = notes.next().await;
            assert_eq!((text.as_str(), count), ("bad", times));
            let pause = at - last.2;
            assert!(pause >= Duration::from_millis(990), "{pause:?}");
            last.2 = at;
        }
        assert_eq!(notes.next().await.0, "other");
        consumer.shutdown().await;
        producer.shutdown().await;
    });
}

fn a_suspended_queue_leaves_the_others_their_room(server: Server) {
    Scene::run(server, "room", async |scene| {
        scene.make_topic().await;
        let producer = scene
            .client
            .order_producer(&scene.config())
            .expect("a producer");
        producer.start().await.expect("started");
        // More than may be held, of each; the shards have queues of their own.
        let mut queues = HashSet::new();
        for shard in ["stuck", "a"] {
            for number in 0..200 {
                let message = scene.message(number.to_string()).tag(shard);
                let sent = producer.send(message, shard).await.expect("stored");
                queues.insert(sent.queue_id);
            }
        }
        assert_eq!(queues.len(), 2);
        let config = scene.config().set("maxCachedMessageAmount", "100");
        let config = config
            .set("suspendTimeMillis", "30000")
            .set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET");
        let consumer = scene.client.order_consumer(&config).expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "stuck || a", move |message| {
                let note = note.clone();
                async move {
                    if message.tag() == Some("stuck") {
                        return OrderAction::Suspend;
                    }
                    note.send(body(&message)).expect("a test");
                    OrderAction::Success
                }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        let due: Vec<_> = (0..200).map(|number| number.to_string()).collect();
        assert_eq!(notes.take(200).await, due);
        consumer.shutdown().await;
        producer.shutdown().await;
    });
}

/// Two members; one leaves in the middle, the other goes on where it stopped.
fn order_holds_while_members_come_and_go(server: Server) {
    Scene::run(server, "handover", async |scene| {
        scene.make_topic().await;
        let (note, mut notes) = notes();
        let start = async |calls: Arc<AtomicUsize>| -> OrderConsumer {
            let consumer = scene
                .client
                .order_consumer(&scene.config())
                .expect("a consumer");
            let note = note.clone();
            consumer
                .subscribe(&scene.topic, "shard", move |message| {
                    calls.fetch_add(1, Ordering::Relaxed);
                    let note = note.clone();
                    async move {
                        let key = message.sharding_key().unwrap_or_default().to_owned();
                        note.send((key, body(&message))).expect("a test");
                        OrderAction::Success
                    }
                })
                .expect("a subscription");
            consumer.start().await.expect("started");
            consumer
        };
        let (first_calls, second_calls) = (Arc::default(), Arc::default());
        let first = start(Arc::clone(&first_calls)).await;
        let producer = scene
            .client
            .order_producer(&scene.config())
            .expect("a producer");
        producer.start().await.expect("started");
        let mut second = None;
        for number in 0..400 {
            if number == 100 {
                second = Some(start(Arc::clone(&second_calls)).await);
            }
            if number == 250 {
                first.shutdown().await;
            }
            let shard = format!("shard-{}", number % 8);
            let message = scene.message((number / 8).to_string()).tag("shard");
            producer.send(message, &shard).await.expect("stored");
        }
        let mut next: HashMap<String, usize> = HashMap::new();
        for (shard, number) in notes.take(400).await {
            let due = next.entry(shard.clone()).or_default();
            assert_eq!(number, due.to_string(), "{shard}");
            *due += 1;
        }
        assert!(first_calls.load(Ordering::Relaxed) > 0);
        assert!(second_calls.load(Ordering::Relaxed) > 0);
        second.expect("a second member").shutdown().await;
        producer.shutdown().await;
    });
}

on_every_server!(
    messages_of_a_shard_come_in_order_and_one_at_a_time,
    a_suspended_message_comes_again_before_the_next_and_then_is_a_dead_letter,
    order_holds_while_members_come_and_go,
    a_pause_lasts_as_long_as_it_is_to,
    a_suspended_queue_leaves_the_others_their_room,
);
