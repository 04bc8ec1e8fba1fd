//! PULL_MESSAGE (Java's `PullMessageProcessor`).

use std::sync::Arc;
use std::time::Duration;

use onsmq_proto::WireError;
use onsmq_proto::codec::{Command, RequestCode, ResponseCode};
use onsmq_proto::subscription::SubscriptionData;

use super::Broker;
use super::topics::no_such_topic;
use crate::answer::{Answered, Outcome, Refusal, Wait, answer};
use crate::journal::Position;
use crate::long_poll::Waiter;
use crate::name_server::FAQ;
use crate::service::Context;
use crate::store::{Ask, Filter, Queue, Read, Status};

/// What Java's lite pull consumer calls a pull.
pub(super) const LITE_PULL_MESSAGE: RequestCode = RequestCode(361);

/// The bits of a pull's sysFlag.
mod flag {
    pub(super) const COMMIT_OFFSET: i32 = 1;
    pub(super) const SUSPEND: i32 = 2;
    pub(super) const SUBSCRIPTION: i32 = 4;
}

/// A pull without a limit gets so much: what real brokers take from memory in one go.
const DEFAULT_BYTES: usize = 256 * 1024;
/// A pull never gets more than this.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Real brokers stop at 32 (`maxTransferCountOnMessageInMemory`); here a pull gets what it asks
/// for, within reason.
const MAX_MESSAGES: usize = 1024;

/// The fields of a pull.
#[derive(Debug)]
struct PullHeader<'a> {
    group: &'a str,
    topic: &'a str,
    queue_id: i32,
    offset: i64,
    max_messages: i32,
    max_bytes: Option<i32>,
    sys_flag: i32,
    commit_offset: i64,
    suspend_timeout: Duration,
    subscription: &'a str,
    sub_version: i64,
    expression_type: &'a str,
}

impl<'a> PullHeader<'a> {
    fn parse(request: &'a Command) -> Result<Self, WireError> {
        let fields = &request.fields;
        let suspend_ms: i64 = fields.parse_required("suspendTimeoutMillis")?;
        Ok(Self {
            group: fields.required("consumerGroup")?,
            topic: fields.required("topic")?,
            queue_id: fields.parse_required("queueId")?,
            offset: fields.parse_required("queueOffset")?,
            max_messages: fields.parse_required("maxMsgNums")?,
            max_bytes: fields.parse("maxMsgBytes")?,
            sys_flag: fields.parse_required("sysFlag")?,
            commit_offset: fields.parse_required("commitOffset")?,
            suspend_timeout: Duration::from_millis(u64::try_from(suspend_ms).unwrap_or(0)),
            subscription: fields.get("subscription").unwrap_or_default(),
            sub_version: fields.parse_required("subVersion")?,
            expression_type: fields.get("expressionType").unwrap_or(TAG),
        })
    }

    const fn has(&self, flag: i32) -> bool {
        self.sys_flag & flag != 0
    }

    /// How far its group is.
    const fn commits(&self) -> Position<'a> {
        Position {
            topic: self.topic,
            queue_id: self.queue_id,
            offset: self.commit_offset,
        }
    }

    fn ask<'f>(&self, filter: &'f Filter) -> Ask<'f> {
        let max_messages = usize::try_from(self.max_messages).unwrap_or(0);
        let max_bytes = self.max_bytes.and_then(|max| usize::try_from(max).ok());
        Ask {
            offset: self.offset,
            max_messages: max_messages.min(MAX_MESSAGES),
            max_bytes: max_bytes
                .filter(|max| *max > 0)
                .unwrap_or(DEFAULT_BYTES)
                .min(MAX_BYTES),
            filter,
        }
    }
}

/// The kind of expression where none is said.
const TAG: &str = "TAG";

impl Broker {
    pub(super) fn pull(&self, context: &Context<'_>, request: &Command) -> Answered {
        let header = PullHeader::parse(request)?;
        self.groups.make_known(header.group)?;
        let queue = self.queue_to_pull(context, &header)?;
        let filter = super::clients::filter(self.subscription(&header)?)?;
        // Once for each request, when it comes.
        if context.may_wait && header.has(flag::COMMIT_OFFSET) {
            self.offsets.commit(header.group, header.commits())?;
        }
        let ask = header.ask(&filter);
        let read = if context.may_wait && header.has(flag::SUSPEND) {
            let peer = Arc::clone(context.peer);
            let waiter = Waiter::new(peer, context.token, filter.clone());
            queue.read_or_wait(&ask, waiter)
        } else {
            Some(queue.read(&ask))
        };
        if let Some(read) = &read {
            self.throughput
                .pulled(header.group, header.topic, read.count);
        }
        Ok(match read {
            Some(read) => pulled(header.offset, read).into(),
            None => Outcome::Wait(Wait {
                queue,
                timeout: header.suspend_timeout,
            }),
        })
    }

    fn queue_to_pull(
        &self,
        context: &Context<'_>,
        header: &PullHeader<'_>,
    ) -> Result<Arc<Queue>, Refusal> {
        let topic = self
            .topics
            .get(header.topic)
            .ok_or_else(|| no_such_topic(header.topic, " "))?;
        if !topic.is_readable() {
            return Err(Refusal::new(
                ResponseCode::NO_PERMISSION,
                format!("the topic[{}] pulling message is forbidden", header.topic),
            ));
        }
        let is_read = i64::from(header.queue_id) < i64::from(topic.config.read_queues);
        topic
            .queue(header.queue_id)
            .filter(|_| is_read)
            .cloned()
            .ok_or_else(|| {
                let text = format!(
                    "queueId[{}] is illegal, topic:[{}] topicConfig.readQueueNums:[{}] \
                     consumer:[/{}]",
                    header.queue_id, header.topic, topic.config.read_queues, context.peer.address
                );
                Refusal::new(ResponseCode::INVALID_PARAMETER, text)
            })
    }

    /// What the puller wants: what it says itself, or what its group's heartbeat said.
    fn subscription(&self, header: &PullHeader<'_>) -> Result<Arc<SubscriptionData>, Refusal> {
        let subscription = if header.has(flag::SUBSCRIPTION) {
            let built =
                SubscriptionData::tags(header.topic, header.subscription, header.sub_version);
            let mut subscription = built.map_err(|_| {
                Refusal::new(
                    ResponseCode::SUBSCRIPTION_PARSE_FAILED,
                    "parse the consumer's subscription failed",
                )
            })?;
            header
                .expression_type
                .clone_into(&mut subscription.expression_type);
            Arc::new(subscription)
        } else {
            self.group_subscription(header)?
        };
        Ok(subscription)
    }

    fn group_subscription(
        &self,
        header: &PullHeader<'_>,
    ) -> Result<Arc<SubscriptionData>, Refusal> {
        let unknown = |what: &str| {
            Refusal::new(
                ResponseCode::SUBSCRIPTION_NOT_EXIST,
                format!("the consumer's {what} not exist{FAQ}"),
            )
        };
        let subscription = self
            .groups
            .subscription(header.group, header.topic)
            .ok_or_else(|| unknown("group info"))?
            .ok_or_else(|| unknown("subscription"))?;
        if subscription.sub_version < header.sub_version {
            return Err(Refusal::new(
                ResponseCode::SUBSCRIPTION_NOT_LATEST,
                "the consumer's subscription not latest",
            ));
        }
        Ok(subscription)
    }
}

/// The answer to a pull from this offset.
fn pulled(offset: i64, read: Read) -> Command {
    let code = match read.status {
        Status::Found => ResponseCode::SUCCESS,
        Status::NoMatchedMessage => ResponseCode::PULL_RETRY_IMMEDIATELY,
        Status::OffsetOverflowOne => ResponseCode::PULL_NOT_FOUND,
        Status::NoMessageInQueue if offset == 0 => ResponseCode::PULL_NOT_FOUND,
        Status::NoMessageInQueue | Status::OffsetTooSmall | Status::OffsetOverflowBadly => {
            ResponseCode::PULL_OFFSET_MOVED
        }
    };
    let mut answer = answer(code);
    answer.remark = Some(read.status.name().to_owned());
    answer
        .fields
        .push("suggestWhichBrokerId", onsmq_proto::body::MASTER_ID)
        .push("nextBeginOffset", read.next_offset)
        .push("minOffset", read.min_offset)
        .push("maxOffset", read.max_offset)
        .push("topicSysFlag", 0)
        .push("groupSysFlag", 0);
    answer.body = read.records;
    answer
}
