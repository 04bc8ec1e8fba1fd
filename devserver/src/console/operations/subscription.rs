//! `subscription/...`: those that were made here, and those that connected consumers have.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock;
use crate::console::access::REGION;
use crate::console::answer::{Answered, Code, Done, Refused};
use crate::console::call::{Call, bare};
use crate::console::records::Relation;

/// By consumer id and topic; `None` for what only a connected consumer tells.
type All = BTreeMap<(String, String), Option<Relation>>;

pub(super) fn create(call: &Call<'_>) -> Answered {
    let id = call.parameters.name("consumerId")?;
    let topic = call.topic()?.name;
    let mut records = call.records();
    let own = |it: &Relation| it.owner == call.account.user_id;
    let mut of_id = records.subscriptions.iter().filter(|((it, _), _)| it == id);
    if !of_id.all(|(_, relation)| own(relation)) {
        let text = format!("the consumer id {id} is another account's");
        return Err(Refused::new(Code::ConsumerOfOther, text));
    }
    let key = (id.to_owned(), topic);
    if records.subscriptions.contains_key(&key) {
        let text = format!(
            "the consumer id {id} subscribes to {} already",
            bare(&key.1)
        );
        return Err(Refused::new(Code::SubscriptionExisted, text));
    }
    let relation = Relation {
        id: records.next_id(),
        owner: call.account.user_id,
        created: clock::now_ms(),
    };
    records.subscriptions.insert(key, relation);
    for broker in call.console.all_brokers() {
        broker.create_group(id)?;
    }
    Ok(Done::empty())
}

pub(super) fn delete(call: &Call<'_>) -> Answered {
    let id = call.parameters.name("consumerId")?;
    let topic = call.topic()?.name;
    let found = all(call).into_keys();
    let found: Vec<_> = found
        .filter(|(of, to)| bare(of) == id && *to == topic)
        .collect();
    if found.is_empty() {
        return Err(not_found());
    }
    for key in found {
        call.records().subscriptions.remove(&key);
        for broker in call.console.all_brokers() {
            broker.forget_offsets(&key.0, &key.1)?;
        }
    }
    Ok(Done::empty())
}

pub(super) fn get(call: &Call<'_>) -> Answered {
    let id = call.parameters.name("consumerId")?;
    let topic = call.topic()?.name;
    let found = all(call)
        .into_iter()
        .find(|((of, to), _)| bare(of) == id && *to == topic);
    let (key, relation) = found.ok_or_else(not_found)?;
    Ok(Done::with(described(call, &key, relation.as_ref())))
}

pub(super) fn list(call: &Call<'_>) -> Answered {
    let id = call.parameters.name_if_any("consumerId")?;
    let topic = call.parameters.name_if_any("topic")?;
    let instance = call.parameters.name_if_any("instanceId")?;
    let of_instance = |to: &str| call.records().instance_of(to).to_owned();
    let wanted = all(call)
        .into_iter()
        .filter(|((of, _), _)| id.is_none_or(|id| id == bare(of)))
        .filter(|((_, to), _)| topic.is_none_or(|topic| topic == bare(to)))
        .filter(|((_, to), _)| instance.is_none_or(|it| it == of_instance(to)));
    Ok(Done::list(
        wanted
            .map(|(key, it)| described(call, &key, it.as_ref()))
            .collect(),
    ))
}

fn all(call: &Call<'_>) -> All {
    let mut all = All::new();
    for broker in call.brokers() {
        for group in broker.consumer_groups() {
            let view = broker.consumer_group(&group);
            let subscriptions = view.into_iter().flat_map(|it| it.subscriptions);
            for topic in subscriptions.map(|it| it.topic.clone()) {
                if super::topic::is_users(&topic) {
                    all.insert((group.clone(), topic), None);
                }
            }
        }
    }
    let records = call.records();
    let made = records.subscriptions.iter();
    all.extend(made.map(|(key, it)| (key.clone(), Some(it.clone()))));
    all
}

fn not_found() -> Refused {
    Refused::new(
        Code::SubscriptionNotFound,
        "the consumer id does not subscribe to the topic",
    )
}

fn described(call: &Call<'_>, (id, topic): &(String, String), made: Option<&Relation>) -> Value {
    let created = made.map_or(call.console.started, |it| it.created);
    json!({
        "id": made.map_or(0, |it| it.id),
        "consumerId": bare(id),
        "topic": bare(topic),
        "owner": made.map_or(call.account.user_id, |it| it.owner),
        "regionId": REGION,
        "channelId": 0,
        "channelName": "ALIYUN",
        "status": 0,
        "statusName": "in service",
        "createTime": created,
        "updateTime": created,
    })
}
