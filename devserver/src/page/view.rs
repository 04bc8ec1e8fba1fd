//! The page as a whole.

use maud::{DOCTYPE, Markup, html};

use super::send::{self, Form, Notice};
use super::{clients, groups, messages, topics};
use crate::clock;
use crate::console::Console;

/// What can be gone to.
const SECTIONS: [(&str, &str); 5] = [
    ("topics", "Topics"),
    ("groups", "Groups"),
    ("clients", "Clients"),
    ("messages", "Messages"),
    ("send", "Send"),
];

/// All of it.
pub(super) fn whole(console: &Console, form: &Form, notice: Option<&Notice>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "onsmq dev server" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/page/style.css";
                script src="/page/script.js" defer {}
            }
            body {
                header {
                    h1 { "onsmq dev server" }
                    nav aria-label="Sections" {
                        @for (id, title) in SECTIONS {
                            a href={ "#" (id) "-heading" } { (title) }
                        }
                    }
                    p #live role="status" { "reload to see what is new" }
                }
                main {
                    div #state { (state(console)) }
                    (send::section(console, form, notice))
                }
            }
        }
    }
}

/// What changes.
pub(super) fn state(console: &Console) -> Markup {
    html! {
        (facts(console))
        (topics::section(console))
        (groups::section(console))
        (clients::section(console))
        (messages::section(console))
    }
}

fn facts(console: &Console) -> Markup {
    let up = clock::now_ms() - console.started;
    html! {
        dl.facts {
            div { dt { "NAMESRV_ADDR" } dd { code { (console.namesrv()) } } }
            div {
                dt { "Brokers" }
                dd {
                    @for broker in console.nodes() {
                        div {
                            (broker.name) " " code { (broker.address) }
                            @if !broker.running { " " strong.lost { "killed" } }
                        }
                    }
                }
            }
            div { dt { "Up for" } dd { (duration(up)) } }
        }
    }
}

/// A section with a table that may be wider than the window.
pub(super) fn table(title: &str, id: &str, empty: Option<&str>, rows: &Markup) -> Markup {
    let heading = format!("{id}-heading");
    html! {
        section aria-labelledby=(heading) {
            h2 id=(heading) { (title) }
            @if let Some(empty) = empty {
                p.empty { (empty) }
            } @else {
                div.scroll role="region" aria-labelledby=(heading) tabindex="0" id=(id) { (rows) }
            }
        }
    }
}

/// How long ago something was.
pub(super) fn ago(ms: i64) -> Markup {
    let age = clock::now_ms() - ms;
    html! {
        @if ms <= 0 { "never" } @else { span title={ (ms) " ms" } { (duration(age)) " ago" } }
    }
}

/// Milliseconds in words.
pub(super) fn duration(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d", seconds / 86_400),
    }
}
