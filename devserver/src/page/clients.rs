//! The clients that are connected.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::view::table;
use crate::broker::Member;
use crate::console::Console;

/// So many clients are shown.
const SHOWN: usize = 200;

/// A client with its groups, each with what it does in it.
struct Client {
    member: Member,
    groups: BTreeSet<(&'static str, String)>,
}

pub(super) fn section(console: &Console) -> Markup {
    let clients = all(console);
    let rows = html! {
        table {
            thead { tr {
                th scope="col" { "Client" }
                th scope="col" { "Groups" }
                th scope="col" { "Address" }
                th scope="col" { "Language" }
            } }
            tbody {
                @for (id, client) in clients.iter().take(SHOWN) { (row(id, client)) }
            }
        }
        @if clients.len() > SHOWN { p.more { (clients.len() - SHOWN) " more are not shown" } }
    };
    let empty = clients.is_empty().then_some("Nobody is connected.");
    table("Connected clients", "clients", empty, &rows)
}

fn all(console: &Console) -> BTreeMap<String, Client> {
    let mut all = BTreeMap::new();
    let mut note = |member: Member, role, group: &str| {
        let client = all
            .entry(member.client_id.clone())
            .or_insert_with(|| Client {
                member,
                groups: BTreeSet::new(),
            });
        client.groups.insert((role, group.to_owned()));
    };
    for broker in console.brokers() {
        for (group, members) in broker.producer_groups() {
            for member in members {
                note(member, "produces", &group);
            }
        }
        for group in broker.consumer_groups() {
            let view = broker.consumer_group(&group);
            for member in view.into_iter().flat_map(|it| it.members) {
                note(member, "consumes", &group);
            }
        }
    }
    all
}

fn row(id: &str, client: &Client) -> Markup {
    let introduced = client.member.peer.introduced();
    html! {
        tr {
            th.id scope="row" { (id) }
            td {
                @for (role, group) in &client.groups {
                    div { (role) " as " (group) }
                }
            }
            td { code { (client.member.peer.address) } }
            td {
                @if let Some((language, version)) = introduced {
                    (language.name()) " " (version)
                }
            }
        }
    }
}
