//! Conditions on user properties, which brokers evaluate that are configured to.

use onsmq::{Action, ErrorKind, Filter};
use onsmq_tests::Server;

use crate::support::{Scene, body, notes};

fn only_what_meets_the_condition_is_received(server: Server) {
    Scene::run(server, "condition", async |scene| {
        scene.make_topic().await;
        let consumer = scene.client.consumer(&scene.config()).expect("a consumer");
        let (note, mut notes) = notes();
        let listener = move |message| {
            let note = note.clone();
            async move {
                note.send(body(&message)).expect("a test");
                Action::CommitMessage
            }
        };
        let condition = Filter::Sql92("size > 5 AND region = 'eu'");
        consumer
            .subscribe(&scene.topic, condition, listener)
            .expect("a subscription");
        consumer.start().await.expect("started");
        let producer = scene.producer().await;
        for (size, region) in [(3, "eu"), (7, "us"), (8, "eu"), (9, "eu")] {
            let message = scene
                .message(format!("{size} {region}"))
                .property("size", size.to_string())
                .property("region", region);
            producer.send(message).await.expect("stored");
        }
        let mut came = notes.take(2).await;
        came.sort();
        assert_eq!(came, ["8 eu", "9 eu"]);
        producer.shutdown().await;
        consumer.shutdown().await;
    });
}

fn a_condition_that_cannot_be_read_is_an_error_at_start(server: Server) {
    Scene::run(server, "unreadable", async |scene| {
        scene.make_topic().await;
        let consumer = scene.client.consumer(&scene.config()).expect("a consumer");
        let inbox = consumer.inbox();
        consumer
            .subscribe_inbox(&scene.topic, Filter::Sql92("size >"), &inbox)
            .expect("brokers read it");
        let error = consumer.start().await.expect_err("no condition");
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error:?}");
        assert_eq!(error.topic(), Some(&*scene.topic));
    });
}

#[test]
fn conditions_are_evaluated_by_4_9_7() {
    only_what_meets_the_condition_is_received(Server::V4);
    a_condition_that_cannot_be_read_is_an_error_at_start(Server::V4);
}

#[test]
fn conditions_are_evaluated_by_5_3_3() {
    only_what_meets_the_condition_is_received(Server::V5);
    a_condition_that_cannot_be_read_is_an_error_at_start(Server::V5);
}
