//! What brokers ask of consumers.

use bytes::BytesMut;
use onsmq::Action;
use onsmq_proto::body::{
    ConsumeResult, ConsumerRunningInfo, ConsumerStatus, DirectResult, LockRequest, Locked,
    QueueRef, ResetOffsets,
};
use onsmq_proto::codec::{Command, RequestCode, ResponseCode};

use crate::peer::{GROUP, Peer, TOPIC, answer, request, with_fields};
use crate::scene::{COMMIT, PULL, Scene, answer_heartbeat, found, members, record};

fn queue(queue_id: i32) -> QueueRef {
    QueueRef {
        topic: TOPIC.to_owned(),
        broker_name: "broker-a".to_owned(),
        queue_id,
    }
}

/// Has the client answer a request of the server's.
async fn ask(scene: &mut Scene, request: &Command) -> Command {
    scene.pull.ask(request).await;
    scene.peer.expect_answer(request.opaque).await
}

#[tokio::test]
async fn what_a_consumer_holds_is_told() {
    let mut scene = Scene::start("*").await;
    let records: Vec<_> = (100..105).map(|offset| record(offset, "T", "")).collect();
    scene.pull.reply(found(105, &records)).await;
    let deliveries = scene.inbox.receive(2).await;
    assert!(deliveries[0].complete(Action::CommitMessage));

    let status = request(
        RequestCode::GET_CONSUMER_STATUS_FROM_CLIENT,
        &[("topic", TOPIC), ("group", GROUP)],
    );
    let answer = ask(&mut scene, &status).await;
    let status = ConsumerStatus::decode(&answer.body).expect("offsets");
    assert_eq!(status.offsets, [(queue(0), 101)]);

    let running = request(
        RequestCode::GET_CONSUMER_RUNNING_INFO,
        &[("consumerGroup", GROUP), ("jstackEnable", "true")],
    );
    let answer = ask(&mut scene, &running).await;
    let info = ConsumerRunningInfo::decode(&answer.body).expect("what it does");
    let (of, held) = &info.queues[0];
    assert_eq!((of, info.queues.len()), (&queue(0), 1));
    assert_eq!(
        (held.commit_offset, held.cached_msg_count, held.locked),
        (101, 4, false)
    );
    assert_eq!(
        (held.cached_msg_min_offset, held.cached_msg_max_offset),
        (101, 104)
    );
    assert!(held.last_pull_timestamp > 0 && held.last_consume_timestamp > 0);
    assert_eq!(info.properties["PROP_CONSUMEORDERLY"], "false");
    assert!(info.status[TOPIC].consume_ok_tps > 0.0);
    assert!(info.status[TOPIC].pull_tps > 0.0);
    let workers = info.jstack.expect("it was asked for");
    assert!(
        workers.contains("1 messages handed over") && workers.contains("pulling from offset 105"),
        "{workers}"
    );
}

#[tokio::test]
async fn another_group_or_client_is_not_answered_for() {
    let mut scene = Scene::start("*").await;
    for fields in [
        [("consumerGroup", "GID_other"), ("clientId", "")],
        [("consumerGroup", GROUP), ("clientId", "somebody@else")],
    ] {
        let running = request(RequestCode::GET_CONSUMER_RUNNING_INFO, &fields);
        let answer = ask(&mut scene, &running).await;
        assert_eq!(answer.response_code(), ResponseCode::SYSTEM_ERROR);
        assert!(answer.remark.is_some());
    }
}

/// Resets the queue, and one that is somebody else's.
fn reset_to(offset: i64) -> Command {
    let offsets = vec![(queue(0), offset), (queue(7), offset)];
    let fields = [("topic", TOPIC), ("group", GROUP)];
    let mut reset = request(RequestCode::RESET_CONSUMER_CLIENT_OFFSET, &fields).oneway();
    reset.body = ResetOffsets { offsets }.encode().expect("JSON").into();
    reset
}

#[tokio::test]
async fn a_reset_goes_on_at_the_new_offset_and_nothing_commits_over_it() {
    let mut scene = Scene::start("*").await;
    let records: Vec<_> = (100..110).map(|offset| record(offset, "T", "")).collect();
    scene.pull.reply(found(110, &records)).await;
    let before = scene.inbox.receive(4).await;
    scene.peer.expect(PULL).await;
    scene.pull.ask(&reset_to(20)).await;
    let commit = scene.peer.expect(COMMIT).await;
    assert_eq!(commit.field("commitOffset"), "20");
    for delivery in &before {
        assert!(delivery.complete(Action::CommitMessage));
    }
    // What was cached is gone, and what was handed over counts no more.
    assert!(scene.inbox.is_empty());
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    let pull = scene.peer.expect(PULL).await;
    assert_eq!(pull.field("queueOffset"), "20");
    pull.reply(found(21, &[record(20, "T", "")])).await;
    let after = scene.inbox.receive(10).await;
    assert_eq!(after.len(), 1);
    assert!(after[0].complete(Action::CommitMessage));
    let ending = scene.shutdown();
    let commit = scene.peer.expect(COMMIT).await;
    assert_eq!(commit.field("commitOffset"), "21");
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    scene.end(ending).await;
}

fn consume_directly(topic: &str) -> Command {
    let fields = [("consumerGroup", GROUP), ("brokerName", "broker-a")];
    let mut command = request(RequestCode::CONSUME_MESSAGE_DIRECTLY, &fields);
    let mut body = BytesMut::new();
    let mut stored = record(3, "T", topic);
    stored.topic = Box::leak(topic.to_owned().into_boxed_str());
    stored.encode(&mut body).expect("it fits");
    command.body = body.freeze();
    command
}

#[tokio::test]
async fn a_message_is_consumed_directly_without_an_effect_on_offsets() {
    let mut scene = Scene::start("*").await;
    // It comes before those that wait.
    scene.pull.reply(found(101, &[record(100, "T", "")])).await;
    while scene.inbox.is_empty() {
        tokio::task::yield_now().await;
    }
    for (action, result) in [
        (Some(Action::CommitMessage), ConsumeResult::Success),
        (Some(Action::ReconsumeLater), ConsumeResult::Later),
        (None, ConsumeResult::ThrowException),
    ] {
        let command = consume_directly(TOPIC);
        scene.pull.ask(&command).await;
        while scene.inbox.len() < 2 {
            tokio::task::yield_now().await;
        }
        let deliveries = scene.inbox.receive(10).await;
        assert_eq!(deliveries.len(), 1);
        assert_eq!(deliveries[0].message().queue_offset(), 3);
        if let Some(action) = action {
            assert!(deliveries[0].complete(action));
        }
        drop(deliveries);
        let answer = scene.peer.expect_answer(command.opaque).await;
        let said = DirectResult::decode(&answer.body).expect("what the listener said");
        assert_eq!(said.consume_result, result);
        assert!(said.auto_commit && !said.order);
        assert_eq!(said.remark.is_some(), action.is_none());
    }
    let deliveries = scene.inbox.receive(10).await;
    assert_eq!(deliveries[0].message().queue_offset(), 100);
    assert!(scene.peer.has_none(RequestCode::CONSUMER_SEND_MSG_BACK));
    assert!(scene.peer.has_none(COMMIT));
}

#[tokio::test]
async fn a_message_of_a_topic_without_a_listener_is_not_consumed_directly() {
    let mut scene = Scene::start("*").await;
    let answer = ask(&mut scene, &consume_directly("elsewhere")).await;
    assert_eq!(answer.response_code(), ResponseCode::SYSTEM_ERROR);
    let remark = answer.remark.expect("a reason");
    assert!(remark.contains("elsewhere"), "{remark}");
}

async fn lock(peer: &mut Peer) {
    let asked = peer.expect(RequestCode::LOCK_BATCH_MQ).await;
    let mut locked = answer(ResponseCode::SUCCESS, "");
    let queues = LockRequest::decode(&asked.command.body)
        .expect("queues")
        .mq_set;
    locked.body = serde_json::to_vec(&Locked { queues }).expect("JSON").into();
    asked.reply(locked).await;
}

#[tokio::test]
async fn a_reset_in_order_waits_for_the_message_that_is_out() {
    let mut peer = Peer::start_with(1, &[]).await;
    let consumer = onsmq::Client::new().order_consumer(&peer.config());
    let consumer = std::sync::Arc::new(consumer.expect("a consumer"));
    let inbox = consumer.inbox();
    consumer
        .subscribe_inbox(TOPIC, "*", &inbox)
        .expect("a subscription");
    let starting = std::sync::Arc::clone(&consumer);
    let starting = tokio::spawn(async move { starting.start().await });
    let client_id = answer_heartbeat(&mut peer).await.client_id;
    let asked = peer.expect(RequestCode::GET_CONSUMER_LIST_BY_GROUP).await;
    asked.reply(members(&[&client_id])).await;
    lock(&mut peer).await;
    let asked = peer.expect(RequestCode::QUERY_CONSUMER_OFFSET).await;
    let offset = with_fields(answer(ResponseCode::SUCCESS, ""), &[("offset", "100")]);
    asked.reply(offset).await;
    let pull = peer.expect(PULL).await;
    starting.await.expect("no panic").expect("started");
    let records: Vec<_> = (100..103).map(|offset| record(offset, "T", "")).collect();
    pull.reply(found(103, &records)).await;
    let out = inbox.receive(1).await.remove(0);

    pull.ask(&reset_to(20)).await;
    let commit = peer.expect(COMMIT).await;
    assert_eq!(commit.field("commitOffset"), "20");
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    lock(&mut peer).await;
    let pull = loop {
        // The one of before is of no interest any more.
        let pull = peer.expect(PULL).await;
        if pull.field("queueOffset") == "20" {
            break pull;
        }
    };
    pull.reply(found(21, &[record(20, "T", "")])).await;
    peer.expect(PULL).await;
    assert!(inbox.is_empty(), "a message is still out");
    assert!(out.complete(Action::CommitMessage));
    let after = inbox.receive(1).await.remove(0);
    assert_eq!(after.message().queue_offset(), 20);
    assert!(peer.has_none(COMMIT));
}
