//! `consumer/resetoffset`.

use serde_json::{Map, Value, json};

use crate::console::answer::{Answered, Done, Refused};
use crate::console::call::Call;

/// Running clients are told, as real brokers tell them; a group without any goes on there when it
/// comes.
pub(super) fn reset_offset(call: &Call<'_>) -> Answered {
    let kind = call.parameters.choice("type", &[0, 1])?;
    let is_told = call.parameters.get("resetTimestamp").is_some();
    let time = match (kind, is_told) {
        (0, false) => None,
        (0, true) => return Err(Refused::field("resetTimestamp", "it goes with type 1 only")),
        _ => Some(call.parameters.int64("resetTimestamp")?),
    };
    let group = call.group()?;
    let topic = call.topic()?;
    let mut by_broker = Map::new();
    for (broker, _) in &topic.at {
        let offsets = broker.reset_offsets(&group, &topic.name, time)?;
        let offsets: Map<_, _> = offsets
            .into_iter()
            .map(|(queue_id, offset)| (queue_id.to_string(), json!(offset)))
            .collect();
        by_broker.insert(broker.name.clone(), Value::Object(offsets));
    }
    Ok(Done::with(Value::Object(by_broker)))
}
