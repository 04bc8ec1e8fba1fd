//! What brokers ask of consumers, for operators (`wire.md`, section 11).

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use onsmq_proto::WireError;
use onsmq_proto::body::ResetOffsets;
use onsmq_proto::codec::{Command, ResponseCode};
use onsmq_proto::message::StoredMessages;
use onsmq_proto::message::compression::MAX_BODY;
use tracing::{info, warn};

use super::members::ConsumerMember;
use super::shared::Instance;
use crate::{Error, Result};

fn field<'a>(request: &'a Command, name: &str) -> &'a str {
    request.fields.get(name).unwrap_or_default()
}

fn unreadable(what: &str, fault: &WireError) -> Error {
    Error::invalid_state(format!("{what} cannot be read: {fault}"))
}

/// The consumer that a request is for.
fn consumer(instance: &Instance, group: &str) -> Result<Arc<dyn ConsumerMember>> {
    instance.consumer(group).ok_or_else(|| {
        Error::invalid_state(format!(
            "The Consumer Group <{group}> not exist in this consumer"
        ))
    })
}

/// The same, where the request also names the client.
fn named_consumer(instance: &Instance, request: &Command) -> Result<Arc<dyn ConsumerMember>> {
    let client_id = field(request, "clientId");
    if !client_id.is_empty() && client_id != instance.client_id {
        return Err(Error::invalid_state(format!(
            "client {client_id} is not asked here, this one is {}",
            instance.client_id
        )));
    }
    consumer(instance, field(request, "consumerGroup"))
}

/// The answer with a body, or with the reason why there is none.
fn answer(request: &Command, body: Result<Vec<u8>>) -> Command {
    let code = match &body {
        Ok(_) => ResponseCode::SUCCESS,
        Err(_) => ResponseCode::SYSTEM_ERROR,
    };
    let mut answer = Command::response(code, request.opaque);
    match body {
        Ok(body) => answer.body = Bytes::from(body),
        Err(error) => answer.remark = Some(error.to_string()),
    }
    answer
}

/// RESET_CONSUMER_CLIENT_OFFSET. It is one-way: brokers wait for nothing.
pub(super) fn reset_offsets(instance: &Instance, request: &Command) -> Command {
    let (group, topic) = (field(request, "group"), field(request, "topic"));
    let reset = || -> Result<()> {
        let offsets = ResetOffsets::decode(&request.body)
            .map_err(|fault| unreadable("the offsets to reset to", &fault))?;
        let offsets: Vec<_> = offsets
            .offsets
            .into_iter()
            .map(|(queue, offset)| (queue.into(), offset))
            .collect();
        info!(group, topic, "the broker resets offsets");
        consumer(instance, group)?.reset(topic, &offsets);
        Ok(())
    };
    let done = reset();
    if let Err(error) = &done {
        warn!(group, topic, "offsets are not reset: {error}");
    }
    answer(request, done.map(|()| Vec::new()))
}

/// GET_CONSUMER_STATUS_FROM_CLIENT.
pub(super) fn status(instance: &Instance, request: &Command) -> Command {
    let status = consumer(instance, field(request, "group"))
        .map(|consumer| consumer.offsets(field(request, "topic")));
    let body = status.and_then(|status| {
        let body = status.encode();
        body.map_err(|fault| unreadable("offsets", &fault))
    });
    answer(request, body)
}

/// GET_CONSUMER_RUNNING_INFO.
pub(super) fn running_info(instance: &Instance, request: &Command) -> Command {
    let with_workers = field(request, "jstackEnable").eq_ignore_ascii_case("true");
    let info = named_consumer(instance, request).map(|it| it.running_info(with_workers));
    let body = info.and_then(|info| {
        let body = info.encode();
        body.map_err(|fault| unreadable("what the consumer is doing", &fault))
    });
    answer(request, body)
}

/// CONSUME_MESSAGE_DIRECTLY. The answer comes when the listener has said something.
pub(super) fn consume_directly(
    instance: &Arc<Instance>,
    request: Command,
) -> BoxFuture<'static, Command> {
    let instance = Arc::clone(instance);
    Box::pin(async move {
        let body = direct_result(&instance, &request).await;
        answer(&request, body)
    })
}

async fn direct_result(instance: &Instance, request: &Command) -> Result<Vec<u8>> {
    let consumer = named_consumer(instance, request)?;
    let stored = StoredMessages::new(request.body.clone()).next();
    let stored = stored.ok_or_else(|| Error::invalid_state("no message came with the request"))?;
    let mut stored = stored.map_err(|fault| unreadable("the message", &fault))?;
    stored
        .decompress(MAX_BODY)
        .map_err(|fault| unreadable("the message's body", &fault))?;
    let broker_name = field(request, "brokerName").to_owned();
    let result = consumer.consume_directly(stored, broker_name).await?;
    result
        .encode()
        .map_err(|fault| unreadable("what the listener said", &fault))
}
