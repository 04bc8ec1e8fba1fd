use onsmq::Action;
use onsmq_tests::Server;

use crate::support::{Scene, body, notes};

/// The dev server has no such port.
fn sends_go_through_the_vip_channel(server: Server) {
    Scene::run(server, "vip", async |scene| {
        scene.make_topic().await;
        let config = scene.config().set("isVipChannelEnabled", "true");
        let producer = scene.client.producer(&config).expect("a producer");
        producer.start().await.expect("started");
        let consumer = scene.client.consumer(&config).expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "vip", move |message| {
                let sent = note.send(body(&message));
                async move {
                    sent.expect("a test");
                    Action::CommitMessage
                }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        let message = |text: &str| scene.message(text).tag("vip");
        producer.send(message("answered")).await.expect("stored");
        let oneway = producer.send_oneway(message("one-way")).await;
        oneway.expect("on its way");
        let mut all = notes.take(2).await;
        all.sort();
        assert_eq!(all, ["answered", "one-way"]);
        producer.shutdown().await;
        consumer.shutdown().await;
    });
}

#[test]
fn sends_go_through_the_vip_channel_of_4_9_7() {
    sends_go_through_the_vip_channel(Server::V4);
}

#[test]
fn sends_go_through_the_vip_channel_of_5_3_3() {
    sends_go_through_the_vip_channel(Server::V5);
}
