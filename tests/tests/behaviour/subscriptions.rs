//! Subscriptions that come and go while others wait for the same topic.

use onsmq::Action;
use onsmq_tests::{Server, on_every_server};

use crate::support::{LIMIT, Scene};

fn a_missing_topic_is_waited_for_while_one_consumer_wants_it(server: Server) {
    Scene::run(server, "awaited", async |scene| {
        let mut consumers = Vec::new();
        for name in ["first", "second"] {
            let group = format!("{}_{name}", scene.group);
            let config = scene.config().set("GROUP_ID", &group);
            let config = config.set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET");
            let consumer = scene.client.consumer(&config).expect("a consumer");
            let inbox = consumer.inbox();
            consumer
                .subscribe_inbox(&scene.topic, "*", &inbox)
                .expect("a subscription");
            consumer.start().await.expect("started");
            consumers.push((consumer, inbox));
        }
        consumers[0].0.unsubscribe(&scene.topic).expect("it was");
        scene.make_topic().await;
        let received = tokio::time::timeout(LIMIT, consumers[1].1.receive(1)).await;
        let delivery = received.expect("in time").remove(0);
        assert_eq!(delivery.message().body(), b"first");
        delivery.complete(Action::CommitMessage);
        for (consumer, _) in consumers {
            consumer.shutdown().await;
        }
    });
}

on_every_server!(a_missing_topic_is_waited_for_while_one_consumer_wants_it);
