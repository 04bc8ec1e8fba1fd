use onsmq::{Action, Config, Consumer};
use onsmq_tests::{Server, on_every_server};

use crate::support::{Notes, Scene, body, notes};

async fn member(scene: &Scene, config: &Config) -> (Consumer, Notes<String>) {
    let consumer = scene.client.consumer(config).expect("a consumer");
    let (note, notes) = notes();
    consumer
        .subscribe(&scene.topic, "all", move |message| {
            let note = note.clone();
            async move {
                note.send(body(&message)).expect("a test");
                // Not retried.
                Action::ReconsumeLater
            }
        })
        .expect("a subscription");
    consumer.start().await.expect("started");
    (consumer, notes)
}

fn each_member_gets_all_and_goes_on_after_a_restart(server: Server) {
    Scene::run(server, "broadcast", async |scene| {
        scene.make_topic().await;
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().to_str().expect("a path");
        let config = scene
            .config()
            .set("MessageModel", "BROADCASTING")
            .set("LocalOffsetStoreDir", folder);
        let producer = scene.producer().await;
        let send = async |text: &str| {
            producer
                .send(scene.message(text).tag("all"))
                .await
                .expect("stored");
        };
        let (first, mut first_notes) = member(scene, &config).await;
        let (second, mut second_notes) = member(scene, &config).await;
        for number in 0..20 {
            send(&number.to_string()).await;
        }
        for notes in [&mut first_notes, &mut second_notes] {
            let mut all = notes.take(20).await;
            all.sort_by_key(|text| text.parse::<u32>().unwrap_or_default());
            let due: Vec<_> = (0..20).map(|number| number.to_string()).collect();
            assert_eq!(all, due);
        }
        first.shutdown().await;
        second.shutdown().await;
        // What is sent while nobody is there comes afterwards, and only that.
        send("missed").await;
        let (again, mut notes) = member(scene, &config).await;
        assert_eq!(notes.next().await, "missed");
        send("last").await;
        assert_eq!(notes.next().await, "last");
        again.shutdown().await;
        producer.shutdown().await;
    });
}

/// Java's client begins a queue that it did not know at its end, and skips what is in it.
fn a_member_gets_the_first_messages_of_a_topic_that_is_made_later(server: Server) {
    Scene::run(server, "broadcast_new", async |scene| {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().to_str().expect("a path");
        let config = scene
            .config()
            .set("MessageModel", "BROADCASTING")
            .set("LocalOffsetStoreDir", folder);
        let (consumer, mut notes) = member(scene, &config).await;
        // Another client, whose topics this one does not hear of.
        let producer = onsmq::Client::new().producer(&scene.config());
        let producer = producer.expect("a producer");
        producer.start().await.expect("started");
        for number in 0..20 {
            let message = scene.message(number.to_string()).tag("all");
            producer.send(message).await.expect("stored");
        }
        let mut all = notes.take(20).await;
        all.sort_by_key(|text| text.parse::<u32>().unwrap_or_default());
        let due: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        assert_eq!(all, due);
        producer.shutdown().await;
        consumer.shutdown().await;
    });
}

on_every_server!(
    a_member_gets_the_first_messages_of_a_topic_that_is_made_later,
    each_member_gets_all_and_goes_on_after_a_restart
);
