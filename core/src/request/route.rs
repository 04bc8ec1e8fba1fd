//! GET_ROUTEINFO_BY_TOPIC: where a topic lives.

use bytes::Bytes;
use onsmq_proto::body::TopicRouteData;
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};

use super::{malformed, success};
use crate::Result;

const WHAT: &str = "the route of a topic";

pub(crate) fn command(topic: &str) -> Command {
    let mut fields = ExtFields::new();
    fields.push("topic", topic);
    // Older servers write maps with bare integer keys otherwise, which is read as well.
    fields.push("acceptStandardJsonOnly", true);
    Command::request(RequestCode::GET_ROUTEINFO_BY_TOPIC, fields, Bytes::new())
}

/// The route, or `None` where no such topic exists.
pub(crate) fn answer(answer: Command) -> Result<Option<TopicRouteData>> {
    if answer.response_code() == ResponseCode::TOPIC_NOT_EXIST {
        return Ok(None);
    }
    let answer = success(WHAT, answer)?;
    TopicRouteData::decode(&answer.body)
        .map(Some)
        .map_err(|error| malformed(WHAT, error))
}
