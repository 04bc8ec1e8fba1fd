//! Where groups begin that have no offset.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use onsmq::{Action, Config};
use onsmq_tests::Server;

use crate::support::{Notes, Scene, body, notes};

/// Real brokers find messages by time to the millisecond, and properties give seconds.
async fn next_second() -> SystemTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let second = Duration::from_secs(since.expect("a clock").as_secs() + 1);
    let wait = UNIX_EPOCH + second;
    let left = wait.duration_since(SystemTime::now()).unwrap_or_default();
    // Until the second has begun.
    tokio::time::sleep(left + Duration::from_millis(5)).await;
    wait
}

/// As the property gives it.
fn local(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    let out = std::process::Command::new("date")
        .args(["-d", &format!("@{seconds}"), "+%Y%m%d%H%M%S"])
        .output()
        .expect("the program `date`");
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

async fn consume(scene: &Scene, config: &Config) -> (onsmq::Consumer, Notes<String>) {
    let consumer = scene.client.consumer(config).expect("a consumer");
    let (note, notes) = notes();
    let listener = move |message| {
        let note = note.clone();
        async move {
            note.send(body(&message)).expect("a test");
            Action::CommitMessage
        }
    };
    consumer
        .subscribe(&scene.topic, "*", listener)
        .expect("a subscription");
    consumer.start().await.expect("started");
    (consumer, notes)
}

/// 5.3.3 tells a group without an offset from one at the beginning; 4.9.7 does not, and then
/// nothing is passed over that the group may not have consumed.
fn a_new_group_begins_at(server: Server, from: &str, exact: &[&str]) {
    Scene::run(server, "start", async |scene| {
        let producer = scene.producer().await;
        producer.send(scene.message("old")).await.expect("stored");
        let time = next_second().await;
        producer
            .send(scene.message("recent"))
            .await
            .expect("stored");
        let config = scene
            .config()
            .set("ConsumeFromWhere", from)
            .set("ConsumeTimestamp", &local(time));
        let (consumer, mut notes) = consume(scene, &config).await;
        producer.send(scene.message("new")).await.expect("stored");
        let expected = match server {
            Server::V5 => exact,
            _ => &["new", "old", "recent"],
        };
        let mut came = notes.take(expected.len()).await;
        came.sort();
        assert_eq!(came, expected);
        producer.shutdown().await;
        consumer.shutdown().await;
    });
}

#[test]
fn a_group_begins_at_a_time_where_the_broker_tells_it_from_an_old_one() {
    for server in [Server::V4, Server::V5] {
        a_new_group_begins_at(server, "CONSUME_FROM_TIMESTAMP", &["new", "recent"]);
    }
}

#[test]
fn a_group_begins_at_the_end_where_the_broker_tells_it_from_an_old_one() {
    for server in [Server::V4, Server::V5] {
        a_new_group_begins_at(server, "CONSUME_FROM_LAST_OFFSET", &["new"]);
    }
}

#[test]
fn a_group_begins_at_the_first_message() {
    for server in [Server::V4, Server::V5] {
        let all = &["new", "old", "recent"];
        a_new_group_begins_at(server, "CONSUME_FROM_FIRST_OFFSET", all);
    }
}
