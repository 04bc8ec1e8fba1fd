//! What happens while something else is under way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use onsmq::{Action, Client, OrderAction};
use onsmq_proto::body::{LockRequest, Locked};
use onsmq_proto::codec::{Command, RequestCode, ResponseCode};
use tokio::sync::mpsc;

use crate::peer::{GROUP, Peer, TOPIC, answer, request, with_fields};
use crate::scene::{COMMIT, PULL, Queues, Scene, answer_heartbeat, found, members, pass, record};

const LOCK: RequestCode = RequestCode::LOCK_BATCH_MQ;

/// Time enough for what must not happen.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

fn changed() -> Command {
    let fields = [("consumerGroup", GROUP)];
    request(RequestCode::NOTIFY_CONSUMER_IDS_CHANGED, &fields).oneway()
}

fn stored_offset(offset: &str) -> Command {
    with_fields(answer(ResponseCode::SUCCESS, ""), &[("offset", offset)])
}

#[tokio::test]
async fn what_is_subscribed_to_during_the_start_is_consumed() {
    let mut peer = Peer::start_with(1, &[]).await;
    let consumer = Arc::new(peer.consumer(&[]));
    let inbox = consumer.inbox();
    let subscribe = |topic: &str| consumer.subscribe_inbox(topic, "*", &inbox);
    subscribe(TOPIC).expect("a subscription");
    let starting = Arc::clone(&consumer);
    let starting = tokio::spawn(async move { starting.start().await });
    let heartbeat = peer.expect(RequestCode::HEART_BEAT).await;
    let begun = Instant::now();
    subscribe("late").expect("a subscription");
    heartbeat.reply(answer(ResponseCode::SUCCESS, "")).await;
    let id = heartbeat_id(&heartbeat.command);
    let mut pulled = Vec::new();
    while pulled.len() < 2 {
        for (code, reply) in [
            (RequestCode::HEART_BEAT, answer(ResponseCode::SUCCESS, "")),
            (RequestCode::GET_CONSUMER_LIST_BY_GROUP, members(&[&id])),
            (RequestCode::QUERY_CONSUMER_OFFSET, stored_offset("100")),
        ] {
            if !peer.has_none(code) {
                peer.expect(code).await.reply(reply).await;
            }
        }
        if !peer.has_none(PULL) {
            pulled.push(peer.expect(PULL).await.field("topic").to_owned());
        }
        settle().await;
        assert!(begun.elapsed() < Duration::from_secs(10), "{pulled:?}");
    }
    pulled.sort();
    assert_eq!(pulled, ["late", TOPIC]);
    starting.await.expect("no panic").expect("started");
}

fn heartbeat_id(heartbeat: &Command) -> String {
    let data = onsmq_proto::body::HeartbeatData::decode(&heartbeat.body);
    data.expect("a heartbeat").client_id
}

#[tokio::test]
async fn a_group_is_left_after_the_commits_of_queues_that_are_being_given_up() {
    let Queues {
        mut peer,
        consumer,
        client_id,
        pulls,
        inbox: _inbox,
    } = Queues::start(2).await;
    pulls[0].ask(&changed()).await;
    let asked = peer.expect(RequestCode::GET_CONSUMER_LIST_BY_GROUP).await;
    asked.reply(members(&["!1", "!2", &client_id])).await;
    let first = peer.expect(COMMIT).await;
    first.reply(answer(ResponseCode::SUCCESS, "")).await;
    let commit = peer.expect(COMMIT).await;
    let ending = tokio::spawn(consumer.shutdown());
    settle().await;
    assert!(peer.has_none(RequestCode::UNREGISTER_CLIENT));
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    let leaving = peer.expect(RequestCode::UNREGISTER_CLIENT).await;
    leaving.reply(answer(ResponseCode::SUCCESS, "")).await;
    ending.await.expect("no panic");
}

/// Answers a lock: with the queues that were asked for, or none.
async fn answer_lock(peer: &mut Peer, given: bool) {
    let asked = peer.expect(LOCK).await;
    let queues = LockRequest::decode(&asked.command.body)
        .expect("a lock")
        .mq_set;
    let locked = Locked {
        queues: if given { queues } else { Vec::new() },
    };
    let mut reply = answer(ResponseCode::SUCCESS, "");
    reply.body = serde_json::to_vec(&locked).expect("it is").into();
    asked.reply(reply).await;
}

#[tokio::test]
async fn a_queue_whose_lock_was_lost_waits_for_the_call_that_runs() {
    let mut peer = Peer::start_with(1, &[]).await;
    let consumer = Client::new().order_consumer(&peer.config());
    let consumer = Arc::new(consumer.expect("a consumer"));
    let (note, mut calls) = mpsc::unbounded_channel();
    let (go_on, may_go_on) = tokio::sync::watch::channel(false);
    consumer
        .subscribe(TOPIC, "*", move |message| {
            let (note, mut may_go_on) = (note.clone(), may_go_on.clone());
            async move {
                note.send(message.queue_offset()).expect("a test");
                may_go_on.wait_for(|it| *it).await.expect("a test");
                OrderAction::Success
            }
        })
        .expect("a subscription");
    let starting = Arc::clone(&consumer);
    let starting = tokio::spawn(async move { starting.start().await });
    let client_id = answer_heartbeat(&mut peer).await.client_id;
    let asked = peer.expect(RequestCode::GET_CONSUMER_LIST_BY_GROUP).await;
    asked.reply(members(&[&client_id])).await;
    answer_lock(&mut peer, true).await;
    let asked = peer.expect(RequestCode::QUERY_CONSUMER_OFFSET).await;
    asked.reply(stored_offset("100")).await;
    let pull = peer.expect(PULL).await;
    starting.await.expect("no panic").expect("started");
    pull.reply(found(101, &[record(100, "T", "")])).await;
    assert_eq!(calls.recv().await, Some(100));
    pass(Duration::from_secs(21)).await;
    // The broker gave it to somebody else meanwhile.
    answer_lock(&mut peer, false).await;
    while peer.has_none(RequestCode::GET_CONSUMER_LIST_BY_GROUP) {
        settle().await;
    }
    let asked = peer.expect(RequestCode::GET_CONSUMER_LIST_BY_GROUP).await;
    asked.reply(members(&[&client_id])).await;
    settle().await;
    assert!(peer.has_none(LOCK), "its message is still being consumed");
    go_on.send(true).expect("a listener");
    let asked = peer.expect(RequestCode::GET_CONSUMER_LIST_BY_GROUP).await;
    asked.reply(members(&[&client_id])).await;
    answer_lock(&mut peer, true).await;
    assert!(peer.has_none(COMMIT), "the offset is somebody else's now");
}

#[tokio::test]
async fn a_message_that_is_not_done_bounds_what_is_consumed_behind_it() {
    let mut scene = Scene::start_with("*", &[("maxCachedMessageAmount", "100")]).await;
    let mut kept = None;
    for first in (100..300).step_by(20) {
        let records: Vec<_> = (first..first + 20).map(|it| record(it, "T", "")).collect();
        scene.pull.reply(found(first + 20, &records)).await;
        let mut taken = 0;
        while taken < 20 {
            for delivery in scene.inbox.receive(20).await {
                taken += 1;
                match delivery.message().queue_offset() {
                    100 => kept = Some(delivery),
                    _ => drop(delivery.complete(Action::CommitMessage)),
                }
            }
        }
        if first < 280 {
            scene.pull = scene.peer.expect(PULL).await;
        }
    }
    settle().await;
    assert!(scene.peer.has_none(PULL), "200 cannot be committed");
    assert!(kept.expect("the first").complete(Action::CommitMessage));
    let pull = scene.peer.expect(PULL).await;
    assert_eq!(pull.field("queueOffset"), "300");
}
