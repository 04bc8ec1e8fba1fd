//! RocketMQ's admin tool, told the dev server's address instead of the cluster's.

use std::net::Ipv4Addr;

use onsmq::{Action, Client, MessageExt};
use onsmq_devserver::DevServer;
use onsmq_proto::message::id::OffsetMessageId;
use onsmq_tests::cluster::Version;

use super::{Operated, Scene, Seen};

const MESSAGES: usize = 3;

/// Topics, brokers, a group's progress and a message by its id are told as by real brokers.
pub(crate) fn the_dev_server_answers_the_tool(operated: &Operated) {
    let server = operated.run(DevServer::builder().start());
    let server = server.expect("a dev server");
    let scene = Scene {
        client: Client::new(),
        topic: "looked_at".to_owned(),
        group: "GID_looked_at".to_owned(),
        namesrv_addr: server.namesrv_addr(),
    };
    let sent = consumed(operated, &scene);
    let tool = |arguments: &[&str]| {
        let address = &scene.namesrv_addr;
        let arguments = [arguments, &["-n", address]].concat();
        operated.admin(&arguments)
    };

    let topics = tool(&["topicList"]);
    assert!(topics.lines().any(|it| it == scene.topic), "{topics}");
    let cluster = tool(&["clusterList"]);
    for part in ["DefaultCluster", "broker-a", &server.brokers()[0].address] {
        assert!(cluster.contains(part), "{part} in {cluster}");
    }
    let progress = tool(&["consumerProgress", "-g", &scene.group]);
    for part in [&scene.topic, "broker-a", "Diff Total: 0"] {
        assert!(progress.contains(part), "{part} in {progress}");
    }
    let offset_id = offset_id(&tool(&[
        "queryMsgByUniqueKey",
        "-t",
        &scene.topic,
        "-i",
        &sent,
    ]));
    let mut query = vec!["queryMsgById", "-i", &offset_id];
    if operated.version() == Version::V5_3_3 {
        query.extend(["-t", &scene.topic]);
    }
    let found = tool(&query);
    for part in [&scene.topic, "TAGS=a", &sent, "Reconsume Times:"] {
        assert!(found.contains(part), "{part} in {found}");
    }
    operated.run(server.shutdown());
}

/// Sends messages and has a group consume and commit them; answers the id of the first.
fn consumed(operated: &Operated, scene: &Scene) -> String {
    let sent = operated.send(scene, MESSAGES);
    let seen = Seen::default();
    let config = scene
        .config()
        .set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET");
    let consumer = scene.client.consumer(&config).expect("a consumer");
    let noting = seen.clone();
    let listener = move |message: MessageExt| {
        noting.note(&message);
        async { Action::CommitMessage }
    };
    consumer
        .subscribe(&scene.topic, "*", listener)
        .expect("a subscription");
    operated.run(consumer.start()).expect("started");
    seen.wait_for(MESSAGES);
    // What is consumed is committed at the end.
    operated.run(consumer.shutdown());
    sent.into_iter().next().expect("a message")
}

/// The id that holds where the broker keeps a message, of what the tool says of it.
fn offset_id(found: &str) -> String {
    let told = |name: &str| {
        let line = found.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.rsplit([' ', ':']).next()?.parse::<u64>().ok());
        value.unwrap_or_else(|| panic!("no {name} in {found}"))
    };
    let port = u16::try_from(told("Store Host:")).expect("a port");
    let offset = i64::try_from(told("CommitLog Offset:")).expect("an offset");
    let id = OffsetMessageId {
        host: (Ipv4Addr::LOCALHOST, port).into(),
        commit_log_offset: offset,
    };
    id.to_string()
}
