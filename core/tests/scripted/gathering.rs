//! Sends that leave together.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use onsmq::{Begun, ErrorKind, Message, Producer, Result, SendResult};
use onsmq_proto::codec::{RequestCode, ResponseCode, Serialization};
use onsmq_proto::message::{batch, properties};
use tokio::task::JoinHandle;

use crate::peer::{Peer, Request, TOPIC, answer, stored};

const ALONE: RequestCode = RequestCode::SEND_MESSAGE_V2;
const TOGETHER: RequestCode = RequestCode::SEND_BATCH_MESSAGE;

type Sending = JoinHandle<Result<SendResult>>;

/// Sends a message, and returns once its request is under way or it waits.
async fn send(producer: &Arc<Producer>, message: Message) -> Sending {
    let mut sending = Box::pin(producer.send(message));
    // Until it waits for an answer, its own or that to another.
    let polled = futures_util::poll!(&mut sending);
    assert!(polled.is_pending());
    tokio::spawn(sending)
}

fn message(number: usize) -> Message {
    Message::new(TOPIC, format!("body {number}")).tag(format!("T{number}"))
}

/// The first message is under way, and so many others wait for it.
async fn under_way(
    peer: &mut Peer,
    producer: &Arc<Producer>,
    count: usize,
) -> (Sending, Request, Vec<Sending>) {
    // Finds the route, so that all that follow know it.
    let first = tokio::spawn(producer.send(message(0)));
    peer.expect(ALONE).await.reply(stored("0", "0")).await;
    sent(first).await;
    let first = send(producer, message(0)).await;
    let request = peer.expect(ALONE).await;
    let mut waiting = Vec::new();
    for number in 1..=count {
        waiting.push(send(producer, message(number)).await);
    }
    (first, request, waiting)
}

async fn sent(sending: Sending) -> SendResult {
    sending.await.expect("no panic").expect("stored")
}

/// The bodies of a batch, and the ids that its messages have.
fn entries(request: &Request) -> Vec<(String, String)> {
    let mut body: Bytes = request.command.body.clone();
    let mut entries = Vec::new();
    while let Some(entry) = batch::take(&mut body).expect("a batch") {
        let id = properties::get(&entry.properties, "UNIQ_KEY").expect("an id");
        let text = String::from_utf8(entry.body.to_vec()).expect("text");
        entries.push((text, id.to_owned()));
    }
    entries
}

#[tokio::test]
async fn what_is_sent_one_after_another_takes_all_queues_in_turn() {
    let mut peer = Peer::start_with(4, &[]).await;
    let producer = peer.producer().await;
    let mut sends = [0; 4];
    for number in 0..8 {
        let (done, over) = tokio::sync::oneshot::channel();
        let begun = producer.send_then(message(number), |sent| drop(done.send(sent)));
        assert!(matches!(begun, Begun::UnderWay));
        let request = peer.expect(ALONE).await;
        let queue = request.field("e").to_owned();
        sends[queue.parse::<usize>().expect("a number")] += 1;
        request.reply(stored(&queue, "0")).await;
        over.await.expect("told").expect("stored");
        // What the queue was kept for is over as well.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(sends, [2; 4]);
}

#[tokio::test]
async fn what_comes_while_a_request_is_under_way_leaves_together() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer.producer().await;
    let (first, request, waiting) = under_way(&mut peer, &producer, 3).await;
    request.reply(stored("0", "1")).await;
    assert_eq!(sent(first).await.queue_offset, 1);
    let together = peer.expect(TOGETHER).await;
    assert_eq!(together.field("m"), "true");
    assert_eq!(together.field("e"), "0");
    // As for any request to a peer that has told its version.
    assert_eq!(request.serialization, Serialization::Binary);
    assert_eq!(together.serialization, Serialization::Binary);
    let entries = entries(&together);
    let bodies: Vec<_> = entries.iter().map(|(body, _)| body.as_str()).collect();
    assert_eq!(bodies, ["body 1", "body 2", "body 3"]);
    together.reply(stored("0", "2")).await;
    for (at, (sending, (_, id))) in waiting.into_iter().zip(entries).enumerate() {
        let sent = sent(sending).await;
        assert_eq!(sent.queue_offset, 2 + i64::try_from(at).expect("small"));
        assert_eq!(sent.message_id, id);
    }
    // Nothing waits any more: the next one is alone again.
    let last = tokio::spawn(producer.send(message(9)));
    peer.expect(ALONE).await.reply(stored("0", "5")).await;
    sent(last).await;
}

#[tokio::test]
async fn the_first_messages_of_a_topic_leave_in_their_order() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer.producer().await;
    let mut sends = Vec::new();
    for number in 1..=3 {
        sends.push(send(&producer, message(number)).await);
    }
    let together = peer.expect(TOGETHER).await;
    let entries = entries(&together);
    let bodies: Vec<_> = entries.iter().map(|(body, _)| body.as_str()).collect();
    assert_eq!(bodies, ["body 1", "body 2", "body 3"]);
    together.reply(stored("0", "0")).await;
    for sending in sends {
        sent(sending).await;
    }
}

#[tokio::test]
async fn no_message_waits_for_a_topic_that_may_not_be_written() {
    let peer = Peer::start_with(0, &[]).await;
    let producer = peer.producer().await;
    // The first one finds the route, the others know it.
    for number in 0..3 {
        let sending = producer.send(message(number));
        let sent = tokio::time::timeout(Duration::from_secs(2), sending).await;
        let error = sent.expect("in time").expect_err("no queue");
        assert_eq!(error.kind(), ErrorKind::NoRoute, "{error:?}");
    }
}

#[tokio::test]
async fn a_batch_that_is_refused_is_sent_again_one_by_one() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer.producer().await;
    let (first, request, waiting) = under_way(&mut peer, &producer, 2).await;
    request.reply(stored("0", "1")).await;
    sent(first).await;
    let refusal = answer(ResponseCode::MESSAGE_ILLEGAL, "the message is too large");
    peer.expect(TOGETHER).await.reply(refusal.clone()).await;
    // The one that is at fault is told, the other is stored.
    let (one, other) = (peer.expect(ALONE).await, peer.expect(ALONE).await);
    one.reply(refusal).await;
    other.reply(stored("0", "2")).await;
    let mut results = Vec::new();
    for sending in waiting {
        results.push(
            sending
                .await
                .expect("no panic")
                .map_err(|error| error.kind()),
        );
    }
    let failed: Vec<_> = results.iter().filter_map(|it| it.as_ref().err()).collect();
    assert_eq!(failed, [&ErrorKind::IllegalMessage]);
}

#[tokio::test]
async fn a_busy_broker_gets_the_messages_of_a_batch_again() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer.producer().await;
    let (first, request, waiting) = under_way(&mut peer, &producer, 2).await;
    request.reply(stored("0", "1")).await;
    sent(first).await;
    let busy = answer(ResponseCode::SYSTEM_BUSY, "broker busy");
    peer.expect(TOGETHER).await.reply(busy).await;
    for offset in ["2", "3"] {
        peer.expect(ALONE).await.reply(stored("0", offset)).await;
    }
    for sending in waiting {
        sent(sending).await;
    }
}

#[tokio::test]
async fn those_whose_time_is_over_are_told_and_do_not_leave() {
    let mut peer = Peer::start_with(1, &[]).await;
    let config = peer.config().set("SendMsgTimeoutMillis", "300");
    let producer = peer.producer_of(&config).await;
    let (first, _never_answered, waiting) = under_way(&mut peer, &producer, 2).await;
    for sending in [first].into_iter().chain(waiting) {
        let error = sending.await.expect("no panic").expect_err("no answer");
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(error.topic(), Some(TOPIC));
        assert!(error.message_id().is_some());
    }
}

#[tokio::test]
async fn the_answer_to_a_batch_that_does_not_come_is_a_time_out_of_each() {
    let mut peer = Peer::start_with(1, &[]).await;
    let config = peer.config().set("SendMsgTimeoutMillis", "500");
    let producer = peer.producer_of(&config).await;
    let (first, request, waiting) = under_way(&mut peer, &producer, 2).await;
    request.reply(stored("0", "1")).await;
    sent(first).await;
    peer.expect(TOGETHER).await;
    for sending in waiting {
        let error = sending.await.expect("no panic").expect_err("no answer");
        assert_eq!(error.kind(), ErrorKind::Timeout);
    }
}

#[tokio::test]
async fn what_may_not_share_a_request_does_not_wait() {
    let mut peer = Peer::start_with(1, &[]).await;
    let config = peer
        .config()
        .set("compressMsgBodyOverHowmuch", "1000")
        .set("batchMaxBytes", "5000");
    let producer = peer.producer_of(&config).await;
    let (first, request, waiting) = under_way(&mut peer, &producer, 0).await;
    let compressed = Message::new(TOPIC, vec![b'x'; 2000]);
    // It does not become smaller, and is too large for a batch.
    let large: Vec<u8> = (0..6000).map(|_| fastrand::u8(..)).collect();
    let alone = [compressed, Message::new(TOPIC, large)];
    let mut sends = Vec::new();
    for message in alone {
        sends.push(tokio::spawn(producer.send(message)));
        peer.expect(ALONE).await.reply(stored("0", "2")).await;
    }
    request.reply(stored("0", "1")).await;
    for sending in [first].into_iter().chain(sends).chain(waiting) {
        sent(sending).await;
    }
}

#[tokio::test]
async fn without_auto_batch_each_message_leaves_alone() {
    let mut peer = Peer::start_with(1, &[]).await;
    let config = peer.config().set("autoBatch", "false");
    let producer = peer.producer_of(&config).await;
    let (first, request, waiting) = under_way(&mut peer, &producer, 2).await;
    for offset in ["2", "3"] {
        peer.expect(ALONE).await.reply(stored("0", offset)).await;
    }
    request.reply(stored("0", "1")).await;
    for sending in [first].into_iter().chain(waiting) {
        sent(sending).await;
    }
}

#[tokio::test]
async fn a_send_that_is_given_up_lets_the_others_leave() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer.producer().await;
    let (first, _not_answered, waiting) = under_way(&mut peer, &producer, 2).await;
    first.abort();
    peer.expect(TOGETHER).await.reply(stored("0", "2")).await;
    for sending in waiting {
        sent(sending).await;
    }
}

#[tokio::test]
async fn a_full_producer_waits_or_fails_as_it_is_told() {
    let mut peer = Peer::start_with(1, &[]).await;
    let full = |when: &str| {
        peer.config()
            .set("SendBufferMaxMessages", "2")
            .set("SendBufferFull", when)
    };
    let (failing, waiting) = (full("FAIL"), full("WAIT"));
    let producer = peer.producer_of(&failing).await;
    let (first, request, held) = under_way(&mut peer, &producer, 1).await;
    let error = producer.send(message(2)).await.expect_err("no room");
    assert_eq!(error.kind(), ErrorKind::FlowControl);
    assert!(error.is_retriable() && error.to_string().contains("SendBufferMaxMessages"));
    request.reply(stored("0", "1")).await;
    peer.expect(ALONE).await.reply(stored("0", "2")).await;
    for sending in [first].into_iter().chain(held) {
        sent(sending).await;
    }
    let producer = peer.producer_of(&waiting).await;
    let (first, request, held) = under_way(&mut peer, &producer, 1).await;
    let later = send(&producer, message(2)).await;
    request.reply(stored("0", "3")).await;
    sent(first).await;
    peer.expect(ALONE).await.reply(stored("0", "4")).await;
    peer.expect(ALONE).await.reply(stored("0", "5")).await;
    for sending in held.into_iter().chain([later]) {
        sent(sending).await;
    }
}

#[tokio::test]
async fn a_flush_waits_for_what_was_sent_before_it() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer.producer().await;
    let (first, request, waiting) = under_way(&mut peer, &producer, 1).await;
    let mut flush = Box::pin(producer.flush());
    let later = send(&producer, message(2)).await;
    assert!(futures_util::poll!(&mut flush).is_pending());
    request.reply(stored("0", "1")).await;
    let together = peer.expect(TOGETHER).await;
    assert_eq!(entries(&together).len(), 2);
    assert!(futures_util::poll!(&mut flush).is_pending());
    together.reply(stored("0", "2")).await;
    flush.await;
    for sending in [first, later].into_iter().chain(waiting) {
        sent(sending).await;
    }
    tokio::time::timeout(Duration::from_secs(5), producer.flush())
        .await
        .expect("nothing is in flight");
}

#[tokio::test]
async fn shutdown_waits_for_those_that_wait() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer.producer().await;
    let (first, request, waiting) = under_way(&mut peer, &producer, 2).await;
    let ending = tokio::spawn(producer.shutdown());
    request.reply(stored("0", "1")).await;
    peer.expect(TOGETHER).await.reply(stored("0", "2")).await;
    for sending in [first].into_iter().chain(waiting) {
        sent(sending).await;
    }
    ending.await.expect("no panic");
}

/// An application whose runtime ends before its producer does.
#[test]
fn a_runtime_that_ends_lets_go_of_what_waits() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (told, ends) = std::sync::mpsc::channel::<Result<SendResult>>();
    let held = runtime.block_on(async {
        let mut peer = Peer::start_with(1, &[]).await;
        let producer = peer.producer().await;
        let first = tokio::spawn(producer.send(message(0)));
        peer.expect(ALONE).await.reply(stored("0", "0")).await;
        sent(first).await;
        let send = |number| {
            let told = told.clone();
            producer.send_then(message(number), move |sent| drop(told.send(sent)));
        };
        send(0);
        let request = peer.expect(ALONE).await;
        // They wait for its answer.
        send(1);
        send(2);
        (peer, producer, request)
    });
    drop(runtime);
    drop(told);
    // Each was let go of, or there would be somebody left who can tell.
    assert!(ends.iter().all(|end| end.is_err()));
    drop(held);
}
