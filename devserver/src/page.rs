//! The web page at the console's root: what the server holds, and a form that sends a message.
//!
//! It is made here, whole, and works without scripts. The script only asks for the changing part
//! once a second and puts it in place. Whatever came from a client is escaped by `maud`.

mod body;
mod clients;
mod groups;
mod messages;
mod send;
mod topics;
mod view;

use crate::console::{Console, Posted, Reply};

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The page.
pub(crate) fn whole(console: &Console, query: &str) -> Reply {
    let sent = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "sent");
    let notice = sent.map(|(_, id)| send::Notice::Sent(id.into_owned()));
    Reply::html(view::whole(console, &send::Form::default(), notice.as_ref()).into_string())
}

/// The part of it that changes.
pub(crate) fn state(console: &Console) -> Reply {
    Reply::html(view::state(console).into_string())
}

pub(crate) fn style() -> Reply {
    Reply::css(STYLE)
}

pub(crate) fn script() -> Reply {
    Reply::script(SCRIPT)
}

/// The form was sent.
pub(crate) fn send(console: &Console, posted: &Posted) -> Reply {
    send::send(console, posted)
}
