//! CHECK_TRANSACTION_STATE: producers are asked about half messages that they left undecided
//! (Java's `TransactionalMessageServiceImpl`, `AbstractTransactionalMessageCheckListener`).

use std::time::Duration;

use bytes::BytesMut;
use onsmq_proto::codec::{Command, ExtFields, RequestCode};
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::message::{StoredMessage, StoredRecord};

use super::Broker;
use super::properties::edit;
use super::put::Draft;
use super::topics::HALF;
use super::transactions::id;
use crate::answer::{Refusal, from_server};
use crate::clock;
use crate::store::NewMessage;

/// How often a producer is asked before the message is dropped (`transactionCheckMax`).
const MAX_CHECKS: usize = 15;

impl Broker {
    /// How long a half message is left alone before its producer is asked.
    pub(super) fn check_back_delay(&self, draft: &Draft<'_>, is_first: bool) -> Duration {
        self.settings
            .check_back_delay(is_first, immunity(&draft.properties))
    }

    /// Asks for a verdict on a half message that has none. It is stored again each time, and
    /// the verdict is to name the new place.
    pub(super) fn check_back(&self, half: &StoredMessage) -> Result<(), Refusal> {
        if !self.halves.contains(half) {
            return Ok(());
        }
        let times = times_checked(half);
        if times >= MAX_CHECKS {
            self.halves.decide(half);
            return Ok(self.journal.half_decided(id(half))?);
        }
        let count = (times + 1).to_string();
        let changes = [
            (name::TRANSACTION_CHECK_TIMES, Some(count.as_str())),
            (name::WAIT, Some("false")),
        ];
        let draft = Draft {
            topic: self.group_topic(HALF)?,
            queue_id: 0,
            properties: edit(half.raw_properties(), &changes),
            message: NewMessage::again(half, ""),
        };
        let delay = self.check_back_delay(&draft, false);
        let stored = self.put_waiting(&draft, clock::now_ms(), delay, None)?;
        let group = half.property(name::PRODUCER_GROUP).unwrap_or_default();
        let again = self.log.find(stored.log_offset);
        if let (Some(producer), Some(half)) = (self.groups.producer(group, times), again) {
            producer.send(self.check_request(&half)?);
        }
        Ok(())
    }

    fn check_request(&self, half: &StoredMessage) -> Result<Command, Refusal> {
        let id = half.property(name::UNIQ_KEY);
        let mut fields = ExtFields::with_capacity(7);
        fields
            .push("topic", HALF)
            .push("bname", &self.name)
            .push("commitLogOffset", half.commit_log_offset())
            .push("tranStateTableOffset", half.queue_offset())
            .push("offsetMsgId", half.offset_message_id())
            .push_some("msgId", id)
            .push_some("transactionId", id);
        let body = as_sent(half)?.freeze();
        let request = Command::request(RequestCode::CHECK_TRANSACTION_STATE, fields, body);
        Ok(from_server(request.oneway()))
    }
}

/// The message as its producer knows it: of its real topic.
fn as_sent(half: &StoredMessage) -> Result<BytesMut, Refusal> {
    let queue_id = half.property(name::REAL_QUEUE_ID);
    let record = StoredRecord {
        queue_id: queue_id.and_then(|id| id.parse().ok()).unwrap_or_default(),
        flag: half.flag(),
        queue_offset: half.queue_offset(),
        commit_log_offset: half.commit_log_offset(),
        sys_flag: half.sys_flag(),
        born_timestamp: half.born_timestamp(),
        born_host: half.born_host(),
        store_timestamp: half.store_timestamp(),
        store_host: half.store_host(),
        reconsume_times: half.reconsume_times(),
        prepared_transaction_offset: half.prepared_transaction_offset(),
        body: half.body(),
        topic: half.property(name::REAL_TOPIC).unwrap_or_default(),
        properties: half.raw_properties(),
    };
    let mut raw = BytesMut::new();
    record.encode(&mut raw)?;
    Ok(raw)
}

fn times_checked(half: &StoredMessage) -> usize {
    half.property(name::TRANSACTION_CHECK_TIMES)
        .and_then(|times| times.parse().ok())
        .unwrap_or(0)
}

/// How long a message asks to be left alone.
fn immunity(half_properties: &str) -> Option<Duration> {
    let seconds = properties::get(half_properties, name::CHECK_IMMUNITY_TIME)?;
    seconds.parse().ok().map(Duration::from_secs)
}
