//! LOCK_BATCH_MQ and UNLOCK_BATCH_MQ: who may consume a queue in order.

use onsmq_proto::body::{LockRequest, Locked};
use onsmq_proto::codec::{Command, ExtFields, RequestCode};
use onsmq_proto::machine::MessageQueue;

use super::{malformed, success};
use crate::Result;

const WHAT: &str = "locking queues";

fn command(
    code: RequestCode,
    client_id: &str,
    group: &str,
    queues: &[MessageQueue],
) -> Result<Command> {
    let request = LockRequest {
        client_id: client_id.to_owned(),
        consumer_group: group.to_owned(),
        mq_set: queues.iter().map(Into::into).collect(),
    };
    let body = request.encode().map_err(|error| malformed(WHAT, error))?;
    Ok(Command::request(code, ExtFields::new(), body.into()))
}

pub(crate) fn lock(client_id: &str, group: &str, queues: &[MessageQueue]) -> Result<Command> {
    command(RequestCode::LOCK_BATCH_MQ, client_id, group, queues)
}

/// The queues that are locked now.
pub(crate) fn locked(answer: Command) -> Result<Vec<MessageQueue>> {
    let answer = success(WHAT, answer)?;
    let locked = Locked::decode(&answer.body).map_err(|error| malformed(WHAT, error))?;
    Ok(locked.queues.into_iter().map(Into::into).collect())
}

pub(crate) fn unlock(client_id: &str, group: &str, queues: &[MessageQueue]) -> Result<Command> {
    command(RequestCode::UNLOCK_BATCH_MQ, client_id, group, queues)
}

pub(crate) fn unlocked(answer: Command) -> Result<()> {
    success("unlocking queues", answer).map(drop)
}
