//! What takes longer than ConsumeTimeout, whose unit is the minute: it is waited for.

use std::time::Duration;

use onsmq::{Action, Client, Delivery, Inbox, Message};
use onsmq_tests::cluster::{Request, Version};
use onsmq_tests::{Server, unique};
use tokio::runtime::Runtime;

/// A minute, half a one until the consumer looks again, 10 s until the broker brings it, and more.
const LIMIT: Duration = Duration::from_secs(180);
const GET_ROUTE: i64 = 105;
const GET_MAX_OFFSET: i64 = 30;

async fn receive(inbox: &Inbox) -> Delivery {
    let received = tokio::time::timeout(LIMIT, inbox.receive(1)).await;
    received.expect("a message in time").remove(0)
}

/// How many messages came again for a group.
fn retries(namesrv: &str, topic: &str, group: &str) -> u64 {
    let route = Request::new(GET_ROUTE).field("topic", topic).send(namesrv);
    let route = route.expect("a name server").body;
    let route: serde_json::Value = serde_json::from_slice(&route).expect("a route");
    let broker = &route["brokerDatas"][0]["brokerAddrs"]["0"];
    let request = Request::new(GET_MAX_OFFSET)
        .field("topic", format!("%RETRY%{group}"))
        .field("queueId", 0);
    let answer = request.send(broker.as_str().expect("an address"));
    let fields = answer.expect("a broker").fields;
    let offset = fields["offset"].as_str().expect("an offset");
    offset.parse().expect("a number")
}

fn what_takes_too_long_comes_again_and_its_late_answer_is_ignored(version: Version) {
    let server = match version {
        Version::V4_9_7 => Server::V4.run(),
        Version::V5_3_3 => Server::V5.run(),
    };
    let (topic, group) = (unique("late"), unique("GID_late"));
    let config = onsmq::Config::new()
        .set("NAMESRV_ADDR", server.address())
        .set("GROUP_ID", &group)
        .set("SendMsgTimeoutMillis", "10000")
        .set("ConsumeTimeout", "1");
    Runtime::new().expect("a runtime").block_on(async {
        let client = Client::new();
        let producer = client.producer(&config).expect("a producer");
        producer.start().await.expect("started");
        let send = async |body: &'static str| {
            let message = Message::new(&*topic, body).tag("late");
            producer.send(message).await.expect("stored");
        };
        let consumer = client.consumer(&config).expect("a consumer");
        let inbox = consumer.inbox();
        consumer
            .subscribe_inbox(&topic, "late", &inbox)
            .expect("a subscription");
        consumer.start().await.expect("started");
        send("late").await;
        let first = receive(&inbox).await;
        assert_eq!(first.message().reconsume_times(), 0);
        let again = receive(&inbox).await;
        assert_eq!(again.message().message_id(), first.message().message_id());
        assert_eq!(again.message().reconsume_times(), 1);
        assert!(again.complete(Action::CommitMessage));
        assert_eq!(retries(server.address(), &topic, &group), 1);

        // Too late: the message is not sent back twice. The next one would come after it.
        assert!(first.complete(Action::ReconsumeLater));
        send("next").await;
        let next = receive(&inbox).await;
        assert_eq!(next.message().body(), b"next");
        assert!(next.complete(Action::ReconsumeLater));
        let last = receive(&inbox).await;
        assert_eq!(last.message().body(), b"next");
        assert!(last.complete(Action::CommitMessage));
        assert_eq!(retries(server.address(), &topic, &group), 2);
        consumer.shutdown().await;
        producer.shutdown().await;
    });
}

#[test]
fn what_takes_too_long_comes_again_and_its_late_answer_is_ignored_with_4_9_7() {
    what_takes_too_long_comes_again_and_its_late_answer_is_ignored(Version::V4_9_7);
}

#[test]
fn what_takes_too_long_comes_again_and_its_late_answer_is_ignored_with_5_3_3() {
    what_takes_too_long_comes_again_and_its_late_answer_is_ignored(Version::V5_3_3);
}
