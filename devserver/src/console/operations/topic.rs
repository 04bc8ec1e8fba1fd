//! `topic/...`.

use std::collections::BTreeSet;

use onsmq_proto::names;
use serde_json::{Value, json};

use crate::broker::check_topic_name;
use crate::clock;
use crate::console::access::REGION;
use crate::console::answer::{Answered, Code, Done, Refused};
use crate::console::call::{Call, Found, bare};
use crate::console::records::{INSTANCE, TopicRecord};
use crate::store::TopicConfig;

/// Instances with this prefix have a namespace: their topics are `INSTANCE%topic` on the wire.
const NAMESPACED: &str = "MQ_INST_";

pub(super) fn create(call: &Call<'_>) -> Answered {
    let topic = call.parameters.name("topic")?;
    let instance = call.parameters.name("instanceId")?;
    if names::is_system_topic(topic) {
        return Err(Refused::field("topic", "it is a topic of the broker's own"));
    }
    if call.find_topic(topic).is_some() {
        let text = format!("the topic {topic} exists");
        return Err(Refused::new(Code::TopicExisted, text));
    }
    let name = match instance.starts_with(NAMESPACED) {
        true => names::wrap_namespace(Some(instance), topic),
        false => topic.to_owned(),
    };
    check_topic_name(&name).map_err(|why| Refused::field("topic", why))?;
    let mut records = call.records();
    let record = TopicRecord {
        id: records.next_id(),
        owner: call.account.user_id,
        instance: instance.to_owned(),
        created: clock::now_ms(),
    };
    records.instances.entry(instance.to_owned()).or_default();
    records.topics.insert(name.clone(), record);
    for broker in call.console.all_brokers() {
        let config = TopicConfig::new(call.console.settings.queues);
        broker.topics.get_or_create(&name, config)?;
    }
    Ok(Done::empty())
}

pub(super) fn delete(call: &Call<'_>) -> Answered {
    let topic = call.topic()?;
    let name = &topic.name;
    if !is_users(name) {
        return Err(Refused::field("topic", "it is a topic of the broker's own"));
    }
    if !call.owns(name) {
        let text = format!("{name} is not the caller's");
        return Err(Refused::new(Code::Denied, text));
    }
    call.records().forget_topic(name);
    for broker in call.console.all_brokers() {
        broker.delete_topic(name)?;
    }
    Ok(Done::empty())
}

pub(super) fn get(call: &Call<'_>) -> Answered {
    let topic = call.topic()?;
    Ok(Done::with(metadata(call, &topic)))
}

pub(super) fn list_names(call: &Call<'_>) -> Answered {
    let names = users_topics(call);
    Ok(Done::list(names.iter().map(|it| json!(bare(it))).collect()))
}

pub(super) fn list_in_page(call: &Call<'_>) -> Answered {
    let parameters = &call.parameters;
    let page = parameters.page("currentPage", 1)?;
    let size = parameters.page("pageSize", 20)?;
    let only = parameters.name_if_any("topic")?;
    let instance = parameters.name_if_any("instanceId")?;
    let all: Vec<_> = users_topics(call)
        .into_iter()
        .filter(|name| only.is_none_or(|only| bare(name) == only))
        .map(|name| Found {
            at: call.console.topic(&name),
            name,
        })
        .map(|topic| metadata(call, &topic))
        .filter(|it| instance.is_none_or(|instance| it["instanceId"] == instance))
        .collect();
    let total = all.len();
    let size_of_page = usize::try_from(size).unwrap_or(usize::MAX);
    let before = usize::try_from(page - 1).unwrap_or(usize::MAX);
    let items = all.into_iter().skip(before.saturating_mul(size_of_page));
    let items = items.take(size_of_page).collect();
    Ok(Done::page(items, total, page, size))
}

pub(super) fn status(call: &Call<'_>) -> Answered {
    let topic = call.topic()?;
    let mut queues = Vec::new();
    let (mut count, mut last) = (0, 0);
    for (broker, at_broker) in &topic.at {
        for queue in at_broker.queues() {
            let end = queue.max_offset();
            let newest = queue.message(end - 1);
            let stored = newest.map_or(0, |message| message.store_timestamp());
            count += end;
            last = last.max(stored);
            queues.push(json!({
                "brokerName": broker.name,
                "queueId": queue.id(),
                "minOffset": 0,
                "maxOffset": end,
                "lastUpdateTimestamp": stored,
            }));
        }
    }
    let perm = topic.at.first().map_or(0, |(_, it)| it.config.perm);
    Ok(Done::with(json!({
        "totalCount": count,
        "lastTimeStamp": last,
        "perm": perm,
        "offsetTable": queues,
    })))
}

/// The names, on the wire, of the topics that users made.
fn users_topics(call: &Call<'_>) -> BTreeSet<String> {
    let all = call.brokers().into_iter().flat_map(|it| it.topics.all());
    all.map(|topic| topic.name.to_string())
        .filter(|name| is_users(name))
        .collect()
}

/// Whether a topic is none of the brokers' own.
pub(crate) fn is_users(name: &str) -> bool {
    !name.starts_with('%') && !names::is_system_topic(name)
}

fn metadata(call: &Call<'_>, topic: &Found) -> Value {
    let record = call.records().topics.get(&topic.name).cloned();
    let created = record
        .as_ref()
        .map_or(call.console.started, |it| it.created);
    let owner = record.as_ref().map_or(call.account.user_id, |it| it.owner);
    let instance = record.as_ref().map_or(INSTANCE, |it| &it.instance);
    let queues: usize = topic.at.iter().map(|(_, it)| it.queues().len()).sum();
    json!({
        "id": record.as_ref().map_or(0, |it| it.id),
        "topic": bare(&topic.name),
        "owner": owner,
        "instanceId": instance,
        "regionId": REGION,
        "channelId": 0,
        "channelName": "ALIYUN",
        "relation": 6,
        "relationName": "publish and subscribe",
        "status": 0,
        "statusName": "in service",
        "queues": queues,
        "createTime": created,
        "updateTime": created,
        "remark": null,
    })
}
