//! SEND_MESSAGE, SEND_MESSAGE_V2 and SEND_BATCH_MESSAGE (Java's `SendMessageProcessor`).

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use onsmq_proto::codec::{Command, ExtFields, FieldText, ResponseCode};
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::names;

use super::Broker;
use super::delay::{self, TIMER_OUT_MS};
use super::properties::{edit, received};
use super::put::Draft;
use super::send_header::SendHeader;
use super::topics::{TIMER, check_name, group_of_retry_topic, is_forbidden, no_such_topic};
use crate::answer::{Answered, Refusal, success};
use crate::service::Context;
use crate::settings::REGION;
use crate::store::{NewMessage, Topic};

/// Requests of clients from 3.4.9 on say themselves how often a message comes again.
pub(super) const TELLS_MAX_RECONSUME_TIMES: i16 = 121;
/// How often a message comes again unless the request says (`retryMaxTimes`).
pub(super) const DEFAULT_MAX_RECONSUME_TIMES: i32 = 16;

impl Broker {
    pub(super) fn send(&self, context: &Context<'_>, request: &Command) -> Answered {
        let header = SendHeader::parse(request)?;
        if request.body.is_empty() {
            // 5.3.3 falls over its own null here, before it has anything to answer with.
            return Err(Refusal::new(
                ResponseCode::SYSTEM_ERROR,
                "java.lang.NullPointerException: Cannot read the array length because the return \
                 value of \"org.apache.rocketmq.remoting.protocol.RemotingCommand.getBody()\" is \
                 null",
            ));
        }
        let mut answer = success();
        answer.fields = self
            .store_sent(context, request, &header)
            .map_err(|refusal| refusal.with_fields(region(context)))?;
        Ok(answer.into())
    }

    fn store_sent(
        &self,
        context: &Context<'_>,
        request: &Command,
        header: &SendHeader<'_>,
    ) -> Result<ExtFields, Refusal> {
        let topic = self.check_send(context, header)?;
        let queue_id = if header.queue_id < 0 {
            // Any will do: Java draws one.
            let queues = i64::from(topic.config.write_queues).max(1);
            i32::try_from(header.born_timestamp.unsigned_abs().cast_signed() % queues).unwrap_or(0)
        } else {
            header.queue_id
        };
        let draft = Draft {
            topic,
            queue_id,
            properties: String::new(),
            message: NewMessage {
                body: &request.body,
                properties: "",
                tag: 0,
                flag: header.flag,
                sys_flag: header.sys_flag,
                born_timestamp: header.born_timestamp,
                born_host: context.peer.address,
                reconsume_times: header.reconsume_times,
                prepared_transaction_offset: 0,
            },
        };
        if header.is_batch {
            self.store_batch(context, header, &draft, &request.body)
        } else {
            self.store_single(context, request, header, draft)
        }
    }

    /// Java's `AbstractSendMessageProcessor.msgCheck`.
    fn check_send(
        &self,
        context: &Context<'_>,
        header: &SendHeader<'_>,
    ) -> Result<Arc<Topic>, Refusal> {
        let name = header.topic;
        check_name(name).map_err(|why| Refusal::new(ResponseCode::INVALID_PARAMETER, why))?;
        if is_forbidden(name) {
            return Err(Refusal::new(
                ResponseCode::NO_PERMISSION,
                format!("Sending message to topic[{name}] is forbidden."),
            ));
        }
        let topic = self
            .topic_for_send(name, header.default_topic, header.default_topic_queues)?
            .ok_or_else(|| no_such_topic(name, ""))?;
        let queues = topic.config.write_queues.max(topic.config.read_queues);
        if i64::from(header.queue_id) >= i64::from(queues) {
            return Err(Refusal::new(
                ResponseCode::INVALID_PARAMETER,
                format!(
                    "request queueId[{}] is illegal, {topic} Producer: {}",
                    header.queue_id, context.peer.address
                ),
            ));
        }
        Ok(topic)
    }

    fn store_single(
        &self,
        context: &Context<'_>,
        request: &Command,
        header: &SendHeader<'_>,
        mut draft: Draft<'_>,
    ) -> Result<ExtFields, Refusal> {
        let queue_id = draft.queue_id;
        let received = received(header.properties, || self.unique_id());
        draft.properties = received.properties;
        draft.message.tag = received.tag;
        if self.is_dead_letter(request, header)? {
            self.to_dead_letters(header.topic, &mut draft)?;
        }
        let stored = if !received.may_wait {
            self.put_now(&draft, context.now)?
        } else if is_half(&draft) {
            self.put_half(&mut draft)?
        } else {
            self.put(&mut draft)?
        };
        let new_id = || properties::get(&draft.properties, name::UNIQ_KEY);
        let id = self.log.message_id(stored.log_offset);
        let mut fields = sent(context, id, queue_id, stored.queue_offset);
        fields
            .push_some("transactionId", received.unique_id.or_else(new_id))
            .push_some("recallHandle", self.recall_handle(&draft));
        Ok(fields)
    }

    /// Whether a message to a retry topic is dead: an ordered consumer's, which counts itself
    /// and holds locks, or one that came too often.
    fn is_dead_letter(&self, request: &Command, header: &SendHeader<'_>) -> Result<bool, Refusal> {
        let Some(group) = group_of_retry_topic(header.topic) else {
            return Ok(false);
        };
        self.groups.make_known(group)?;
        let max = max_reconsume_times(request, header.max_reconsume_times);
        Ok(header.reconsume_times > max || self.locks.any_held(group))
    }

    fn to_dead_letters(&self, retry_topic: &str, draft: &mut Draft<'_>) -> Result<(), Refusal> {
        let group = group_of_retry_topic(retry_topic).unwrap_or_default();
        draft.topic = self.group_topic(&names::dlq_topic(group))?;
        draft.queue_id = 0;
        draft.properties = edit(&draft.properties, &[(name::DELAY, Some("-1"))]);
        Ok(())
    }

    /// What a message with a time could be called back by (`RecallMessageHandle.HandleV1`).
    fn recall_handle(&self, draft: &Draft<'_>) -> Option<String> {
        if *draft.topic.name != *TIMER {
            return None;
        }
        let properties = &draft.properties;
        let out: i64 = properties::get(properties, TIMER_OUT_MS)?.parse().ok()?;
        let topic = properties::get(properties, name::REAL_TOPIC)
            .filter(|topic| !names::is_retry_topic(topic))?;
        let id = properties::get(properties, name::UNIQ_KEY)?;
        let handle = format!("v1 {topic} {} {} {id}", self.name, out.saturating_add(1));
        Some(URL_SAFE.encode(handle))
    }
}

/// What every answer to a sent message says.
fn region(context: &Context<'_>) -> ExtFields {
    static ALWAYS: LazyLock<ExtFields> = LazyLock::new(|| {
        let mut fields = ExtFields::new();
        fields
            .push(name::MSG_REGION, REGION)
            .push(name::TRACE_ON, "true");
        fields
    });
    let mut fields = context.spare.take();
    fields.clone_from(&ALWAYS);
    fields
}

/// What an answer says of where messages were stored. `ids` is that of each.
pub(super) fn sent(
    context: &Context<'_>,
    ids: impl FieldText,
    queue_id: i32,
    queue_offset: i64,
) -> ExtFields {
    let mut fields = region(context);
    fields
        .push("msgId", ids)
        .push("queueId", queue_id)
        .push("queueOffset", queue_offset);
    fields
}

/// How often a message comes again before it is dead.
pub(super) fn max_reconsume_times(request: &Command, asked: Option<i32>) -> i32 {
    asked
        .filter(|_| request.version >= TELLS_MAX_RECONSUME_TIMES)
        .unwrap_or(DEFAULT_MAX_RECONSUME_TIMES)
}

/// Whether a message is the first half of a transaction. Clients before 4.6.1 send retries with
/// the property left on.
fn is_half(draft: &Draft<'_>) -> bool {
    let is_retry = draft.message.reconsume_times > 0 && delay::level(&draft.properties) > 0;
    let flag = properties::get(&draft.properties, name::TRANSACTION_PREPARED);
    flag.is_some_and(|flag| flag.eq_ignore_ascii_case("true")) && !is_retry
}
