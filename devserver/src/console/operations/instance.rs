//! `instance/...` and `vpcTunnel/...`. Instances come to be when a topic is made for them; the
//! type of their network is kept, and without effect.

use serde_json::json;

use crate::clock;
use crate::console::answer::{Answered, Code, Done, Refused};
use crate::console::call::Call;
use crate::console::records::INSTANCE;

/// Messages a second of a broker with which a network is not switched unless it is forced.
const BUSY: i64 = 10;
/// Over so many seconds.
const LATELY: i64 = 60;

pub(super) fn list(call: &Call<'_>) -> Done {
    let describe = |id: String| {
        let tunnel = call.records().instances.get(&id).copied();
        json!({
            "instanceId": id,
            "instanceName": id,
            "tunnelType": tunnel.filter(|it| !it.is_empty()),
            "NAMESRV_ADDR": call.console.namesrv().to_string(),
        })
    };
    Done::list(ids(call).into_iter().map(describe).collect())
}

pub(super) fn list_ids(call: &Call<'_>) -> Done {
    Done::list(ids(call).into_iter().map(|id| json!(id)).collect())
}

/// The one that is always there comes first.
fn ids(call: &Call<'_>) -> Vec<String> {
    let records = call.records();
    let others = records.instances.keys().filter(|it| *it != INSTANCE);
    std::iter::once(INSTANCE)
        .chain(others.map(String::as_str))
        .map(ToOwned::to_owned)
        .collect()
}

pub(super) fn tunnel_switch(call: &Call<'_>) -> Answered {
    let parameters = &call.parameters;
    let tunnel = parameters.word("tunnelType", &["anyTunnel", "singleTunnel"])?;
    let instance = parameters.name("instanceId")?;
    let is_forced = parameters.flag("force")?;
    if tunnel == "anyTunnel" && parameters.get("vSwitchId").is_some() {
        return Err(Refused::field(
            "vSwitchId",
            "it goes with singleTunnel only",
        ));
    }
    if !ids(call).iter().any(|id| id == instance) {
        return Err(Refused::field("instanceId", "there is no such instance"));
    }
    if !is_forced && let Some(busy) = busy(call) {
        let text = format!("{busy} takes and gives more than {BUSY} messages a second: force it");
        return Err(Refused::new(Code::InvokeError, text));
    }
    call.records().instances.insert(instance.to_owned(), tunnel);
    let address = call.console.namesrv().to_string();
    Ok(Done::with(json!({ "NAMESRV_ADDR": address })))
}

/// A broker that has much to do.
fn busy(call: &Call<'_>) -> Option<String> {
    let now = clock::now_ms();
    let since = now - LATELY * 1000;
    let mut brokers = call.brokers().into_iter();
    let busy = brokers.find(|broker| {
        let topics = broker.topics.all().into_iter();
        let topics = topics.filter(|it| super::topic::is_users(&it.name));
        let messages: i64 = topics
            .map(|topic| {
                let stored = topic
                    .queues()
                    .iter()
                    .flat_map(|queue| crate::broker::stored_between(queue, &[since, now + 1]));
                let consumed = broker.consumed_between(&topic.name, since, now + LATELY * 1000);
                stored.sum::<i64>() + consumed.cast_signed()
            })
            .sum();
        messages > BUSY * LATELY
    });
    busy.map(|broker| broker.name.clone())
}
