//! Listeners of single messages that are quick get several in turn: nobody is to notice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onsmq::{Action, Client, Consumer, MessageExt};
use onsmq_proto::codec::{RequestCode, ResponseCode};
use tokio::sync::{Semaphore, mpsc};

use crate::peer::{Peer, Request, TOPIC, answer};
use crate::scene::{PULL, begin, found, record};

/// What was received, by offset, once its listener has begun.
type Begun = mpsc::UnboundedReceiver<i64>;

/// What a listener tells.
async fn soon<T>(told: impl Future<Output = Option<T>>) -> T {
    let told = tokio::time::timeout(Duration::from_secs(30), told).await;
    told.expect("the listener is called").expect("a listener")
}

struct Listening {
    peer: Peer,
    _consumer: Consumer,
    begun: Begun,
    /// Those that wait go on with a permit.
    go_on: Arc<Semaphore>,
    /// The most that waited at once.
    most: Arc<AtomicUsize>,
}

impl Listening {
    /// A listener that panics at messages with the tag P, and waits at those with the tag W. It was
    /// quick before.
    async fn start(at_once: &str) -> (Self, Request) {
        let mut peer = Peer::start_with(1, &[]).await;
        let consumer = peer.consumer(&[("ConsumeThreadNums", at_once)]);
        let (told, begun) = mpsc::unbounded_channel();
        let (go_on, most) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let waiting = Arc::new(AtomicUsize::new(0));
        let (may, peak) = (Arc::clone(&go_on), Arc::clone(&most));
        let listener = move |message: MessageExt| {
            told.send(message.queue_offset()).expect("heard");
            assert_ne!(message.tag(), Some("P"), "as it is to be");
            let (may, peak, waiting) = (Arc::clone(&may), Arc::clone(&peak), Arc::clone(&waiting));
            async move {
                if message.tag() == Some("W") {
                    let now = waiting.fetch_add(1, Ordering::SeqCst) + 1;
                    peak.fetch_max(now, Ordering::SeqCst);
                    may.acquire().await.expect("open").forget();
                    waiting.fetch_sub(1, Ordering::SeqCst);
                }
                Action::CommitMessage
            }
        };
        consumer
            .subscribe(TOPIC, "*", listener)
            .expect("subscribed");
        let (started, pull) = tokio::join!(consumer.start(), begin(&mut peer));
        started.expect("started");
        let mut this = Self {
            peer,
            _consumer: consumer,
            begun,
            go_on,
            most,
        };
        let next = this.receive(&pull, 100, &["Q"; 40]).await;
        this.expect_begun(100..140).await;
        (this, next)
    }

    /// Answers a pull with messages of these tags. Gives the next pull.
    async fn receive(&mut self, pull: &Request, first: i64, tags: &[&str]) -> Request {
        let records: Vec<_> = (first..)
            .zip(tags)
            .map(|(at, tag)| record(at, tag, ""))
            .collect();
        let next = first + i64::try_from(tags.len()).expect("few");
        pull.reply(found(next, &records)).await;
        self.peer.expect(PULL).await
    }

    async fn expect_begun(&mut self, offsets: impl IntoIterator<Item = i64>) {
        let mut expected: Vec<_> = offsets.into_iter().collect();
        while !expected.is_empty() {
            let begun = soon(self.begun.recv()).await;
            expected.retain(|offset| *offset != begun);
        }
    }
}

#[tokio::test]
async fn of_several_in_turn_only_the_one_that_panics_comes_again() {
    let (mut this, pull) = Listening::start("20").await;
    this.receive(&pull, 140, &["Q", "P", "Q", "Q"]).await;
    this.expect_begun(140..144).await;
    let back = this.peer.expect(RequestCode::CONSUMER_SEND_MSG_BACK).await;
    assert_eq!(back.field("offset"), "141000");
    back.reply(answer(ResponseCode::SUCCESS, "")).await;
    assert!(this.peer.has_none(RequestCode::CONSUMER_SEND_MSG_BACK));
}

#[tokio::test]
async fn those_that_wait_hold_up_no_other_and_are_as_many_as_configured() {
    let (mut this, pull) = Listening::start("3").await;
    this.receive(&pull, 140, &["W", "W", "Q", "W", "W", "W"])
        .await;
    // One is quick, and three wait.
    this.expect_begun([140, 141, 142, 143]).await;
    for offset in 144..146 {
        assert!(this.begun.try_recv().is_err(), "three are under way");
        this.go_on.add_permits(1);
        this.expect_begun([offset]).await;
    }
    this.go_on.add_permits(3);
    assert_eq!(this.most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn quick_lists_of_one_message_each_are_lists() {
    let mut peer = Peer::start_with(1, &[]).await;
    let consumer = Client::new().batch_consumer(&peer.config());
    let consumer = consumer.expect("a consumer");
    let (told, mut lists) = mpsc::unbounded_channel();
    let listener = move |messages: Vec<MessageExt>| {
        let offsets = messages.iter().map(MessageExt::queue_offset).collect();
        told.send(offsets).expect("heard");
        std::future::ready(Action::CommitMessage)
    };
    consumer
        .subscribe(TOPIC, "*", listener)
        .expect("subscribed");
    let (started, pull) = tokio::join!(consumer.start(), begin(&mut peer));
    started.expect("started");
    let mut expected: Vec<_> = (100..200).map(|offset| vec![offset]).collect();
    let records: Vec<_> = (100..200).map(|at| record(at, "T", "")).collect();
    pull.reply(found(150, &records[..50])).await;
    peer.expect(PULL)
        .await
        .reply(found(200, &records[50..]))
        .await;
    while !expected.is_empty() {
        let list: Vec<i64> = soon(lists.recv()).await;
        expected.retain(|it| *it != list);
    }
    assert!(peer.has_none(RequestCode::CONSUMER_SEND_MSG_BACK));
}
