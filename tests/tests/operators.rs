//! RocketMQ's own admin tool looks at our consumers, resets their offsets, and has them consume a
//! message; and what retries leave at the broker is what Java's clients leave.

mod operated;

use std::time::{Duration, Instant};

use onsmq::{Action, ErrorKind, Filter, OrderAction};
use onsmq_tests::cluster::Version;
use operated::{Gate, Operated, Seen, dev_server};

const MESSAGES: usize = 20;

fn a_consumer_is_looked_at_and_reset(operated: &Operated) {
    let scene = operated.scene("operated");
    let (seen, gate) = (Seen::default(), Gate::open());
    let config = scene.config().set("ConsumeThreadNums", "1");
    let consumer = scene.client.consumer(&config).expect("a consumer");
    let (noting, passing) = (seen.clone(), gate.clone());
    let listener = move |message: onsmq::MessageExt| {
        let (seen, gate) = (noting.clone(), passing.clone());
        async move {
            seen.note(&message);
            gate.pass().await;
            Action::CommitMessage
        }
    };
    consumer
        .subscribe(&scene.topic, "a || b", listener)
        .expect("a subscription");
    operated.run(consumer.start()).expect("started");
    let begun = operated::now();
    let sent = operated.send(&scene, MESSAGES);
    seen.wait_for(MESSAGES);

    let client_id = it_is_told_who_is_there(operated, &scene);
    it_is_told_what_it_does(operated, &scene, &client_id);
    operated.wait_until_committed(&scene, MESSAGES as i64);
    let progress = operated.admin(&["consumerProgress", "-g", &scene.group]);
    assert!(progress.contains("Diff Total: 0"), "{progress}");

    // Back to the beginning: all comes again.
    operated.reset(&scene, &begun.to_string());
    seen.wait_for(2 * MESSAGES);
    operated.wait_until_committed(&scene, MESSAGES as i64);

    // To the end while a message is out: what waits behind it is passed over.
    gate.close();
    operated.send(&scene, MESSAGES);
    seen.wait_for(2 * MESSAGES + 1);
    operated.reset(&scene, "now");
    // 5.3.3 tells of the reset in the answer to the next pull, which it may hold until a message
    // comes.
    operated.send(&scene, 1);
    operated.wait_until_told(&scene, &client_id, "commitOffset=40,");
    operated.wait_until_committed(&scene, 2 * MESSAGES as i64);
    gate.reopen();
    seen.wait_for_body("0 of 1");
    assert_eq!(seen.count(), 2 * MESSAGES + 2);

    it_consumes_directly(operated, &scene, &client_id, &sent[0], "order=false");
    assert_eq!(seen.count(), 2 * MESSAGES + 3);
    operated.run(consumer.shutdown());
}

/// Answers the client's id.
fn it_is_told_who_is_there(operated: &Operated, scene: &operated::Scene) -> String {
    let connection = operated.admin(&["consumerConnection", "-g", &scene.group]);
    for part in [
        "RUST",
        &scene.topic,
        "a || b",
        "CONSUME_PASSIVELY",
        "CLUSTERING",
    ] {
        assert!(connection.contains(part), "{part} in {connection}");
    }
    let line = connection.lines().find(|line| line.contains("RUST"));
    let id = line.and_then(|line| line.split_whitespace().next());
    id.expect("a client id").to_owned()
}

fn it_is_told_what_it_does(operated: &Operated, scene: &operated::Scene, client_id: &str) {
    let group = &scene.group;
    let status = operated.admin(&["consumerStatus", "-g", group, "-i", client_id, "-s"]);
    for part in [
        "PROP_CONSUMEORDERLY",
        "PROP_CONSUMER_START_TIMESTAMP",
        &format!("consumer of group {group}"),
        &format!("queue {}", scene.topic),
        "pulling from offset",
        "#Consumer RT&TPS#",
    ] {
        assert!(status.contains(part), "{part} in {status}");
    }
    let all = operated.admin(&["consumerStatus", "-g", group]);
    assert!(all.contains("Rebalance OK"), "{all}");
}

fn it_consumes_directly(
    operated: &Operated,
    scene: &operated::Scene,
    client_id: &str,
    message_id: &str,
    expected: &str,
) {
    let offset_id = operated.offset_id(&scene.topic, message_id);
    let mut query = vec!["queryMsgById", "-i", &offset_id];
    if operated.version() == Version::V5_3_3 {
        query.extend(["-t", &scene.topic]);
    }
    query.extend(["-g", &scene.group, "-d", client_id]);
    let done = operated.admin(&query);
    for part in ["consumeResult=CR_SUCCESS", "autoCommit=true", expected] {
        assert!(done.contains(part), "{part} in {done}");
    }
}

fn an_ordered_consumer_is_reset_and_consumes_directly(operated: &Operated) {
    let scene = operated.scene("ordered");
    let seen = Seen::default();
    let consumer = scene.client.order_consumer(&scene.config());
    let consumer = consumer.expect("a consumer");
    let noting = seen.clone();
    let listener = move |message: onsmq::MessageExt| {
        let seen = noting.clone();
        async move {
            seen.note(&message);
            OrderAction::Success
        }
    };
    consumer
        .subscribe(&scene.topic, "*", listener)
        .expect("a subscription");
    operated.run(consumer.start()).expect("started");
    let begun = operated::now();
    let sent = operated.send(&scene, MESSAGES);
    seen.wait_for(MESSAGES);
    operated.wait_until_committed(&scene, MESSAGES as i64);
    operated.reset(&scene, &begun.to_string());
    seen.wait_for(2 * MESSAGES);
    seen.assert_in_order_from(MESSAGES);
    let connection = operated.admin(&["consumerConnection", "-g", &scene.group]);
    let line = connection.lines().find(|line| line.contains("RUST"));
    let id = line.and_then(|line| line.split_whitespace().next());
    let id = id.unwrap_or_else(|| panic!("no client in {connection}"));
    it_consumes_directly(operated, &scene, id, &sent[0], "order=true");
    operated.run(consumer.shutdown());
}

fn a_message_that_fails_leaves_what_java_leaves(operated: &Operated) {
    let scene = operated.scene("failing");
    let seen = Seen::default();
    let config = scene.config().set("MaxReconsumeTimes", "2");
    let consumer = scene.client.consumer(&config).expect("a consumer");
    let noting = seen.clone();
    let listener = move |message: onsmq::MessageExt| {
        let seen = noting.clone();
        async move {
            seen.note(&message);
            Action::ReconsumeLater
        }
    };
    consumer
        .subscribe(&scene.topic, "*", listener)
        .expect("a subscription");
    operated.run(consumer.start()).expect("started");
    let sent = operated.send(&scene, 1);
    seen.wait_for(3);
    assert_eq!(seen.reconsume_times(), [0, 1, 2]);

    let (retry, dead) = (
        format!("%RETRY%{}", scene.group),
        format!("%DLQ%{}", scene.group),
    );
    operated.wait_until_stored(&dead, 1);
    operated.run(consumer.shutdown());
    let common = [
        format!("RETRY_TOPIC={}", scene.topic),
        format!("UNIQ_KEY={}", sent[0]),
        "ORIGIN_MESSAGE_ID=".to_owned(),
        "TAGS=a".to_owned(),
    ];
    let retried = operated.admin(&["printMsg", "-t", &retry]);
    let buried = operated.admin(&["printMsg", "-t", &dead]);
    for part in &common {
        assert!(retried.contains(part), "{part} in {retried}");
        assert!(buried.contains(part), "{part} in {buried}");
    }
    // The levels that brokers choose: 3 and one more for each time.
    for part in ["reconsumeTimes=1", "reconsumeTimes=2", "DELAY=3", "DELAY=4"] {
        assert!(retried.contains(part), "{part} in {retried}");
    }
    assert!(buried.contains("reconsumeTimes=3"), "{buried}");
    let route = operated.admin(&["topicRoute", "-t", &dead]);
    let route: String = route.split_whitespace().collect();
    assert!(route.contains(r#""perm":6"#), "{route}");
    assert!(route.contains(r#""readQueueNums":1"#), "{route}");
    let progress = operated.admin(&["consumerProgress", "-g", &scene.group]);
    assert!(progress.contains("Diff Total: 0"), "{progress}");
}

fn conditions_that_brokers_do_not_evaluate_are_a_clear_error_at_start(operated: &Operated) {
    let scene = operated.scene("conditions");
    let consumer = scene.client.consumer(&scene.config()).expect("a consumer");
    let inbox = consumer.inbox();
    consumer
        .subscribe_inbox(&scene.topic, Filter::Sql92("a > 5"), &inbox)
        .expect("a subscription");
    let error = operated.run(consumer.start()).expect_err("no such filter");
    assert_eq!(error.kind(), ErrorKind::BrokerRefused, "{error:?}");
    assert!(error.message().contains("enablePropertyFilter"), "{error}");
    assert_eq!(error.topic(), Some(&*scene.topic));
    assert!(!consumer.is_started());
}

fn all_of_it(version: Version) {
    let operated = Operated::start(version);
    let mut last = Instant::now();
    for (what, scene) in [
        (
            "conditions",
            conditions_that_brokers_do_not_evaluate_are_a_clear_error_at_start as fn(&Operated),
        ),
        ("retries", a_message_that_fails_leaves_what_java_leaves),
        ("operated", a_consumer_is_looked_at_and_reset),
        (
            "ordered",
            an_ordered_consumer_is_reset_and_consumes_directly,
        ),
        ("dev server", dev_server::the_dev_server_answers_the_tool),
    ] {
        scene(&operated);
        let took: Duration = last.elapsed();
        println!("{version:?}: {what} took {took:?}");
        last = Instant::now();
    }
}

#[test]
fn operators_of_4_9_7_work_on_our_consumers() {
    all_of_it(Version::V4_9_7);
}

#[test]
fn operators_of_5_3_3_work_on_our_consumers() {
    all_of_it(Version::V5_3_3);
}
