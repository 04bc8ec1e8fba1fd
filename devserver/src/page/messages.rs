//! The last messages.

use maud::{Markup, html};
use onsmq_proto::message::StoredMessage;
use onsmq_proto::message::properties::{self, name};

use super::body::{self, Shown};
use super::view::{ago, table};
use crate::broker::latest;
use crate::console::Console;

/// How many.
const LAST: usize = 30;
/// Characters of a body that are shown before it is opened.
const GLANCE: usize = 60;

pub(super) fn section(console: &Console) -> Markup {
    let topics: Vec<_> = super::topics::all(console)
        .into_values()
        .flatten()
        .map(|(_, topic)| topic)
        .collect();
    let messages = latest(&topics, LAST);
    let rows = html! {
        table {
            thead { tr {
                th scope="col" { "Stored" }
                th scope="col" { "Topic" }
                th scope="col" { "Body" }
                th scope="col" { "Tag" }
                th scope="col" { "Keys" }
                th.number scope="col" { "Queue" }
                th.number scope="col" { "Offset" }
            } }
            tbody { @for message in &messages { (row(message)) } }
        }
    };
    let empty = messages
        .is_empty()
        .then_some("No message yet: send one below.");
    table("Last messages", "messages", empty, &rows)
}

fn row(message: &StoredMessage) -> Markup {
    let id = format!("message-{}", message.offset_message_id());
    let body = body::shown(message);
    html! {
        tr {
            td.time { (ago(message.store_timestamp())) }
            td { (message.topic()) }
            td.body {
                details id=(id) {
                    summary id={ (id) "-summary" } { (glance(&body)) }
                    (opened(message, &body))
                }
            }
            td { (message.property(name::TAGS).unwrap_or("–")) }
            td { (message.property(name::KEYS).unwrap_or("–")) }
            td.number { (message.queue_id()) }
            td.number { (message.queue_offset()) }
        }
    }
}

/// The beginning of a body, on one line.
fn glance(body: &Shown) -> Markup {
    let line = body.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let start: String = line.chars().take(GLANCE).collect();
    html! {
        @if body.is_hex { span.kind { "hex" } " " }
        @if start.is_empty() { span.empty { "blank" } } @else { code { (start) } }
        @if start.len() < line.len() { "…" }
    }
}

fn opened(message: &StoredMessage, body: &Shown) -> Markup {
    html! {
        pre tabindex="0" { (body.text) }
        @if let Some(note) = &body.note { p.more { (note) } }
        dl {
            dt { "Id" } dd { code { (message.message_id()) } }
            dt { "Born" } dd { (ago(message.born_timestamp())) ", " (message.born_host()) }
            @for (name, value) in properties::user_entries(message.raw_properties()) {
                dt { (name) } dd { (value) }
            }
        }
    }
}
