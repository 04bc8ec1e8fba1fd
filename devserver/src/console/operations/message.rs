//! `message/get...`.

use onsmq_proto::message::StoredMessage;
use onsmq_proto::message::properties::{self, name};
use serde_json::{Map, Value, json};

use crate::broker::latest;
use crate::console::answer::{Answered, Code, Done, Refused};
use crate::console::call::{Call, Found, bare};

/// How many messages are told of at most.
const MOST: usize = 1000;

pub(super) fn get_by_id(call: &Call<'_>) -> Answered {
    let topic = call.topic()?;
    let message = find(call, &topic)?;
    Ok(Done::with(described(&message)))
}

pub(super) fn get_by_key(call: &Call<'_>) -> Answered {
    let key = call.parameters.text("key")?;
    let topic = call.topic()?;
    let found = topic.at.iter();
    let mut found: Vec<_> = found
        .flat_map(|(broker, _)| broker.find_by_key(&topic.name, key, MOST))
        .collect();
    found.sort_by_key(StoredMessage::store_timestamp);
    found.truncate(MOST);
    listed(&found)
}

/// The newest ones.
pub(super) fn get_by_topic(call: &Call<'_>) -> Answered {
    let topics: Vec<_> = call.topic()?.at.into_iter().map(|(_, it)| it).collect();
    listed(&latest(&topics, MOST))
}

fn listed(found: &[StoredMessage]) -> Answered {
    match found.is_empty() {
        true => Err(no_message()),
        false => Ok(Done::list(found.iter().map(described).collect())),
    }
}

/// The message that the parameter `msgId` names: by either of its ids.
///
/// # Errors
/// There is none.
pub(super) fn find(call: &Call<'_>, topic: &Found) -> Result<StoredMessage, Refused> {
    let id = call.parameters.text("msgId")?;
    let mut found = topic.at.iter();
    found
        .find_map(|(broker, _)| broker.find_by_id(&topic.name, id))
        .ok_or_else(no_message)
}

fn no_message() -> Refused {
    Refused::new(Code::NoMessage, "no message of the topic is like that")
}

/// All but the body.
fn described(message: &StoredMessage) -> Value {
    let own = properties::entries(message.raw_properties());
    let own: Map<_, _> = own
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let list = own.iter();
    let list: Vec<_> = list
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    json!({
        "msgId": message.message_id(),
        "offsetMsgId": message.offset_message_id(),
        "topic": bare(message.topic()),
        "tags": message.property(name::TAGS),
        "keys": message.property(name::KEYS),
        "queueId": message.queue_id(),
        "queueOffset": message.queue_offset(),
        "storeSize": message.store_size(),
        "bodyCRC": message.body_crc(),
        "flag": message.flag(),
        "sysFlag": message.sys_flag(),
        "reconsumeTimes": message.reconsume_times(),
        "bornTimestamp": message.born_timestamp(),
        "bornHost": message.born_host().to_string(),
        "storeTimestamp": message.store_timestamp(),
        "storeHost": message.store_host().to_string(),
        "properties": own,
        "propertyList": list,
    })
}
