//! Messages that are lent to `send_then` and `send_many`: whichever way they leave, they are whole.

use std::collections::HashMap;

use futures_util::FutureExt as _;
use onsmq::{Begun, Entering, Message, Producer, Result, SendResult};
use onsmq_proto::codec::{RequestCode, ResponseCode};
use onsmq_proto::message::{batch, compression, properties};
use tokio::sync::oneshot;

use crate::peer::{Peer, Request, TOPIC, answer, stored};

const ALONE: RequestCode = RequestCode::SEND_MESSAGE_V2;
const TOGETHER: RequestCode = RequestCode::SEND_BATCH_MESSAGE;

type Over = oneshot::Receiver<Result<SendResult>>;

fn message(body: &str) -> Message {
    Message::new(TOPIC, body.to_owned()).tag("T")
}

/// Lends a message for the time of the call.
fn begin(
    producer: &Producer,
    body: &str,
) -> (Begun<impl FnOnce(Result<SendResult>) + use<>>, Over) {
    let (done, over) = oneshot::channel();
    let lent = message(body);
    let begun = producer.send_then(&lent, |sent| drop(done.send(sent)));
    (begun, over)
}

/// The same where there is room.
fn lend(producer: &Producer, body: &str) -> Over {
    let (begun, over) = begin(producer, body);
    assert!(matches!(begun, Begun::UnderWay), "there is room");
    over
}

/// The same where there is none.
fn wait(
    producer: &Producer,
    body: &str,
) -> (Entering<impl FnOnce(Result<SendResult>) + use<>>, Over) {
    let (begun, over) = begin(producer, body);
    let Begun::Waits(room) = begun else {
        panic!("there is no room");
    };
    (room, over)
}

/// The route is known, and the one queue busy.
async fn busy(peer: &mut Peer, producer: &Producer) -> (Over, Request) {
    let first = lend(producer, "first");
    peer.expect(ALONE).await.reply(stored("0", "0")).await;
    first.await.expect("told").expect("stored");
    // Its queue is let go of behind that.
    let over = lend(producer, "before");
    (over, peer.expect(ALONE).await)
}

/// What a request holds is the message that its sender is told of.
async fn is_whole(request: &Request, body: &str, over: Over) {
    assert_eq!(request.command.body, body.as_bytes());
    let properties = request.field("i").to_owned();
    assert_eq!(properties::get(&properties, "TAGS"), Some("T"));
    request.reply(stored("0", "1")).await;
    let sent = over.await.expect("told").expect("stored");
    let id = properties::get(&properties, "UNIQ_KEY").expect("an id");
    assert_eq!(sent.message_id, id);
}

#[tokio::test]
async fn alone_where_nothing_is_gathered() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer
        .producer_of(&peer.config().set("autoBatch", "false"))
        .await;
    let over = lend(&producer, "body");
    is_whole(&peer.expect(ALONE).await, "body", over).await;
}

#[tokio::test]
async fn alone_where_a_batch_has_no_room_for_it() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer
        .producer_of(&peer.config().set("batchMaxBytes", "2000"))
        .await;
    let (_before, _not_answered) = busy(&mut peer, &producer).await;
    let body = "b".repeat(2000);
    let over = lend(&producer, &body);
    is_whole(&peer.expect(ALONE).await, &body, over).await;
}

#[tokio::test]
async fn compressed() {
    let mut peer = Peer::start_with(1, &[]).await;
    let config = peer.config().set("compressMsgBodyOverHowmuch", "1000");
    let producer = peer.producer_of(&config).await;
    let body = "b".repeat(2000);
    let over = lend(&producer, &body);
    let request = peer.expect(ALONE).await;
    let flag = request.field("f").parse().expect("a number");
    let read = compression::decompress(flag, &request.command.body, 2000);
    assert_eq!(read.expect("compressed"), body.as_bytes());
    request.reply(stored("0", "0")).await;
    over.await.expect("told").expect("stored");
}

#[tokio::test]
async fn once_there_is_room() {
    let mut peer = Peer::start_with(1, &[]).await;
    let config = peer.config().set("SendBufferMaxMessages", "1");
    let producer = peer.producer_of(&config).await;
    let (before, request) = busy(&mut peer, &producer).await;
    let (room, over) = wait(&producer, "later");
    request.reply(stored("0", "1")).await;
    before.await.expect("told").expect("stored");
    room.await.map_err(|(error, _)| error).expect("room");
    is_whole(&peer.expect(ALONE).await, "later", over).await;
}

#[tokio::test]
async fn once_there_is_room_before_what_is_sent_next() {
    let mut peer = Peer::start_with(1, &[]).await;
    let config = peer.config().set("SendBufferMaxMessages", "3");
    let producer = peer.producer_of(&config).await;
    let (before, request) = busy(&mut peer, &producer).await;
    let full = ["one", "other"].map(|body| lend(&producer, body));
    let (room, first) = wait(&producer, "first");
    request.reply(stored("0", "1")).await;
    before.await.expect("told").expect("stored");
    peer.expect(TOGETHER).await.reply(stored("0", "2")).await;
    for over in full {
        over.await.expect("told").expect("stored");
    }
    let _under_way = lend(&producer, "meanwhile");
    let request = peer.expect(ALONE).await;
    let entered = room.now_or_never().expect("there is room");
    entered.map_err(|(error, _)| error).expect("under way");
    let second = lend(&producer, "second");
    request.reply(stored("0", "4")).await;
    let together = peer.expect(TOGETHER).await;
    let mut entries = together.command.body.clone();
    for body in ["first", "second"] {
        let entry = batch::take(&mut entries).expect("a batch");
        assert_eq!(entry.expect("a message").body, body.as_bytes());
    }
    together.reply(stored("0", "5")).await;
    for over in [first, second] {
        over.await.expect("told").expect("stored");
    }
}

#[tokio::test]
async fn again_where_a_batch_of_them_is_refused() {
    let mut peer = Peer::start_with(1, &[]).await;
    let producer = peer.producer().await;
    let (before, request) = busy(&mut peer, &producer).await;
    let lent = ["one", "other"].map(|body| (body, lend(&producer, body)));
    request.reply(stored("0", "1")).await;
    before.await.expect("told").expect("stored");
    let together = peer.expect(TOGETHER).await;
    let mut entries = together.command.body.clone();
    for (body, _) in &lent {
        let entry = batch::take(&mut entries)
            .expect("a batch")
            .expect("a message");
        assert_eq!(entry.body, body.as_bytes());
        assert_eq!(properties::get(&entry.properties, "TAGS"), Some("T"));
    }
    let refusal = answer(ResponseCode::MESSAGE_ILLEGAL, "one of them is too large");
    together.reply(refusal).await;
    let mut lent = Vec::from(lent);
    for _ in 0..2 {
        // In any order.
        let again = peer.expect(ALONE).await;
        let is_it = |(body, _): &(&str, _)| again.command.body == body.as_bytes();
        let at = lent.iter().position(is_it).expect("one of them");
        let (body, over) = lent.remove(at);
        is_whole(&again, body, over).await;
    }
}

#[tokio::test]
async fn many_of_which_some_wait_for_room() {
    let mut peer = Peer::start_with(1, &[]).await;
    let config = peer.config().set("SendBufferMaxMessages", "2");
    let producer = peer.producer_of(&config.set("autoBatch", "false")).await;
    let bodies = ["a", "b", "c", "d", "e"];
    let messages = bodies.map(message);
    let sending = tokio::spawn(producer.send_many(&messages));
    drop(messages);
    let mut ids = HashMap::new();
    for _ in bodies {
        let request = peer.expect(ALONE).await;
        let id = properties::get(request.field("i"), "UNIQ_KEY").expect("an id");
        let body = String::from_utf8(request.command.body.to_vec()).expect("text");
        ids.insert(body, id.to_owned());
        request.reply(stored("0", "1")).await;
    }
    let sent = sending.await.expect("no panic");
    assert_eq!(sent.len(), bodies.len());
    for (body, sent) in bodies.iter().zip(sent) {
        assert_eq!(sent.expect("stored").message_id, ids[*body]);
    }
}
