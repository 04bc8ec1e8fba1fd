//! The form that sends a message.

use std::sync::Arc;

use hyper::StatusCode;
use maud::{Markup, html};

use super::{topics, view};
use crate::broker::Parcel;
use crate::console::{Console, Posted, Reply};

/// What is in the form.
#[derive(Debug, Default)]
pub(super) struct Form {
    topic: String,
    tag: String,
    key: String,
    body: String,
}

/// What became of the last message.
#[derive(Debug)]
pub(super) enum Notice {
    Sent(String),
    Failed(String),
}

/// Sends what a form holds; tells a script so in a line, and a browser without one on the page.
pub(super) fn send(console: &Console, posted: &Posted) -> Reply {
    let field = |name: &str| {
        let mut fields = posted.form.iter();
        let found = fields.find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    if field("token") != console.token {
        let text = "this form is another server's: load the page again";
        return Reply::text(StatusCode::FORBIDDEN, text);
    }
    let form = Form {
        topic: field("topic").trim().to_owned(),
        tag: field("tag").trim().to_owned(),
        key: field("key").trim().to_owned(),
        body: field("body"),
    };
    match (form.send(console, posted), posted.by_script) {
        (Ok(id), true) => Reply::text(StatusCode::OK, Notice::Sent(id).text()),
        // Its digits need no escapes.
        (Ok(id), false) => Reply::see(format!("/?sent={id}")),
        (Err(why), true) => Reply::text(StatusCode::BAD_REQUEST, Notice::Failed(why).text()),
        (Err(why), false) => {
            let page = view::whole(console, &form, Some(&Notice::Failed(why)));
            Reply::html(page.into_string()).with_status(StatusCode::BAD_REQUEST)
        }
    }
}

impl Form {
    fn send(&self, console: &Console, posted: &Posted) -> Result<String, String> {
        if [&self.tag, &self.key]
            .iter()
            .any(|it| it.contains(char::is_control))
        {
            return Err("a tag or key holds a control character".to_owned());
        }
        if self.body.is_empty() {
            return Err("the body is empty: brokers take no message without one".to_owned());
        }
        let parcel = Parcel {
            topic: &self.topic,
            tag: &self.tag,
            key: &self.key,
            body: &self.body,
            from: posted.from,
        };
        let holder = console
            .topic(&self.topic)
            .first()
            .map(|(broker, _)| Arc::clone(broker));
        let broker = holder.or_else(|| console.brokers().first().cloned());
        broker.ok_or("no broker runs")?.send_here(&parcel)
    }
}

impl Notice {
    fn text(&self) -> String {
        match self {
            Self::Sent(id) => format!("Sent, with the id {id}."),
            Self::Failed(why) => format!("Not sent: {why}."),
        }
    }
}

pub(super) fn section(console: &Console, form: &Form, notice: Option<&Notice>) -> Markup {
    let topics = topics::all(console);
    html! {
        section aria-labelledby="send-heading" {
            h2 #send-heading { "Send a message" }
            form #send method="post" action="/page/send" autocomplete="off" {
                input type="hidden" name="token" value=(console.token);
                div.fields {
                    div {
                        label for="send-topic" { "Topic" }
                        input #send-topic name="topic" required list="send-topics"
                            value=(form.topic);
                        datalist #send-topics {
                            @for name in topics.keys() { option value=(name) {} }
                        }
                    }
                    div {
                        label for="send-tag" { "Tag" }
                        input #send-tag name="tag" value=(form.tag);
                    }
                    div {
                        label for="send-key" { "Key" }
                        input #send-key name="key" value=(form.key);
                    }
                }
                label for="send-body" { "Body" }
                // The first line break is the parser's.
                textarea #send-body name="body" rows="4" required { "\n" (form.body) }
                button type="submit" { "Send" }
                p #notice role="status" { @if let Some(notice) = notice { (notice.text()) } }
            }
        }
    }
}
