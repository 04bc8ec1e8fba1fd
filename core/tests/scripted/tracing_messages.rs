use std::sync::Arc;
use std::time::{Duration, Instant};

use onsmq::{Config, Message, Producer, Result, SendResult};
use onsmq_proto::codec::{RequestCode, ResponseCode};
use tokio::task::JoinHandle;

use crate::peer::{GROUP, Peer, Request, TOPIC, answer, stored};

const SEND: RequestCode = RequestCode::SEND_MESSAGE_V2;
const TRACE: &str = "RMQ_SYS_TRACE_TOPIC";

struct Scene {
    peer: Peer,
    producer: Arc<Producer>,
    /// Requests of message trace that came while the application's were expected.
    traces: Vec<Request>,
}

impl Scene {
    async fn start(more: impl FnOnce(Config) -> Config) -> Self {
        let peer = Peer::start().await;
        let config = more(peer.config().set("MsgTraceSwitch", "true"));
        let producer = peer.producer_of(&config).await;
        Self {
            peer,
            producer,
            traces: Vec::new(),
        }
    }

    fn begin(&self, key: &str) -> JoinHandle<Result<SendResult>> {
        let (producer, message) = (
            Arc::clone(&self.producer),
            Message::new(TOPIC, "body").key(key),
        );
        tokio::spawn(async move { producer.send(message).await })
    }

    /// Sends a message, and has it stored.
    async fn send(&mut self, key: &str) -> String {
        let sending = self.begin(key);
        loop {
            let request = self.peer.expect(SEND).await;
            if request.field("b") == TRACE {
                self.traces.push(request);
                continue;
            }
            request.reply(stored("1", "42")).await;
            let sent = sending.await.expect("no panic").expect("stored");
            return sent.message_id.into();
        }
    }

    async fn trace(&mut self) -> Request {
        if let Some(trace) = self.traces.pop() {
            return trace;
        }
        let request = self.peer.expect(SEND).await;
        assert_eq!(request.field("b"), TRACE);
        request
    }

    fn shutdown(&self) -> JoinHandle<()> {
        let producer = Arc::clone(&self.producer);
        tokio::spawn(async move { producer.shutdown().await })
    }
}

#[tokio::test]
async fn records_of_many_messages_leave_in_one() {
    let mut scene = Scene::start(|config| config).await;
    let mut ids = Vec::new();
    // The hundredth fills the batch.
    for _ in 0..100 {
        ids.push(scene.send("key").await);
    }
    let mut records = Vec::new();
    while records.len() < 100 {
        let trace = scene.trace().await;
        trace.reply(stored("0", "1")).await;
        let text = String::from_utf8(trace.command.body.to_vec()).expect("text");
        records.extend(text.split_terminator('\u{2}').map(str::to_owned));
        assert_eq!(trace.field("a"), "_INNER_TRACE_PRODUCER");
    }
    for (record, id) in records.iter().zip(&ids) {
        let fields: Vec<_> = record.split('\u{1}').collect();
        let expected = ["DefaultRegion", GROUP, TOPIC, id, "null", "key"];
        assert_eq!((fields[0], &fields[2..8]), ("Pub", &expected[..]));
    }
    scene.shutdown().await.expect("no panic");
}

#[tokio::test]
async fn a_refusal_of_records_fails_no_send() {
    let mut scene = Scene::start(|config| config).await;
    scene.send("one").await;
    let trace = scene.trace().await;
    trace
        .reply(answer(ResponseCode::NO_PERMISSION, "not you"))
        .await;
    scene.send("two").await;
}

#[tokio::test]
async fn records_that_nobody_takes_delay_nothing_and_are_bounded() {
    let mut scene = Scene::start(|config| config).await;
    // More than wait at most.
    for _ in 0..3000 {
        scene.send("key").await;
    }
    // One is under way, and is tried again within its time.
    assert!(scene.traces.len() < 5, "{}", scene.traces.len());
    let begun = Instant::now();
    scene.shutdown().await.expect("no panic");
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn shutdown_sends_what_waits() {
    let mut scene = Scene::start(|config| config).await;
    let id = scene.send("key").await;
    let ending = scene.shutdown();
    let trace = scene.trace().await;
    assert!(String::from_utf8_lossy(&trace.command.body).contains(&id));
    trace.reply(stored("0", "1")).await;
    ending.await.expect("no panic");
}

#[tokio::test]
async fn nothing_is_recorded_unless_asked() {
    for switch in [None, Some("false")] {
        let mut peer = Peer::start().await;
        let config = match switch {
            None => peer.config(),
            Some(switch) => peer.config().set("MsgTraceSwitch", switch),
        };
        let producer = peer.producer_of(&config).await;
        let sending = {
            let producer = Arc::clone(&producer);
            tokio::spawn(async move { producer.send(Message::new(TOPIC, "body")).await })
        };
        peer.expect(SEND).await.reply(stored("1", "42")).await;
        sending.await.expect("no panic").expect("stored");
        producer.shutdown().await;
        // Shutdown would have sent them.
        assert!(peer.has_none(SEND));
    }
}
