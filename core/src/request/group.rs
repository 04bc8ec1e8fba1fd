//! GET_CONSUMER_LIST_BY_GROUP: the members of a group.

use bytes::Bytes;
use onsmq_proto::body::ConsumerList;
use onsmq_proto::codec::{Command, ExtFields, RequestCode, ResponseCode};

use super::{malformed, success};
use crate::Result;

const WHAT: &str = "the members of a group";

pub(crate) fn command(group: &str) -> Command {
    let mut fields = ExtFields::new();
    fields.push("consumerGroup", group);
    Command::request(
        RequestCode::GET_CONSUMER_LIST_BY_GROUP,
        fields,
        Bytes::new(),
    )
}

/// Client ids, in no order. A group that nobody is in is an empty one, not an error.
pub(crate) fn answer(answer: Command) -> Result<Vec<String>> {
    let nobody = answer.response_code() == ResponseCode::SYSTEM_ERROR
        && answer
            .remark
            .as_deref()
            .is_some_and(|it| it.starts_with("no consumer for this group"));
    if nobody {
        return Ok(Vec::new());
    }
    let answer = success(WHAT, answer)?;
    ConsumerList::decode(&answer.body)
        .map(|list| list.consumer_id_list)
        .map_err(|error| malformed(WHAT, error))
}
