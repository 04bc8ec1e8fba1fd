use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use onsmq::Action;
use onsmq_proto::codec::{RequestCode, ResponseCode};
use onsmq_proto::message::StoredRecord;
use onsmq_proto::message::compression::{Algorithm, MAX_BODY};

use crate::peer::{GROUP, Peer, TOPIC, answer};
use crate::scene::{COMMIT, PULL, Queues, Scene, answer_heartbeat, begin, found, pulled, record};

#[tokio::test]
async fn a_heartbeat_shows_the_subscription_and_pulls_begin_at_the_stored_offset() {
    let scene = Scene::start("TagA || TagB").await;
    assert_eq!(
        (scene.pull.field("queueOffset"), scene.pull.field("queueId")),
        ("100", "0")
    );
    assert_eq!(scene.pull.field("subscription"), "TagA || TagB");
    assert_eq!(scene.pull.field("expressionType"), "TAG");
    assert_eq!(scene.pull.field("sysFlag"), "2");
}

#[tokio::test]
async fn tags_are_compared_again_since_brokers_compare_hashes() {
    // "Aa" and "BB" have one hash.
    let mut scene = Scene::start("Aa").await;
    let records = [
        record(100, "BB", ""),
        record(101, "Aa", ""),
        record(102, "BB", ""),
    ];
    scene.pull.reply(found(103, &records)).await;
    let deliveries = scene.inbox.receive(10).await;
    let offsets: Vec<_> = deliveries
        .iter()
        .map(|it| it.message().queue_offset())
        .collect();
    assert_eq!(offsets, [101]);
    assert!(deliveries[0].complete(Action::CommitMessage));
    assert_eq!(scene.peer.expect(PULL).await.field("queueOffset"), "103");
}

#[tokio::test]
async fn what_was_filtered_out_or_not_found_moves_on() {
    let mut scene = Scene::start("*").await;
    for (code, next) in [
        (ResponseCode::PULL_RETRY_IMMEDIATELY, 150),
        (ResponseCode::PULL_NOT_FOUND, 150),
        (ResponseCode::PULL_RETRY_IMMEDIATELY, 151),
    ] {
        scene.pull.reply(pulled(code, next, Bytes::new())).await;
        scene.pull = scene.peer.expect(PULL).await;
        assert_eq!(scene.pull.field("queueOffset"), next.to_string());
    }
    let ending = scene.shutdown();
    let commit = scene.peer.expect(COMMIT).await;
    assert_eq!(commit.field("commitOffset"), "151");
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    let leaving = scene.peer.expect(RequestCode::UNREGISTER_CLIENT).await;
    leaving.reply(answer(ResponseCode::SUCCESS, "")).await;
    ending.await.expect("no panic");
}

#[tokio::test]
async fn an_offset_that_was_moved_is_committed_and_gone_on_from() {
    let mut scene = Scene::start("*").await;
    scene
        .pull
        .reply(found(102, &[record(100, "T", ""), record(101, "T", "")]))
        .await;
    let before = scene.inbox.receive(1).await;
    // Backwards.
    scene
        .peer
        .expect(PULL)
        .await
        .reply(pulled(ResponseCode::PULL_OFFSET_MOVED, 20, Bytes::new()))
        .await;
    let commit = scene.peer.expect(COMMIT).await;
    assert_eq!(commit.field("commitOffset"), "20");
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    let pull = scene.peer.expect(PULL).await;
    assert_eq!(pull.field("queueOffset"), "20");
    // What is of the old place is neither handed over nor committed any more.
    assert!(before[0].complete(Action::CommitMessage));
    assert!(scene.inbox.try_receive(10).is_empty());
    pull.reply(found(21, &[record(20, "T", "")])).await;
    assert_eq!(
        scene.inbox.receive(10).await[0].message().queue_offset(),
        20
    );
}

#[tokio::test]
async fn a_broker_that_does_not_know_the_subscription_gets_a_heartbeat() {
    let mut scene = Scene::start("*").await;
    while scene.peer.has_none(RequestCode::HEART_BEAT) {
        // The connection's own, which may come after the pull.
        tokio::task::yield_now().await;
    }
    answer_heartbeat(&mut scene.peer).await;
    for code in [
        ResponseCode::SUBSCRIPTION_NOT_EXIST,
        ResponseCode::SUBSCRIPTION_NOT_LATEST,
    ] {
        scene
            .pull
            .reply(answer(code, "the consumer's subscription not latest"))
            .await;
        let heartbeat = answer_heartbeat(&mut scene.peer).await;
        let topics: Vec<_> = heartbeat.consumer_data_set[0]
            .subscription_data_set
            .iter()
            .map(|it| it.topic.as_str())
            .collect();
        assert!(
            topics.contains(&TOPIC) && topics.contains(&"%RETRY%GID_scripted"),
            "{topics:?}"
        );
        scene.pull = scene.peer.expect(PULL).await;
        assert_eq!(scene.pull.field("queueOffset"), "100");
    }
}

#[tokio::test]
async fn a_message_that_is_to_come_again_is_sent_back_before_it_is_done() {
    let mut scene = Scene::start("*").await;
    scene.pull.reply(found(101, &[record(100, "T", "")])).await;
    let delivery = scene.inbox.receive(1).await.remove(0);
    // Dropped without a word.
    drop(delivery);
    let back = scene.peer.expect(RequestCode::CONSUMER_SEND_MSG_BACK).await;
    assert_eq!(
        (back.field("group"), back.field("originTopic")),
        (GROUP, TOPIC)
    );
    assert_eq!(
        (back.field("offset"), back.field("delayLevel")),
        ("100000", "0")
    );
    assert_eq!(back.field("maxReconsumeTimes"), "16");
    assert_eq!(back.field("originMsgId"), format!("{:032}", 100));
    let ending = scene.shutdown();
    // Shutdown waits until the broker has it, and only then commits past it.
    assert!(scene.peer.has_none(COMMIT));
    back.reply(answer(ResponseCode::SUCCESS, "")).await;
    let commit = scene.peer.expect(COMMIT).await;
    assert_eq!(commit.field("commitOffset"), "101");
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    scene
        .peer
        .expect(RequestCode::UNREGISTER_CLIENT)
        .await
        .reply(answer(ResponseCode::SUCCESS, ""))
        .await;
    ending.await.expect("no panic");
}

#[tokio::test]
async fn what_could_not_be_sent_back_is_not_committed() {
    let mut scene = Scene::start("*").await;
    scene
        .pull
        .reply(found(102, &[record(100, "T", ""), record(101, "T", "")]))
        .await;
    let deliveries = scene.inbox.receive(2).await;
    assert!(deliveries[0].complete(Action::ReconsumeLater));
    assert!(deliveries[1].complete(Action::CommitMessage));
    assert!(
        !deliveries[1].complete(Action::ReconsumeLater),
        "completed twice"
    );
    let back = scene.peer.expect(RequestCode::CONSUMER_SEND_MSG_BACK).await;
    back.reply(answer(
        ResponseCode::SYSTEM_ERROR,
        "look message by offset failed",
    ))
    .await;
    let ending = scene.shutdown();
    scene
        .peer
        .expect(RequestCode::UNREGISTER_CLIENT)
        .await
        .reply(answer(ResponseCode::SUCCESS, ""))
        .await;
    ending.await.expect("no panic");
    // 100 is the offset that the broker has.
    assert!(scene.peer.has_none(COMMIT));
}

#[tokio::test]
async fn shutdown_commits_before_it_leaves_and_tries_again_where_that_fails() {
    let mut scene = Scene::start("*").await;
    scene
        .pull
        .reply(found(
            103,
            &[
                record(100, "T", ""),
                record(101, "T", ""),
                record(102, "T", ""),
            ],
        ))
        .await;
    let deliveries = scene.inbox.receive(2).await;
    assert_eq!(deliveries.len(), 2);
    let ending = scene.shutdown();
    while !scene.consumer.is_closed() {
        tokio::task::yield_now().await;
    }
    for delivery in &deliveries {
        assert!(delivery.complete(Action::CommitMessage));
    }
    let commit = scene.peer.expect(COMMIT).await;
    assert_eq!(commit.field("commitOffset"), "102");
    commit
        .reply(answer(ResponseCode::SYSTEM_ERROR, "not now"))
        .await;
    let commit = scene.peer.expect(COMMIT).await;
    assert!(scene.peer.has_none(RequestCode::UNREGISTER_CLIENT));
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    let leaving = scene.peer.expect(RequestCode::UNREGISTER_CLIENT).await;
    assert_eq!(leaving.field("consumerGroup"), GROUP);
    leaving.reply(answer(ResponseCode::SUCCESS, "")).await;
    ending.await.expect("no panic");
    assert!(scene.inbox.receive(1).await.is_empty() && scene.inbox.is_closed());
}

#[tokio::test]
async fn a_message_that_cannot_be_read_does_not_hide_the_next() {
    let mut scene = Scene::start("*").await;
    let mut body = BytesMut::new();
    record(100, "T", "").encode(&mut body).expect("it fits");
    let end = body.len();
    record(101, "T", "").encode(&mut body).expect("it fits");
    // The first one's magic.
    body[4] ^= 0xff;
    assert!(end < body.len());
    scene
        .pull
        .reply(pulled(ResponseCode::SUCCESS, 102, body.freeze()))
        .await;
    assert_eq!(
        scene.inbox.receive(10).await[0].message().queue_offset(),
        101
    );
    scene.peer.expect(PULL).await;
}

#[tokio::test]
async fn pulls_wait_while_as_much_is_held_as_may_be() {
    let mut scene = Scene::start_with("*", &[("maxCachedMessageAmount", "100")]).await;
    let records: Vec<_> = (100..200).map(|offset| record(offset, "T", "")).collect();
    scene.pull.reply(found(200, &records)).await;
    let deliveries = scene.inbox.receive(1000).await;
    assert_eq!(deliveries.len(), 100);
    assert!(scene.peer.has_none(PULL));
    assert!(deliveries[50].complete(Action::CommitMessage));
    assert_eq!(scene.peer.expect(PULL).await.field("queueOffset"), "200");
}

#[tokio::test]
async fn listeners_run_so_many_at_once_as_configured() {
    let mut peer = Peer::start_with(1, &[]).await;
    let consumer = peer.consumer(&[("ConsumeThreadNums", "3")]);
    let (running, mut most) = tokio::sync::watch::channel((0usize, 0usize));
    let running = Arc::new(running);
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let (watched, opened) = (Arc::clone(&running), Arc::clone(&gate));
    let listener = move |_| {
        let (running, gate) = (Arc::clone(&watched), Arc::clone(&opened));
        async move {
            running.send_modify(|(now, most)| {
                *now += 1;
                *most = (*most).max(*now);
            });
            gate.acquire().await.expect("an open gate").forget();
            running.send_modify(|(now, _)| *now -= 1);
            Action::CommitMessage
        }
    };
    consumer
        .subscribe(TOPIC, "*", listener)
        .expect("a subscription");
    let starting = async { consumer.start().await.expect("started") };
    let (pull, ()) = tokio::join!(begin(&mut peer), starting);
    let records: Vec<_> = (100..110).map(|offset| record(offset, "T", "")).collect();
    pull.reply(found(110, &records)).await;
    most.wait_for(|(now, _)| *now == 3)
        .await
        .expect("listeners");
    gate.add_permits(10);
    most.wait_for(|(now, _)| *now == 0)
        .await
        .expect("listeners");
    let commit = {
        let ending = tokio::spawn(async move { consumer.shutdown().await });
        let commit = peer.expect(COMMIT).await;
        commit.reply(answer(ResponseCode::SUCCESS, "")).await;
        peer.expect(RequestCode::UNREGISTER_CLIENT)
            .await
            .reply(answer(ResponseCode::SUCCESS, ""))
            .await;
        ending.await.expect("no panic");
        commit
    };
    assert_eq!(commit.field("commitOffset"), "110");
    assert_eq!(running.borrow().1, 3);
}

/// Brokers make the table of a topic's offsets without a lock, and lose some of the first ones that
/// come at once.
#[tokio::test]
async fn the_first_offset_of_a_topic_is_stored_before_the_others_are_sent() {
    let Queues {
        mut peer,
        consumer,
        inbox: _inbox,
        ..
    } = Queues::start(3).await;
    let ending = tokio::spawn(consumer.shutdown());
    assert!(consumer.is_closed());
    let second = tokio::spawn(consumer.shutdown());
    let commit = peer.expect(COMMIT).await;
    assert!(!second.is_finished());
    assert!(peer.has_none(COMMIT));
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    for _ in 1..3 {
        let commit = peer.expect(COMMIT).await;
        commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    }
    let leaving = peer.expect(RequestCode::UNREGISTER_CLIENT).await;
    leaving.reply(answer(ResponseCode::SUCCESS, "")).await;
    ending.await.expect("no panic");
    second.await.expect("no panic");
}

#[tokio::test]
async fn a_body_that_cannot_be_decompressed_comes_again_and_is_not_handed_over() {
    let mut scene = Scene::start("*").await;
    let zeros = vec![0; MAX_BODY + 1];
    let small = Algorithm::Zlib
        .compress(&zeros[..1 << 20], 1)
        .expect("it is");
    let bomb = Algorithm::Zlib.compress(&zeros, 9).expect("it is");
    let compressed = |offset, body| StoredRecord {
        sys_flag: Algorithm::Zlib.flag(),
        body,
        ..record(offset, "T", "")
    };
    let records = [
        compressed(100, &bomb),
        compressed(101, &small),
        compressed(102, b"no zlib"),
    ];
    scene.pull.reply(found(103, &records)).await;
    let delivery = scene.inbox.receive(3).await.remove(0);
    assert_eq!(delivery.message().body(), &zeros[..1 << 20]);
    delivery.complete(Action::CommitMessage);
    for offset in ["100000", "102000"] {
        let back = scene.peer.expect(RequestCode::CONSUMER_SEND_MSG_BACK).await;
        assert_eq!(back.field("offset"), offset);
        back.reply(answer(ResponseCode::SUCCESS, "")).await;
    }
    let ending = scene.shutdown();
    let commit = scene.peer.expect(COMMIT).await;
    assert_eq!(commit.field("commitOffset"), "103");
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    let leaving = scene.peer.expect(RequestCode::UNREGISTER_CLIENT).await;
    leaving.reply(answer(ResponseCode::SUCCESS, "")).await;
    ending.await.expect("no panic");
    assert!(scene.inbox.is_empty());
}

#[tokio::test]
async fn whoever_leaves_waits_for_heartbeats_that_are_under_way() {
    let mut scene = Scene::start("*").await;
    // The connection's own.
    let last = scene.peer.expect(RequestCode::HEART_BEAT).await;
    let ending = scene.shutdown();
    // A broker that handled it behind the other would keep the member.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
        assert!(scene.peer.has_none(RequestCode::UNREGISTER_CLIENT));
    }
    last.reply(answer(ResponseCode::SUCCESS, "")).await;
    scene.end(ending).await;
}
