//! What this crate tells of itself by `tracing`, kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use onsmq::SPAN_TARGET;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Keeps all spans, with what was recorded of them, and what is logged as an error.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    spans: Vec<Fields>,
    errors: Vec<Fields>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Recorder {
    /// The spans of this name, as far as they are known.
    pub(crate) fn spans(&self, name: &str) -> Vec<Fields> {
        let kept = self.0.lock().expect("a lock");
        let named = kept.spans.iter().filter(|it| it.get("otel.name") == name);
        named.cloned().collect()
    }

    /// What was logged as an error.
    pub(crate) fn errors(&self) -> Vec<Fields> {
        self.0.lock().expect("a lock").errors.clone()
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        match metadata.is_span() {
            true => metadata.target() == SPAN_TARGET,
            false => *metadata.level() == Level::ERROR,
        }
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let mut kept = self.0.lock().expect("a lock");
        kept.spans.push(fields);
        Id::from_u64(kept.spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut kept = self.0.lock().expect("a lock");
        let index = usize::try_from(span.into_u64()).expect("a small id");
        values.record(&mut kept.spans[index - 1]);
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.0.lock().expect("a lock").errors.push(fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
