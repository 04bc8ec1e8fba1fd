//! `message/trace`: who consumed a message, judged from offsets (Java's `MessageTrack`).

use onsmq_proto::body::MessageModel;
use onsmq_proto::message::StoredMessage;
use onsmq_proto::message::properties::name;
use serde_json::json;

use crate::broker::Broker;
use crate::console::answer::{Answered, Done};
use crate::console::call::{Call, bare};

pub(super) fn trace(call: &Call<'_>) -> Answered {
    let topic = call.topic()?;
    let message = super::message::find(call, &topic)?;
    let holders = topic.at.iter().map(|(broker, _)| broker);
    let mut tracks = Vec::new();
    for broker in holders.filter(|it| it.log.host() == message.store_host()) {
        for group in broker.groups_of_topic(&topic.name) {
            tracks.push(json!({
                "consumerGroup": bare(&group),
                "trackType": track(broker, &group, &message),
                "exceptionDesc": "",
            }));
        }
    }
    Ok(Done::list(tracks))
}

/// What became of a message in a group.
fn track(broker: &Broker, group: &str, message: &StoredMessage) -> &'static str {
    let view = broker.consumer_group(group);
    if let Some(view) = &view {
        if view.message_model == MessageModel::Broadcasting {
            // Each client has offsets of its own.
            return "CONSUME_BROADCASTING";
        }
        let subscription = view
            .subscriptions
            .iter()
            .find(|it| it.topic == message.topic());
        let is_left_out = subscription
            .is_some_and(|it| !it.is_sql92() && !it.accepts(message.property(name::TAGS)));
        if is_passed(broker, group, message) {
            return match is_left_out {
                true => "CONSUMED_BUT_FILTERED",
                false => "CONSUMED",
            };
        }
        return "NOT_CONSUME_YET";
    }
    match is_passed(broker, group, message) {
        true => "CONSUMED",
        false => "NOT_ONLINE",
    }
}

fn is_passed(broker: &Broker, group: &str, message: &StoredMessage) -> bool {
    let progress = broker.progress(group, message.topic());
    let queue = progress.iter().find(|it| it.queue_id == message.queue_id());
    queue.is_some_and(|it| it.consumer_offset > message.queue_offset())
}
