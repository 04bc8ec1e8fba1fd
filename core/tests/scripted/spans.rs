use onsmq::{Action, Client, Message, Propagator};
use onsmq_proto::codec::{RequestCode, ResponseCode};
use onsmq_proto::message::properties;
use tracing::Span;

use crate::peer::{GROUP, Peer, TOPIC, answer, stored};
use crate::recorder::Recorder;

const SEND: RequestCode = RequestCode::SEND_MESSAGE_V2;

/// Carries the number of a span, as a tracing system its context.
struct Numbers;

impl Propagator for Numbers {
    fn inject(&self, span: &Span, properties: &mut dyn FnMut(&str, String)) {
        let id = span.id().expect("an enabled span").into_u64();
        properties("traceparent", format!("00-{id:032x}-{id:016x}-01"));
        // As OpenTelemetry's propagator does where there is no state.
        properties("tracestate", String::new());
    }

    fn extract(&self, span: &Span, properties: &dyn Fn(&str) -> Option<String>) {
        let parent = properties("traceparent").expect("a context");
        span.record("tracestate", parent);
    }
}

#[tokio::test]
async fn a_send_is_a_span_and_its_message_carries_the_context() {
    let recorder = Recorder::default();
    let _recording = tracing::subscriber::set_default(recorder.clone());
    let mut peer = Peer::start().await;
    let client = Client::with_propagator(Numbers);
    let producer = client.producer(&peer.config()).expect("a producer");
    producer.start().await.expect("started");
    let message = Message::new(TOPIC, "body").tag("T").key("K");
    let (sent, request) = tokio::join!(producer.send(message), async {
        let request = peer.expect(SEND).await;
        request.reply(stored("1", "42")).await;
        request
    });
    let sent = sent.expect("stored");
    let span = recorder.spans(&format!("send {TOPIC}")).remove(0);
    for (name, value) in [
        ("otel.kind", "producer"),
        ("messaging.system", "rocketmq"),
        ("messaging.operation.name", "send"),
        ("messaging.operation.type", "send"),
        ("messaging.destination.name", TOPIC),
        ("messaging.destination.partition.id", "1"),
        ("messaging.message.id", &sent.message_id),
        ("messaging.message.body.size", "4"),
        ("messaging.rocketmq.client_group", GROUP),
        ("messaging.rocketmq.message.tag", "T"),
        ("messaging.rocketmq.message.keys", "K"),
        ("messaging.rocketmq.message.type", "normal"),
        ("otel.status_code", ""),
    ] {
        assert_eq!(span.get(name), value, "{name}");
    }
    let carried = properties::get(request.field("i"), "traceparent").expect("a context");
    assert!(carried.starts_with("00-0000"), "{carried}");
    // What the application sets itself is kept.
    let message = Message::new(TOPIC, "body").property("traceparent", "own");
    let (sent, request) = tokio::join!(producer.send(message), async {
        let request = peer.expect(SEND).await;
        request
            .reply(answer(ResponseCode::MESSAGE_ILLEGAL, "no"))
            .await;
        request
    });
    sent.expect_err("refused");
    assert_eq!(
        properties::get(request.field("i"), "traceparent"),
        Some("own")
    );
    let span = recorder.spans(&format!("send {TOPIC}")).remove(1);
    assert_eq!(span.get("otel.status_code"), "ERROR");
    assert_eq!(span.get("error.type"), "IllegalMessage");
}

#[tokio::test]
async fn a_delivery_is_a_span_with_the_context_of_its_message() {
    let recorder = Recorder::default();
    let _recording = tracing::subscriber::set_default(recorder.clone());
    let scene = crate::scene::Scene::of(Client::with_propagator(Numbers)).await;
    scene
        .found_with_property("traceparent", "00-aa-bb-01")
        .await;
    let delivery = scene.inbox.receive(1).await.remove(0);
    let id = delivery.message().message_id();
    assert!(delivery.span().metadata().is_some());
    delivery.complete(Action::CommitMessage);
    let span = recorder.spans(&format!("process {TOPIC}")).remove(0);
    for (name, value) in [
        ("otel.kind", "consumer"),
        ("messaging.system", "rocketmq"),
        ("messaging.operation.name", "process"),
        ("messaging.consumer.group.name", GROUP),
        ("messaging.destination.name", TOPIC),
        ("messaging.destination.partition.id", "0"),
        ("messaging.message.id", &id),
        ("messaging.rocketmq.action", "CommitMessage"),
        ("traceparent", "00-aa-bb-01"),
        // What the propagator has read.
        ("tracestate", "00-aa-bb-01"),
    ] {
        assert_eq!(span.get(name), value, "{name}");
    }
}
