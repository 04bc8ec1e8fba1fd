//! `consumer/status`: what the clients of a group say themselves.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use bytes::Bytes;
use onsmq_proto::body::{ConsumerRunningInfo, MessageModel, property};
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};
use serde_json::{Value, json};

use super::consumer;
use crate::answer::from_server;
use crate::broker::Member;
use crate::clock;
use crate::console::answer::{Answered, Done};
use crate::console::backlog;
use crate::console::call::{Call, bare};

/// How long clients have to say what they do.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a client said; nothing where it did not.
type Said = BTreeMap<String, (Member, Option<ConsumerRunningInfo>)>;

pub(super) async fn status(call: &Call<'_>) -> Answered {
    let with_detail = call.parameters.flag("detail")?;
    let with_jstack = call.parameters.flag("needJstack")?;
    let group = call.group()?;
    let view = consumer::view(call, &group).ok_or_else(|| consumer::not_online(&group))?;
    let said = ask_all(call, &group, with_jstack).await;
    let topics = backlog::of_group(call.console, &group);
    let mut data = backlog::summary(&topics, true);
    data["consumeModel"] = json!(view.message_model);
    data["subscriptionSame"] = json!(is_subscription_same(&said));
    data["rebalanceOK"] = json!(is_balanced(call, &said, view.message_model));
    let members = said.values().map(|(member, _)| member);
    data["connectionSet"] = members.map(consumer::connection).collect();
    data["consumerConnectionInfoList"] = said
        .values()
        .map(|(member, info)| described(&group, member, info.as_ref()))
        .collect();
    if with_detail {
        data["detailInTopicList"] = backlog::detail(&topics);
    }
    Ok(Done::with(data))
}

/// Asks all clients at once.
async fn ask_all(call: &Call<'_>, group: &str, with_jstack: bool) -> Said {
    let mut asked = tokio::task::JoinSet::new();
    for (id, member) in consumer::members(call, group) {
        let request = request(group, &id, with_jstack);
        asked.spawn(async move {
            let answer = member.peer.ask(request, PATIENCE).await;
            let info = answer
                .filter(|it| it.response_code() == ResponseCode::SUCCESS)
                .and_then(|it| ConsumerRunningInfo::decode(&it.body).ok());
            (id, (member, info))
        });
    }
    asked.join_all().await.into_iter().collect()
}

fn request(group: &str, client_id: &str, with_jstack: bool) -> Command {
    let mut fields = ExtFields::with_capacity(3);
    fields
        .push("consumerGroup", group)
        .push("clientId", client_id)
        .push("jstackEnable", with_jstack);
    let code = RequestCode::GET_CONSUMER_RUNNING_INFO;
    from_server(Command::request(code, fields, Bytes::new()))
}

/// Whether all clients subscribe to the same.
fn is_subscription_same(said: &Said) -> bool {
    let mut all = said.values().map(|(_, info)| {
        let subscriptions = info.iter().flat_map(|it| &it.subscriptions);
        subscriptions
            .map(|it| (&it.topic, &it.expression_type, &it.sub_string))
            .collect::<BTreeSet<_>>()
    });
    let first = all.next();
    all.all(|it| Some(it) == first)
}

/// Whether each queue of the topics has one client, or all of them where they broadcast.
fn is_balanced(call: &Call<'_>, said: &Said, model: MessageModel) -> bool {
    let infos: Option<Vec<_>> = said.values().map(|(_, info)| info.as_ref()).collect();
    let Some(infos) = infos else {
        return false;
    };
    let wanted = match model {
        MessageModel::Clustering => 1,
        MessageModel::Broadcasting => infos.len(),
    };
    let mut holders: HashMap<_, usize> = HashMap::new();
    for (queue, _) in infos.iter().flat_map(|it| &it.queues) {
        let key = (
            queue.topic.clone(),
            queue.broker_name.clone(),
            queue.queue_id,
        );
        *holders.entry(key).or_default() += 1;
    }
    let subscriptions = infos.iter().flat_map(|it| &it.subscriptions);
    let topics: BTreeSet<_> = subscriptions.map(|it| &it.topic).collect();
    let mut queues = topics
        .into_iter()
        .filter(|topic| model == MessageModel::Clustering || !topic.starts_with('%'))
        .flat_map(|topic| call.console.topic(topic))
        .flat_map(|(broker, topic)| {
            let ids = 0..topic.config.read_queues.cast_signed();
            ids.map(move |id| (topic.name.to_string(), broker.name.clone(), id))
        });
    queues.all(|queue| holders.get(&queue).copied().unwrap_or(0) == wanted)
}

fn described(group: &str, member: &Member, info: Option<&ConsumerRunningInfo>) -> Value {
    let told_property = |name| info.and_then(|it| it.properties.get(name));
    let number = |name| told_property(name).and_then(|it| it.parse::<i64>().ok());
    let mut told = consumer::connection(member);
    told["connection"] = json!(member.client_id);
    told["consumeType"] = json!(told_property(property::CONSUME_TYPE));
    told["threadCount"] = json!(number(property::THREADS));
    told["startTimeStamp"] = json!(number(property::STARTED));
    told["lastTimeStamp"] = json!(clock::now_ms());
    told["subscriptionSet"] = json!(info.map(|it| &it.subscriptions));
    told["runningDataList"] = info.into_iter().flat_map(|it| running(group, it)).collect();
    told["jstack"] = jstack(info);
    told
}

fn running(group: &str, info: &ConsumerRunningInfo) -> Vec<Value> {
    let rows = info.status.iter().map(|(topic, it)| {
        json!({
            "groupId": bare(group),
            "topic": topic,
            "rt": it.consume_rt,
            "okTps": it.consume_ok_tps,
            "failedTps": it.consume_failed_tps,
            "failedCountPerHour": it.consume_failed_msgs,
        })
    });
    rows.collect()
}

/// A client's own words, line by line.
fn jstack(info: Option<&ConsumerRunningInfo>) -> Value {
    let text = info.and_then(|it| it.jstack.as_deref()).unwrap_or_default();
    match text.is_empty() {
        true => json!([]),
        false => json!([{ "thread": "", "trackList": text.lines().collect::<Vec<_>>() }]),
    }
}
