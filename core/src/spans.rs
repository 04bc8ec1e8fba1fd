//! Spans of sends and deliveries, by OpenTelemetry's conventions for messaging, and the trace
//! context that ties them together (`docs/tracing.md`).
//!
//! Their target is not this crate's: whoever wants its log lines does not pay for a span a message.

use std::borrow::Cow;
use std::sync::Arc;

use tracing::field::Empty;
use tracing::{Span, info_span};

use crate::{Action, Error, Message, MessageExt, SendResult};

/// The `target` of all spans.
pub const SPAN_TARGET: &str = "rocketmq";

/// Carries the context of traces in user properties of messages, as W3C's `traceparent` and
/// `tracestate` or in any other form. This crate knows no tracing system: an application gives the
/// few lines that ask its own ([`Client::with_propagator`](crate::Client::with_propagator)).
///
/// Both are called where spans are made, on threads of the runtime, and must not block.
pub trait Propagator: Send + Sync + 'static {
    /// Writes the context of a send's span. What the application has set itself is kept; an empty
    /// value, as of a `tracestate` that nobody uses, does not travel.
    fn inject(&self, span: &Span, properties: &mut dyn FnMut(&str, String));

    /// Gives the span of a delivery the context that its message carries, as parent or as link.
    fn extract(&self, span: &Span, properties: &dyn Fn(&str) -> Option<String>);
}

/// Whoever carries contexts, if anybody does.
pub(crate) type SharedPropagator = Option<Arc<dyn Propagator>>;

/// Whether anybody wants the spans of sends, or their contexts.
pub(crate) fn are_wanted(propagator: &SharedPropagator) -> bool {
    propagator.is_some() || tracing::span_enabled!(target: SPAN_TARGET, tracing::Level::INFO)
}

/// The span of a send, whose context goes into the message.
pub(crate) fn send(
    message: &mut Cow<'_, Message>,
    group: &str,
    propagator: &SharedPropagator,
) -> Span {
    let span = info_span!(
        target: SPAN_TARGET,
        "send",
        otel.name = format_args!("send {}", message.topic),
        otel.kind = "producer",
        otel.status_code = Empty,
        error.type = Empty,
        messaging.system = "rocketmq",
        messaging.operation.name = "send",
        messaging.operation.type = "send",
        messaging.destination.name = message.topic.as_str(),
        messaging.destination.partition.id = Empty,
        messaging.message.id = Empty,
        messaging.message.body.size = message.body.len(),
        messaging.rocketmq.client_group = group,
        messaging.rocketmq.message.tag = message.tag.as_deref(),
        messaging.rocketmq.message.keys = message.key.as_deref(),
        messaging.rocketmq.message.group = message.sharding_key.as_deref(),
        messaging.rocketmq.message.delivery_timestamp = message.start_deliver_time,
        messaging.rocketmq.message.type = Empty,
    );
    if let Some(propagator) = propagator {
        propagator.inject(&span, &mut |name, value| {
            if !value.is_empty() && message.get_property(name).is_none() {
                message.to_mut().set_property(name, value);
            }
        });
    }
    span
}

/// What is known once a message has its id. `kind` is what OpenTelemetry calls it.
pub(crate) fn outgoing(span: &Span, message_id: &str, kind: &str) {
    span.record("messaging.message.id", message_id);
    span.record("messaging.rocketmq.message.type", kind);
}

/// How a send went.
pub(crate) fn sent(span: &Span, sent: Result<&SendResult, &Error>) {
    match sent {
        Ok(result) => {
            span.record("messaging.destination.partition.id", result.queue_id);
        }
        Err(error) => failed(span, error),
    }
}

/// A send failed.
pub(crate) fn failed(span: &Span, error: &Error) {
    if !span.is_disabled() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", tracing::field::debug(error.kind()));
    }
}

/// The span of a delivery's processing: from when it is handed over until it is said what becomes
/// of it.
pub(crate) fn process(message: &MessageExt, group: &str, propagator: &SharedPropagator) -> Span {
    let span = info_span!(
        target: SPAN_TARGET,
        "process",
        otel.name = format_args!("process {}", message.topic()),
        otel.kind = "consumer",
        otel.status_code = Empty,
        messaging.system = "rocketmq",
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.destination.name = message.topic(),
        messaging.destination.partition.id = message.queue_id(),
        messaging.consumer.group.name = group,
        messaging.message.id = message.message_id(),
        messaging.message.body.size = message.body().len(),
        messaging.rocketmq.message.tag = message.tag(),
        messaging.rocketmq.message.keys = message.key(),
        messaging.rocketmq.message.group = message.sharding_key(),
        messaging.rocketmq.reconsume_times = message.reconsume_times(),
        messaging.rocketmq.action = Empty,
        traceparent = message.property("traceparent"),
        tracestate = message.property("tracestate"),
    );
    if let Some(propagator) = propagator {
        propagator.extract(&span, &|name| message.property(name).map(str::to_owned));
    }
    span
}

/// It was said what becomes of a message.
pub(crate) fn processed(span: &Span, action: Action) {
    if !span.is_disabled() {
        span.record("messaging.rocketmq.action", tracing::field::debug(action));
        if action == Action::ReconsumeLater {
            span.record("otel.status_code", "ERROR");
        }
    }
}

/// The span of one call with several messages, linked to those of the messages.
pub(crate) fn process_batch<'a>(
    topic: &str,
    spans: impl ExactSizeIterator<Item = &'a Span>,
) -> Span {
    let span = info_span!(
        target: SPAN_TARGET,
        "process",
        otel.name = format_args!("process {topic}"),
        otel.kind = "consumer",
        messaging.system = "rocketmq",
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.destination.name = topic,
        messaging.batch.message_count = spans.len(),
    );
    if !span.is_disabled() {
        for message in spans {
            span.follows_from(message);
        }
    }
    span
}
