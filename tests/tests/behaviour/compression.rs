use onsmq::{Action, OrderAction};
use onsmq_tests::cluster::Request;
use onsmq_tests::java::{Sdk, Speaker, body as javas_body};
use onsmq_tests::{Server, on_every_server};
use serde_json::json;

use crate::support::{LIMIT, Scene, body, notes};

/// Text that compresses well, over every limit.
fn text() -> String {
    (0..20_000).map(|number| format!("{number}\n")).collect()
}

fn large_bodies_come_back(server: Server) {
    Scene::run(server, "compressed", async |scene| {
        scene.make_topic().await;
        let consumer = scene.client.consumer(&scene.config()).expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "large", move |message| {
                note.send(body(&message)).expect("a test");
                async { Action::CommitMessage }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        for algorithm in ["ZLIB", "LZ4", "ZSTD"] {
            let config = scene.config().set("CompressType", algorithm);
            let producer = scene.client.producer(&config).expect("a producer");
            producer.start().await.expect("started");
            let message = scene.message(text()).tag("large");
            producer.send(message).await.expect("stored");
            producer.shutdown().await;
            assert!(notes.next().await == text(), "{algorithm}");
        }
        consumer.shutdown().await;
    });
}

/// A body that is marked as compressed and is not, in each queue.
fn send_unreadable(scene: &Scene) {
    let broker = scene.broker();
    for queue in 0..4 {
        let sent = Request::new(310)
            .field("a", "GID_tests")
            .field("b", &scene.topic)
            .field("c", "TBW102")
            .field("d", 4)
            .field("e", queue)
            .field("f", 1)
            .field("g", 1_700_000_000_000_u64)
            .field("h", 0)
            .field("i", "TAGS\u{1}unreadable\u{2}UNIQ_KEY\u{1}id\u{2}")
            .field("j", 0)
            .field("k", false)
            .field("m", false)
            .body("no zlib")
            .send(&broker)
            .expect("an answer");
        assert_eq!(sent.code, 0, "{}", sent.remark);
    }
}

/// How many messages the dead-letter topic of the scene's group has.
fn dead_letters(scene: &Scene) -> u64 {
    let asked = Request::new(30)
        .field("topic", format!("%DLQ%{}", scene.group))
        .field("queueId", 0)
        .send(&scene.broker())
        .expect("an answer");
    // The topic is made with its first message.
    asked.fields["offset"]
        .as_str()
        .and_then(|it| it.parse().ok())
        .unwrap_or_default()
}

async fn wait_for_dead_letters(scene: &Scene, count: u64) {
    let waiting = async {
        while dead_letters(scene) < count {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(LIMIT, waiting)
        .await
        .expect("dead letters within the limit");
}

fn what_cannot_be_decompressed_is_a_dead_letter_and_holds_up_nothing(server: Server) {
    Scene::run(server, "unreadable", async |scene| {
        scene.make_topic().await;
        let config = scene.config().set("MaxReconsumeTimes", "0");
        let consumer = scene.client.consumer(&config).expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "unreadable || good", move |message| {
                note.send(body(&message)).expect("a test");
                async { Action::CommitMessage }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        send_unreadable(scene);
        let producer = scene.producer().await;
        for number in 0..8 {
            let message = scene.message(number.to_string()).tag("good");
            producer.send(message).await.expect("stored");
        }
        let mut good = notes.take(8).await;
        good.sort();
        assert_eq!(good, ["0", "1", "2", "3", "4", "5", "6", "7"]);
        wait_for_dead_letters(scene, 4).await;
        producer.shutdown().await;
        consumer.shutdown().await;
    });
}

fn nor_does_it_hold_up_what_is_consumed_in_order(server: Server) {
    Scene::run(server, "unreadable_in_order", async |scene| {
        scene.make_topic().await;
        let consumer = scene
            .client
            .order_consumer(&scene.config())
            .expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "unreadable || good", move |message| {
                note.send(body(&message)).expect("a test");
                async { OrderAction::Success }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        send_unreadable(scene);
        let producer = scene
            .client
            .order_producer(&scene.config())
            .expect("a producer");
        producer.start().await.expect("started");
        let message = scene.message("good").tag("good");
        producer.send(message, "shard").await.expect("stored");
        assert_eq!(notes.next().await, "good");
        wait_for_dead_letters(scene, 4).await;
        producer.shutdown().await;
        consumer.shutdown().await;
    });
}

on_every_server!(
    large_bodies_come_back,
    what_cannot_be_decompressed_is_a_dead_letter_and_holds_up_nothing,
    nor_does_it_hold_up_what_is_consumed_in_order,
);

/// Apache's client 5.3.3 sends and receives each algorithm, whatever the broker.
fn javas_large_bodies(server: Server) {
    Scene::run(server, "javas_compressed", async |scene| {
        scene.make_topic().await;
        let consumer = scene.client.consumer(&scene.config()).expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "large", move |message| {
                note.send((message.message_id(), body(&message)))
                    .expect("a test");
                async { Action::CommitMessage }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        let group = format!("{}_java", scene.group);
        let mut java = Speaker::start(Sdk::Apache, scene.address(), &scene.topic, &group);
        java.consume("normal");
        for (algorithm, kind) in [("ZLIB", 0), ("LZ4", 1), ("ZSTD", 2)] {
            let more = json!({"tag": "large", "compression": algorithm});
            let by_java = java.send("normal", text().as_bytes(), &more);
            assert!(
                notes.next().await == (by_java, text()),
                "{algorithm} by Java"
            );

            let config = scene.config().set("CompressType", algorithm);
            let producer = scene.client.producer(&config).expect("a producer");
            producer.start().await.expect("started");
            let message = scene.message(text()).tag("large");
            let sent = producer.send(message).await.expect("stored");
            let by_us = String::from(sent.message_id);
            producer.shutdown().await;
            assert!(
                notes.next().await == (by_us.clone(), text()),
                "{algorithm} by us"
            );
            let received = loop {
                let received = java.received();
                if received["id"] == by_us {
                    break received;
                }
            };
            assert!(
                javas_body(&received) == text().as_bytes(),
                "{algorithm} at Java"
            );
            // Java leaves the bits of the type behind.
            let flag = received["sysFlag"].as_i64().expect("a number");
            assert_eq!(flag >> 8 & 7, kind, "{algorithm}");
        }
        java.end();
        consumer.shutdown().await;
    });
}

#[test]
fn apaches_client_and_ours_read_each_other_s_large_bodies_on_4_9_7() {
    javas_large_bodies(Server::V4);
}

#[test]
fn apaches_client_and_ours_read_each_other_s_large_bodies_on_5_3_3() {
    javas_large_bodies(Server::V5);
}
