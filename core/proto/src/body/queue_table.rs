//! Maps whose keys are queues, in the form that Java's fastjson reads and writes: the keys are
//! objects, not strings (`wire.md`, section 11).

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{QueueRef, to_standard_json};
use crate::WireError;

/// An object that is written member by member, since some of them are no standard JSON.
pub(super) struct JavaObject {
    what: &'static str,
    text: Vec<u8>,
}

impl JavaObject {
    pub(super) fn new(what: &'static str) -> Self {
        let text = vec![b'{'];
        Self { what, text }
    }

    fn name(&mut self, name: &str) {
        if self.text.len() > 1 {
            self.text.push(b',');
        }
        self.text.push(b'"');
        self.text.extend_from_slice(name.as_bytes());
        self.text.extend_from_slice(b"\":");
    }

    fn value(&mut self, value: &impl Serialize) -> Result<(), WireError> {
        serde_json::to_writer(&mut self.text, value)
            .map_err(|error| WireError::json(self.what, &error))
    }

    /// A member of standard JSON. The name needs no escapes.
    pub(super) fn member(&mut self, name: &str, value: &impl Serialize) -> Result<(), WireError> {
        self.name(name);
        self.value(value)
    }

    /// A member that is a map by queue.
    pub(super) fn by_queue(
        &mut self,
        name: &str,
        table: &[(QueueRef, impl Serialize)],
    ) -> Result<(), WireError> {
        self.name(name);
        self.text.push(b'{');
        for (at, (queue, value)) in table.iter().enumerate() {
            if at > 0 {
                self.text.push(b',');
            }
            self.value(queue)?;
            self.text.push(b':');
            self.value(value)?;
        }
        self.text.push(b'}');
        Ok(())
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        self.text.push(b'}');
        self.text
    }
}

/// The members of a body of which some may be maps by queue.
pub(super) fn object(what: &'static str, body: &[u8]) -> Result<Value, WireError> {
    serde_json::from_slice(&to_standard_json(body)).map_err(|error| WireError::json(what, &error))
}

/// A member that is a map by queue, in no order; none where it is absent.
pub(super) fn by_queue<V: DeserializeOwned>(
    what: &'static str,
    member: &Value,
) -> Result<Vec<(QueueRef, V)>, WireError> {
    let read = |(key, value): (&String, &Value)| {
        let queue = serde_json::from_str(key)?;
        Ok((queue, serde_json::from_value(value.clone())?))
    };
    let entries = member.as_object().into_iter().flatten().map(read);
    entries
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| WireError::json(what, &error))
}
