//! HEART_BEAT and UNREGISTER_CLIENT: a client shows itself to brokers, and leaves.

use bytes::Bytes;
use onsmq_proto::body::HeartbeatData;
use onsmq_proto::codec::{Command, ExtFields, RequestCode};

use super::{malformed, success};
use crate::Result;

pub(crate) fn command(data: &HeartbeatData) -> Result<Command> {
    let body = data
        .encode()
        .map_err(|error| malformed("a heartbeat", error))?;
    Ok(Command::request(
        RequestCode::HEART_BEAT,
        ExtFields::new(),
        body.into(),
    ))
}

pub(crate) fn answer(answer: Command) -> Result<()> {
    success("the heartbeat", answer).map(drop)
}

/// Which group a client leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Leaving<'a> {
    Producer(&'a str),
    Consumer(&'a str),
}

pub(crate) fn unregister(client_id: &str, leaving: Leaving<'_>) -> Command {
    let mut fields = ExtFields::new();
    fields.push("clientID", client_id);
    match leaving {
        Leaving::Producer(group) => fields.push("producerGroup", group),
        Leaving::Consumer(group) => fields.push("consumerGroup", group),
    };
    Command::request(RequestCode::UNREGISTER_CLIENT, fields, Bytes::new())
}

pub(crate) fn unregistered(answer: Command) -> Result<()> {
    success("leaving the group", answer).map(drop)
}
