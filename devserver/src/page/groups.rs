//! The consumer groups and their backlogs.

use std::collections::BTreeSet;

use maud::{Markup, html};
use onsmq_proto::body::MessageModel;
use onsmq_proto::names;

use super::view::{duration, table};
use crate::broker::GroupView;
use crate::console::Console;
use crate::console::backlog::{self, TopicBacklog};

/// So many groups are shown.
const SHOWN: usize = 200;

pub(super) fn section(console: &Console) -> Markup {
    let brokers = console.brokers();
    let names: BTreeSet<_> = brokers.iter().flat_map(|it| it.consumer_groups()).collect();
    let rows = html! {
        table {
            thead { tr {
                th scope="col" { "Group" }
                th scope="col" { "Topic" }
                th.number scope="col" { "Backlog" }
                th scope="col" { "Oldest waits" }
                th.number scope="col" { "Messages/s" }
                th.number scope="col" { "Clients" }
                th scope="col" { "Model" }
            } }
            @for name in names.iter().take(SHOWN) { (group(console, name)) }
        }
        @if names.len() > SHOWN { p.more { (names.len() - SHOWN) " more are not shown" } }
    };
    let empty = names
        .is_empty()
        .then_some("No group yet: the first consumer makes one.");
    table("Consumer groups", "groups", empty, &rows)
}

/// A group is a body of the table, with a row for each of its topics.
fn group(console: &Console, name: &str) -> Markup {
    let view = console
        .brokers()
        .into_iter()
        .find_map(|it| it.consumer_group(name));
    let mut topics = backlog::of_group(console, name);
    // Retries are worth a row once there are some.
    topics.retain(|it| !names::is_retry_topic(&it.topic) || it.behind() > 0);
    let rows = topics.len().max(1);
    html! {
        tbody {
            tr {
                th scope="rowgroup" rowspan=(rows) { (name) }
                @match topics.first() {
                    Some(first) => { (topic(first)) }
                    None => { td { "–" } td {} td {} td {} }
                }
                td.number rowspan=(rows) { (clients(view.as_ref())) }
                td rowspan=(rows) { (model(view.as_ref())) }
            }
            @for other in topics.iter().skip(1) { tr { (topic(other)) } }
        }
    }
}

fn model(view: Option<&GroupView>) -> &'static str {
    match view.map(|it| it.message_model) {
        Some(MessageModel::Clustering) => "clustering",
        Some(MessageModel::Broadcasting) => "broadcasting",
        None => "–",
    }
}

fn clients(view: Option<&GroupView>) -> usize {
    let members = view.into_iter().flat_map(|it| &it.members);
    let ids: BTreeSet<_> = members.map(|it| &it.client_id).collect();
    ids.len()
}

fn topic(backlog: &TopicBacklog) -> Markup {
    let behind = backlog.behind();
    html! {
        td { (backlog.topic) }
        td.number.behind[behind > 0] { (behind) }
        td { @if behind > 0 { (duration(backlog.delay())) } @else { "–" } }
        td.number { (format!("{:.1}", backlog.consume_tps())) }
    }
}
