//! A trace that goes on with its message, in the words of OpenTelemetry:
//! `cargo run --example tracing [NAMESRV_ADDR]`.

use onsmq::{Action, Client, Config, Message};
use onsmq_examples::{Countdown, Outcome, run};
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Instrument as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Has the context travel in the properties of messages.
struct W3c;

impl onsmq::Propagator for W3c {
    fn inject(&self, span: &tracing::Span, properties: &mut dyn FnMut(&str, String)) {
        let mut carrier = std::collections::HashMap::new();
        opentelemetry::global::get_text_map_propagator(|propagator| {
            propagator.inject_context(&span.context(), &mut carrier);
        });
        for (name, value) in carrier {
            properties(&name, value);
        }
    }

    fn extract(&self, span: &tracing::Span, properties: &dyn Fn(&str) -> Option<String>) {
        let names = ["traceparent", "tracestate"];
        let carrier: std::collections::HashMap<String, String> = names
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), properties(name)?)))
            .collect();
        let parent = opentelemetry::global::get_text_map_propagator(|it| it.extract(&carrier));
        // Or `span.add_link(...)`, where a trace is to end with its message.
        let _ = span.set_parent(parent);
    }
}

#[tokio::main]
async fn main() -> Outcome {
    // An application gives its provider an exporter as well.
    let provider = SdkTracerProvider::builder().build();
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("shop"));
    tracing_subscriber::registry().with(layer).init();
    run(example).await
}

/// Sends an order in a trace, and receives it in the same.
async fn example(address: &str) -> Outcome {
    let config = Config::new()
        .set("NAMESRV_ADDR", address)
        .set("GROUP_ID", "GID_tracing_rust");
    let client = Client::with_propagator(W3c);
    let missing = Countdown::new(1);
    let came = missing.clone();
    let consumer = client.consumer(&config)?;
    // A listener runs in the span of its message, whose parent is that of the send.
    consumer.subscribe("tracing_rust", "*", move |_| {
        println!("processed in trace {}", trace_id(&tracing::Span::current()));
        came.came(1);
        async { Action::CommitMessage }
    })?;
    consumer.start().await?;

    let producer = client.producer(&config)?;
    producer.start().await?;
    let span = tracing::info_span!("order");
    println!("sent in trace {}", trace_id(&span));
    let message = Message::new("tracing_rust", "an order");
    producer.send(message).instrument(span).await?;
    missing.wait().await?;

    producer.shutdown().await;
    consumer.shutdown().await;
    Ok(())
}

fn trace_id(span: &tracing::Span) -> String {
    span.context().span().span_context().trace_id().to_string()
}
