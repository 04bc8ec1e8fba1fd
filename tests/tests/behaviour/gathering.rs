//! Messages that leave together are as those that leave alone.

use std::collections::HashMap;

use onsmq::{Action, Config, MessageExt, SendResult};
use onsmq_tests::{Server, on_every_server};

use crate::support::{Notes, Scene, body, notes};

const COUNT: usize = 3000;

fn each_arrives_once_as_it_was_sent(server: Server) {
    Scene::run(server, "gathered", async |scene| {
        let sent = send_at_once(scene, &scene.config()).await;
        assert_eq!(sent.len(), COUNT);
    });
}

fn in_a_namespace_as_well(server: Server) {
    Scene::run(server, "gathered_instance", async |scene| {
        let config = scene.config().set("INSTANCE_ID", "MQ_INST_1");
        let sent = send_at_once(scene, &config).await;
        assert!(sent.iter().all(|sent| *sent.topic == scene.topic));
    });
}

/// Sends many messages at once, and looks at each that arrives.
async fn send_at_once(scene: &Scene, config: &Config) -> Vec<SendResult> {
    let producer = scene.client.producer(config).expect("a producer");
    producer.start().await.expect("started");
    let make = |number: usize| {
        scene
            .message(format!("body {number}"))
            .tag(format!("tag{}", number % 7))
            .key(format!("key-{number}"))
            .property("number", number.to_string())
    };
    // Makes the topic.
    producer.send(make(COUNT)).await.expect("stored");
    let (consumer, mut arrived) = consume(scene, config).await;
    let sent = producer.send_many((0..COUNT).map(make)).await;
    let sent: Vec<_> = sent.into_iter().map(|sent| sent.expect("stored")).collect();
    let mut by_id: HashMap<_, _> = sent
        .iter()
        .map(|it| String::from(it.message_id))
        .zip(0..)
        .collect();
    while !by_id.is_empty() {
        let message = arrived.next().await;
        // The one that made the topic may come, and any may come again.
        if let Some(number) = by_id.remove(&message.message_id()) {
            assert_is(&message, number, &sent[number]);
        }
    }
    consumer.shutdown().await;
    producer.shutdown().await;
    sent
}

async fn consume(scene: &Scene, config: &Config) -> (onsmq::Consumer, Notes<MessageExt>) {
    let consumer = scene.client.consumer(config).expect("a consumer");
    let (note, notes) = notes();
    consumer
        .subscribe(&scene.topic, "*", move |message: MessageExt| {
            let note = note.clone();
            async move {
                note.send(message).expect("a test");
                Action::CommitMessage
            }
        })
        .expect("a subscription");
    consumer.start().await.expect("started");
    (consumer, notes)
}

fn assert_is(message: &MessageExt, number: usize, sent: &SendResult) {
    assert_eq!(body(message), format!("body {number}"));
    assert_eq!(message.tag(), Some(&*format!("tag{}", number % 7)));
    assert_eq!(message.key(), Some(&*format!("key-{number}")));
    assert_eq!(message.property("number"), Some(&*number.to_string()));
    assert_eq!(message.topic(), &*sent.topic);
    assert_eq!(
        (message.queue_id(), message.queue_offset()),
        (sent.queue_id, sent.queue_offset)
    );
}

on_every_server!(each_arrives_once_as_it_was_sent, in_a_namespace_as_well);
