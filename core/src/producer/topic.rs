//! A topic as the application names it, and as it travels.

use std::sync::Arc;

use compact_str::CompactString;
use onsmq_proto::machine::MessageQueue;
use onsmq_proto::names;

/// A topic, in a namespace or in none.
#[derive(Debug, Clone)]
pub(super) struct Topic {
    /// As the application names it.
    plain: CompactString,
    /// As it travels, where that differs.
    wrapped: Option<String>,
}

impl Topic {
    pub(super) fn new(topic: &str, namespace: Option<&str>) -> Self {
        Self {
            plain: CompactString::new(topic),
            wrapped: namespace.map(|namespace| names::wrap_namespace(Some(namespace), topic)),
        }
    }

    /// As the application names it.
    pub(super) fn plain(&self) -> &str {
        &self.plain
    }

    /// As it travels.
    pub(super) fn wire(&self) -> &str {
        self.wrapped.as_deref().unwrap_or(&self.plain)
    }

    /// As the application names it, of a queue of this topic.
    pub(super) fn at(&self, queue: &MessageQueue) -> Arc<str> {
        match self.wrapped {
            Some(_) => self.plain().into(),
            None => Arc::clone(&queue.topic),
        }
    }
}
