//! `publish/...`: kept, and without effect: any producer may publish.

use serde_json::{Value, json};

use crate::clock;
use crate::console::access::REGION;
use crate::console::answer::{Answered, Code, Done, Refused};
use crate::console::call::{Call, bare};
use crate::console::records::Relation;

pub(super) fn create(call: &Call<'_>) -> Answered {
    let id = call.parameters.name("ProducerId")?;
    let topic = call.topic()?.name;
    let mut records = call.records();
    let own = |it: &Relation| it.owner == call.account.user_id;
    let mut of_id = records.publications.iter().filter(|((it, _), _)| it == id);
    if !of_id.all(|(_, relation)| own(relation)) {
        let text = format!("the producer id {id} is another account's");
        return Err(Refused::new(Code::ProducerOfOther, text));
    }
    let key = (id.to_owned(), topic);
    if records.publications.contains_key(&key) {
        let text = format!("the producer id {id} publishes to {} already", bare(&key.1));
        return Err(Refused::new(Code::PublisherExisted, text));
    }
    let relation = Relation {
        id: records.next_id(),
        owner: call.account.user_id,
        created: clock::now_ms(),
    };
    records.publications.insert(key, relation);
    Ok(Done::empty())
}

pub(super) fn delete(call: &Call<'_>) -> Answered {
    let id = call.parameters.name_if_any("producerId")?;
    let topic = call.topic()?.name;
    let mut records = call.records();
    let before = records.publications.len();
    records
        .publications
        .retain(|(of, to), _| *to != topic || id.is_some_and(|id| id != of));
    match records.publications.len() < before {
        true => Ok(Done::empty()),
        false => Err(not_found()),
    }
}

pub(super) fn get(call: &Call<'_>) -> Answered {
    let id = call.parameters.name("producerId")?;
    let key = (id.to_owned(), call.topic()?.name);
    let records = call.records();
    let relation = records.publications.get(&key).ok_or_else(not_found)?;
    Ok(Done::with(described(&key, relation)))
}

pub(super) fn list(call: &Call<'_>) -> Answered {
    let id = call.parameters.name_if_any("producerId")?;
    let topic = call.parameters.name_if_any("topic")?;
    let instance = call.parameters.name_if_any("instanceId")?;
    let records = call.records();
    let all = records.publications.iter();
    let wanted = all
        .filter(|((of, _), _)| id.is_none_or(|id| id == of))
        .filter(|((_, to), _)| topic.is_none_or(|topic| topic == bare(to)))
        .filter(|((_, to), _)| instance.is_none_or(|it| it == records.instance_of(to)));
    Ok(Done::list(
        wanted.map(|(key, it)| described(key, it)).collect(),
    ))
}

fn not_found() -> Refused {
    Refused::new(
        Code::PublishInfoNotFound,
        "the producer id does not publish to the topic",
    )
}

fn described((id, topic): &(String, String), relation: &Relation) -> Value {
    json!({
        "id": relation.id,
        "producerId": id,
        "topic": bare(topic),
        "owner": relation.owner,
        "regionId": REGION,
        "channelId": 0,
        "channelName": "ALIYUN",
        "status": 0,
        "statusName": "in service",
        "createTime": relation.created,
        "updateTime": relation.created,
    })
}
