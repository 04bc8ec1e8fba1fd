use std::time::{SystemTime, UNIX_EPOCH};

use onsmq::{Action, ErrorKind};
use onsmq_tests::{Server, on_every_server};

use crate::support::{Scene, body, notes};

fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    i64::try_from(since.as_millis()).expect("a time")
}

fn timed_messages_come_at_their_time(server: Server) {
    Scene::run(server, "timed", async |scene| {
        scene.make_topic().await;
        let consumer = scene.client.consumer(&scene.config()).expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "timed", move |message| {
                let note = note.clone();
                async move {
                    let due = message.start_deliver_time();
                    note.send((body(&message), due, now())).expect("a test");
                    Action::CommitMessage
                }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        let producer = scene.producer().await;
        // What is past means now; 5 s is a level of old brokers too.
        let due = now() + 5000;
        for (text, time) in [("later", due), ("past", now() - 1000)] {
            let message = scene.message(text).tag("timed").start_deliver_time(time);
            producer.send(message).await.expect("stored");
        }
        assert_eq!(notes.next().await.0, "past");
        let (text, kept, came) = notes.next().await;
        assert_eq!((text.as_str(), kept), ("later", Some(due)));
        // Real brokers are a second exact.
        assert!(
            came >= due - 1200 && came < due + 5000,
            "{} ms late",
            came - due
        );
        producer.shutdown().await;
        consumer.shutdown().await;
    });
}

on_every_server!(timed_messages_come_at_their_time);

/// Never delivered at once in silence: an error, or what the broker itself says.
#[test]
fn a_time_that_a_broker_cannot_meet_is_an_error() {
    for (server, days, kind) in [
        (Server::V4, 0.3, ErrorKind::IllegalMessage),
        (Server::V5, 4.0, ErrorKind::IllegalMessage),
        (Server::V5, 41.0, ErrorKind::IllegalMessage),
    ] {
        Scene::run(server, "untimely", async |scene| {
            scene.make_topic().await;
            let producer = scene.producer().await;
            let time = now() + (days * 86_400_000.0) as i64;
            let message = scene.message("body").start_deliver_time(time);
            let error = producer.send(message).await.expect_err("no such time");
            assert_eq!(error.kind(), kind, "{error}");
            producer.shutdown().await;
        });
    }
}

#[test]
fn an_old_broker_takes_its_nearest_level_when_asked() {
    Scene::run(Server::V4, "nearest", async |scene| {
        scene.make_topic().await;
        let config = scene.config().set("TimedMessageFallback", "NEAREST");
        let producer = scene.client.producer(&config).expect("a producer");
        producer.start().await.expect("started");
        let message = scene.message("body").start_deliver_time(now() + 7000);
        producer.send(message).await.expect("stored");
        producer.shutdown().await;
    });
}
