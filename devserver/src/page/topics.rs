//! The topics and their queues.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};

use super::view::{ago, table};
use crate::broker::Broker;
use crate::console::{Console, is_users};
use crate::store::{Queue, Topic};

/// So many topics are shown.
const SHOWN: usize = 200;

type ByName = BTreeMap<Arc<str>, Vec<(Arc<Broker>, Arc<Topic>)>>;

/// The topics that users made, at each broker.
pub(super) fn all(console: &Console) -> ByName {
    let mut all = ByName::new();
    for broker in console.brokers() {
        for topic in broker.topics.all() {
            let is_shown = is_users(&topic.name) || is_retry_with_messages(&topic);
            if is_shown {
                let at = all.entry(Arc::clone(&topic.name)).or_default();
                at.push((Arc::clone(&broker), topic));
            }
        }
    }
    all
}

/// Retries and dead letters are shown once there are some.
fn is_retry_with_messages(topic: &Topic) -> bool {
    topic.name.starts_with('%') && topic.queues().iter().any(|it| it.max_offset() > 0)
}

pub(super) fn section(console: &Console) -> Markup {
    let all = all(console);
    let rows = html! {
        table {
            thead { tr {
                th scope="col" { "Topic" }
                th.number scope="col" { "Queues" }
                th.number scope="col" { "Messages" }
                th scope="col" { "Last message" }
            } }
            tbody {
                @for (name, at) in all.iter().take(SHOWN) { (row(name, at)) }
            }
        }
        @if all.len() > SHOWN { p.more { (all.len() - SHOWN) " more are not shown" } }
    };
    let empty = all
        .is_empty()
        .then_some("No topic yet: the first message makes one.");
    table("Topics", "topics", empty, &rows)
}

fn row(name: &str, at: &[(Arc<Broker>, Arc<Topic>)]) -> Markup {
    let queues = || at.iter().flat_map(|(_, topic)| topic.queues());
    let messages: i64 = queues().map(|it| it.max_offset()).sum();
    let last = queues().filter_map(|it| last_stored(it)).max();
    html! {
        tr {
            th scope="row" {
                details id={ "topic-" (name) } {
                    summary id={ "topic-" (name) "-summary" } { (name) }
                    (queue_table(name, at))
                }
            }
            td.number { (queues().count()) }
            td.number { (messages) }
            td.time { (ago(last.unwrap_or(0))) }
        }
    }
}

fn queue_table(name: &str, at: &[(Arc<Broker>, Arc<Topic>)]) -> Markup {
    html! {
        table.inner {
            caption { "Queues of " (name) }
            thead { tr {
                th scope="col" { "Broker" }
                th.number scope="col" { "Queue" }
                th.number scope="col" { "Min offset" }
                th.number scope="col" { "Max offset" }
            } }
            tbody {
                @for (broker, topic) in at {
                    @for queue in topic.queues().iter().take(SHOWN) {
                        tr {
                            td { (broker.name) }
                            td.number { (queue.id()) }
                            td.number { "0" }
                            td.number { (queue.max_offset()) }
                        }
                    }
                }
            }
        }
    }
}

fn last_stored(queue: &Queue) -> Option<i64> {
    let last = queue.message(queue.max_offset() - 1)?;
    Some(last.store_timestamp())
}
