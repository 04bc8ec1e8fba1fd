//! What servers ask of a client (`wire.md`, section 11).

use std::sync::Arc;

use onsmq_proto::codec::{Command, RequestCode, ResponseCode};
use tokio::time::Instant;
use tracing::debug;

use super::shared::Instance;
use super::{consumer_requests, transaction};
use crate::net::{Connection, Inbound, REQUEST_TIMEOUT};

/// Does what a server's request asks for, and answers it unless it is one-way.
pub(super) fn handle(instance: &Arc<Instance>, inbound: Inbound) {
    let Inbound {
        connection,
        command,
    } = inbound;
    let answer = match command.request_code() {
        RequestCode::NOTIFY_CONSUMER_IDS_CHANGED => members_changed(instance, &command),
        RequestCode::CHECK_TRANSACTION_STATE => {
            transaction::check(instance, connection.address(), &command)
        }
        RequestCode::RESET_CONSUMER_CLIENT_OFFSET => {
            consumer_requests::reset_offsets(instance, &command)
        }
        RequestCode::GET_CONSUMER_STATUS_FROM_CLIENT => {
            consumer_requests::status(instance, &command)
        }
        RequestCode::GET_CONSUMER_RUNNING_INFO => {
            consumer_requests::running_info(instance, &command)
        }
        RequestCode::CONSUME_MESSAGE_DIRECTLY => {
            let answer = consumer_requests::consume_directly(instance, command);
            // It takes as long as the listener.
            tokio::spawn(async move { send(&connection, answer.await).await });
            return;
        }
        _ => not_supported(&command),
    };
    if !command.is_oneway() {
        tokio::spawn(async move { send(&connection, answer).await });
    }
}

/// An answer that does not arrive is missed by the server only.
async fn send(connection: &Connection, answer: Command) {
    let deadline = Instant::now() + REQUEST_TIMEOUT;
    let _ = connection.send(answer, deadline).await;
}

fn members_changed(instance: &Instance, command: &Command) -> Command {
    if let Some(consumer) = command
        .fields
        .get("consumerGroup")
        .and_then(|group| instance.consumer(group))
    {
        consumer.rebalance();
    }
    Command::response(ResponseCode::SUCCESS, command.opaque)
}

fn not_supported(command: &Command) -> Command {
    debug!(code = %command.request_code(), "a server asked for what this client does not know");
    let mut answer = Command::response(ResponseCode::REQUEST_CODE_NOT_SUPPORTED, command.opaque);
    answer.remark = Some(format!("request type {} not supported", command.code));
    answer
}
