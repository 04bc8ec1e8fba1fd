//! `consumer/...`, but for what has a file of its own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::broker::{GroupView, Member};
use crate::console::answer::{Answered, Code, Done, Refused};
use crate::console::backlog;
use crate::console::call::{Call, bare};

pub(super) fn accumulate(call: &Call<'_>) -> Answered {
    let with_detail = call.parameters.flag("detail")?;
    let group = call.group()?;
    let topics = backlog::of_group(call.console, &group);
    let mut data = backlog::summary(&topics, !members(call, &group).is_empty());
    if with_detail {
        data["detailInTopicList"] = backlog::detail(&topics);
    }
    Ok(Done::with(data))
}

pub(super) fn progress(call: &Call<'_>) -> Answered {
    let group = call.group()?;
    let topic = backlog::of_topic(call.console, &group, call.topic()?.name);
    Ok(Done::with(json!({
        "diffTotal": topic.behind(),
        "consumeTps": topic.consume_tps(),
        "offsets": backlog::queues(&topic.queues),
    })))
}

pub(super) fn get_connection(call: &Call<'_>) -> Answered {
    let group = call.group()?;
    let members = members(call, &group);
    let view = view(call, &group).ok_or_else(|| not_online(&group))?;
    let subscriptions: Vec<_> = view.subscriptions.iter().map(|it| json!(**it)).collect();
    Ok(Done::with(json!({
        "connectionSet": members.values().map(connection).collect::<Value>(),
        "subscriptionSet": subscriptions,
        "consumeType": view.consume_type,
        "messageModel": view.message_model,
        "consumeFromWhere": view.from_where,
    })))
}

/// The clients of a group that are connected, by their ids; each is connected to many brokers.
pub(super) fn members(call: &Call<'_>, group: &str) -> BTreeMap<String, Member> {
    let views = call
        .brokers()
        .into_iter()
        .filter_map(|it| it.consumer_group(group));
    let members = views.flat_map(|it| it.members);
    members.map(|it| (it.client_id.clone(), it)).collect()
}

/// A group as any broker sees it.
pub(super) fn view(call: &Call<'_>, group: &str) -> Option<GroupView> {
    let mut brokers = call.brokers().into_iter();
    brokers.find_map(|it| it.consumer_group(group))
}

pub(super) fn not_online(group: &str) -> Refused {
    let text = format!("no client of {} is connected", bare(group));
    Refused::new(Code::ConsumerNotOnline, text)
}

pub(super) fn connection(member: &Member) -> Value {
    let introduced = member.peer.introduced();
    json!({
        "clientId": member.client_id,
        "clientAddr": member.peer.address.to_string(),
        "language": introduced.map(|(language, _)| language.name()),
        "version": introduced.map(|(_, version)| version.to_string()),
    })
}
