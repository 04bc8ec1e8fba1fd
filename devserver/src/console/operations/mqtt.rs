//! `mqtt/...`: there is no MQTT here, and so no group, no client and no message of it. What is
//! asked is checked as a console checks it.

use serde_json::json;

use crate::clock;
use crate::console::answer::{Answered, Done, Refused};
use crate::console::call::Call;

/// History is kept for so long.
const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How far a client's clock may be ahead.
const SKEW_MS: i64 = 60_000;

pub(super) fn list_group_id() -> Done {
    Done::list(Vec::new())
}

pub(super) fn device(call: &Call<'_>) -> Answered {
    let client_id = call.parameters.text("clientId")?;
    Ok(Done::with(json!({
        "clientId": client_id,
        "online": false,
        "subscriptions": {},
    })))
}

pub(super) fn clients_of_group(call: &Call<'_>) -> Answered {
    call.parameters.name("groupId")?;
    Ok(nobody())
}

pub(super) fn clients_of_topic(call: &Call<'_>) -> Answered {
    call.parameters.name("firstTopic")?;
    Ok(nobody())
}

pub(super) fn connections(call: &Call<'_>) -> Answered {
    let topic = call.parameters.name("firstTopic")?;
    call.parameters.name("groupId")?;
    history(call, topic)
}

pub(super) fn messages(call: &Call<'_>) -> Answered {
    let parameters = &call.parameters;
    let topic = parameters.name("firstTopic")?;
    parameters.name("topic")?;
    parameters.int32_if_any("qos")?;
    parameters.word_if_any("msgType", &["p2p", "sub"])?;
    parameters.word("queryType", &["PUB", "SUB"])?;
    parameters.word("consoleType", &["TPS", "SUM"])?;
    history(call, topic)
}

fn nobody() -> Done {
    Done::with(json!({ "onlineCount": 0, "persistCount": 0 }))
}

fn history(call: &Call<'_>, title: &str) -> Answered {
    let (begin, end) = call.parameters.times()?;
    let now = clock::now_ms();
    if begin < now - WEEK_MS - SKEW_MS {
        return Err(Refused::field("beginTime", "it is more than a week ago"));
    }
    if end > now + SKEW_MS {
        return Err(Refused::field("endTime", "it is still to come"));
    }
    Ok(Done::with(json!({ "title": title, "records": [] })))
}
