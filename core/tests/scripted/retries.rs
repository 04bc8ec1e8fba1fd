//! Messages that come again.

use std::time::Duration;

use onsmq::Action;
use onsmq_proto::codec::{RequestCode, ResponseCode};

use crate::peer::{GROUP, TOPIC, answer, request};
use crate::scene::{COMMIT, Queues, Scene, found, members, pass, record};

const SEND_BACK: RequestCode = RequestCode::CONSUMER_SEND_MSG_BACK;

#[tokio::test]
async fn what_could_not_be_sent_back_is_consumed_again_here() {
    let mut scene = Scene::start("*").await;
    scene.pull.reply(found(101, &[record(100, "T", "")])).await;
    let delivery = scene.inbox.receive(1).await.remove(0);
    assert!(delivery.complete(Action::ReconsumeLater));
    let back = scene.peer.expect(SEND_BACK).await;
    back.reply(answer(ResponseCode::SYSTEM_ERROR, "not now"))
        .await;
    let again = scene.inbox.receive(1).await.remove(0);
    assert_eq!(
        (
            again.message().queue_offset(),
            again.message().reconsume_times()
        ),
        (100, 1)
    );
    assert!(again.complete(Action::CommitMessage));
    let ending = scene.shutdown();
    let commit = scene.peer.expect(COMMIT).await;
    assert_eq!(commit.field("commitOffset"), "101");
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    scene.end(ending).await;
}

#[tokio::test]
async fn what_takes_too_long_is_sent_back_and_holds_nothing_up() {
    let mut scene = Scene::start_with("*", &[("ConsumeTimeout", "2")]).await;
    let records = [record(100, "T", ""), record(101, "T", "")];
    scene.pull.reply(found(102, &records)).await;
    let deliveries = scene.inbox.receive(2).await;
    assert!(deliveries[1].complete(Action::CommitMessage));
    pass(Duration::from_secs(130)).await;
    let back = scene.peer.expect(SEND_BACK).await;
    assert_eq!(
        (back.field("offset"), back.field("delayLevel")),
        ("100000", "3")
    );
    assert_eq!(
        (back.field("group"), back.field("originTopic")),
        (GROUP, TOPIC)
    );
    back.reply(answer(ResponseCode::SYSTEM_ERROR, "not now"))
        .await;
    // Tried again, however often it takes.
    while scene.peer.has_none(SEND_BACK) {
        pass(Duration::from_secs(130)).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let back = scene.peer.expect(SEND_BACK).await;
    back.reply(answer(ResponseCode::SUCCESS, "")).await;
    let commit = loop {
        let commit = scene.peer.expect(COMMIT).await;
        commit.reply(answer(ResponseCode::SUCCESS, "")).await;
        if commit.field("commitOffset") == "102" {
            break commit;
        }
    };
    assert_eq!(commit.field("queueId"), "0");
    // Too late: it was sent back already.
    assert!(deliveries[0].complete(Action::ReconsumeLater));
    let ending = scene.shutdown();
    let leaving = scene.peer.expect(RequestCode::UNREGISTER_CLIENT).await;
    leaving.reply(answer(ResponseCode::SUCCESS, "")).await;
    ending.await.expect("no panic");
    assert!(scene.peer.has_none(SEND_BACK));
}

/// Brokers lose some of the first offsets of a topic that come at once.
#[tokio::test]
async fn offsets_of_queues_that_are_given_up_are_stored_by_turns() {
    let Queues {
        mut peer,
        consumer: _consumer,
        client_id,
        pulls,
        inbox: _inbox,
    } = Queues::start(3).await;
    let changed = request(
        RequestCode::NOTIFY_CONSUMER_IDS_CHANGED,
        &[("consumerGroup", GROUP)],
    );
    pulls[0].ask(&changed.oneway()).await;
    let asked = peer.expect(RequestCode::GET_CONSUMER_LIST_BY_GROUP).await;
    // Three others, which are before this one, take all.
    asked.reply(members(&["!1", "!2", "!3", &client_id])).await;
    let commit = peer.expect(COMMIT).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(peer.has_none(COMMIT));
    commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    for _ in 1..3 {
        let commit = peer.expect(COMMIT).await;
        assert_eq!(commit.field("commitOffset"), "150");
        commit.reply(answer(ResponseCode::SUCCESS, "")).await;
    }
}
