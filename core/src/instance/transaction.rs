//! A broker asks what became of a half message, and a checker of the group answers.

use std::sync::Arc;

use onsmq_proto::codec::{Command, ResponseCode};
use onsmq_proto::message::compression::MAX_BODY;
use onsmq_proto::message::properties::name;
use tokio::time::Instant;
use tracing::{debug, warn};

use super::shared::Instance;
use crate::net::REQUEST_TIMEOUT;
use crate::request::end_transaction::{self, Asked, Check, EndTransaction};
use crate::trace;
use crate::{MessageExt, TransactionStatus};

/// Has a checker of the half message's group asked, and tells the broker what it says. The request
/// itself is one-way.
pub(super) fn check(instance: &Arc<Instance>, broker: &Arc<str>, request: &Command) -> Command {
    match end_transaction::check(request) {
        Ok(check) => ask(instance, broker, check),
        Err(error) => warn!(%broker, "a transaction's check cannot be read: {error}"),
    }
    Command::response(ResponseCode::SUCCESS, request.opaque)
}

fn ask(instance: &Arc<Instance>, broker: &Arc<str>, mut check: Check) {
    let group = check
        .message
        .property(name::PRODUCER_GROUP)
        .unwrap_or_default()
        .to_owned();
    let Some(checker) = instance.checker(&group) else {
        // Another producer of the group is asked next time.
        return debug!(
            group,
            "no transactional producer here answers for the group"
        );
    };
    if let Err(fault) = check.message.decompress(MAX_BODY) {
        warn!(
            group,
            message_id = check.message_id,
            "a half message's body cannot be read: {fault}"
        );
    }
    let topic = instance.unwrap(check.message.topic()).into();
    let message = MessageExt::alone(check.message.clone(), topic, Arc::clone(broker));
    let (instance, broker) = (Arc::clone(instance), Arc::clone(broker));
    tokio::spawn(async move {
        // A checker that panics knows as little as one that says so: in a task of its own.
        let status = tokio::spawn(checker(message))
            .await
            .unwrap_or(TransactionStatus::Unknow);
        tell(&instance, &broker, &group, &check, status).await;
    });
}

async fn tell(
    instance: &Arc<Instance>,
    broker: &str,
    group: &str,
    check: &Check,
    status: TransactionStatus,
) {
    let command = EndTransaction {
        group,
        status,
        queue_offset: check.queue_offset,
        commit_log_offset: check.commit_log_offset,
        message_id: &check.message_id,
        transaction_id: check.transaction_id.as_deref(),
        asked: Asked::Yes,
    }
    .command(None);
    record(instance, group, check, status);
    let deadline = Instant::now() + REQUEST_TIMEOUT;
    if let Err(error) = instance.peers.oneway(broker, command, deadline).await {
        debug!(
            broker,
            "the broker was not told an outcome, and asks again: {error}"
        );
    }
}

fn record(instance: &Arc<Instance>, group: &str, check: &Check, status: TransactionStatus) {
    let message = &check.message;
    let ended = trace::Ended {
        half: trace::Sent {
            group: &instance.unwrap(group),
            topic: &instance.unwrap(message.topic()),
            message_id: &check.message_id,
            properties: message.raw_properties(),
            store_host: &message.store_host().to_string(),
        },
        answer: None,
        transaction_id: check.transaction_id.as_deref(),
        status,
        from_check: true,
    };
    trace::ended(instance, &ended);
}
