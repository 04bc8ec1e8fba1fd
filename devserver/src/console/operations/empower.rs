//! `empower/...`: kept, and without effect: who may send and receive is the brokers' to say.

use serde_json::{Value, json};

use crate::clock;
use crate::console::answer::{Answered, Code, Done, Refused};
use crate::console::call::{Call, bare};
use crate::console::records::Grant;

/// The rights: publish, subscribe, both.
const RELATIONS: [i64; 3] = [2, 4, 6];

pub(super) fn create(call: &Call<'_>) -> Answered {
    let user = call.parameters.int64("empowerUser")?;
    grant(call, &user.to_string(), false)
}

/// The guide types the user as a number, and calls it a name: both are taken.
pub(super) fn create_by_sub(call: &Call<'_>) -> Answered {
    let user = call.parameters.text("empowerUser")?;
    grant(call, user, true)
}

fn grant(call: &Call<'_>, user: &str, is_sub_account: bool) -> Answered {
    let relation = call.parameters.choice("relation", &RELATIONS)?;
    let key = (own_topic(call)?, user.to_owned());
    let mut records = call.records();
    if records.grants.contains_key(&key) {
        let text = format!("{user} has rights on {} already", bare(&key.0));
        return Err(Refused::new(Code::EmpowerExists, text));
    }
    let grant = Grant {
        relation,
        is_sub_account,
        created: clock::now_ms(),
    };
    records.grants.insert(key, grant);
    Ok(Done::null())
}

pub(super) fn delete(call: &Call<'_>) -> Answered {
    let user = call.parameters.int64("empowerUser")?;
    let key = (own_topic(call)?, user.to_string());
    match call.records().grants.remove(&key) {
        Some(_) => Ok(Done::null()),
        None => Err(Refused::field(
            "empowerUser",
            "it has no rights on the topic",
        )),
    }
}

pub(super) fn list(call: &Call<'_>) -> Answered {
    let user = call.parameters.int64("empowerUser")?;
    let key = (own_topic(call)?, user.to_string());
    let records = call.records();
    let found = records.grants.get(&key).into_iter();
    Ok(Done::list(found.map(|it| described(&key, it)).collect()))
}

/// The topic, which has to be the caller's.
fn own_topic(call: &Call<'_>) -> Result<String, Refused> {
    let topic = call.topic()?.name;
    match call.owns(&topic) {
        true => Ok(topic),
        false => {
            let text = format!("{} is not the caller's", bare(&topic));
            Err(Refused::new(Code::EmpowerNotOwner, text))
        }
    }
}

fn described((topic, user): &(String, String), grant: &Grant) -> Value {
    // A number where it is one.
    let number = user.parse::<i64>();
    json!({
        "topic": bare(topic),
        "empowerUser": number.map_or_else(|_| json!(user), |it| json!(it)),
        "relation": grant.relation,
        "subAccount": grant.is_sub_account,
        "createTime": grant.created,
    })
}
