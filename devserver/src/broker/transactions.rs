//! Transactions: half messages, and END_TRANSACTION for those that are decided by their
//! producer (Java's `EndTransactionProcessor`).
//!
//! What nobody decides is not asked for yet: check-backs are to come here.

use onsmq_proto::codec::{Command, ResponseCode};
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::message::{StoredMessage, sys_flag};

use super::Broker;
use super::put::{Draft, Stored};
use super::topics::HALF;
use crate::answer::{Answered, Outcome, Refusal, success};
use crate::clock;

impl Broker {
    /// Keeps a half message where no consumer sees it.
    pub(super) fn put_half(&self, draft: &mut Draft<'_>) -> Result<Stored, Refusal> {
        let id = properties::get(&draft.properties, name::UNIQ_KEY).map(str::to_owned);
        let changes = [(name::TRANSACTION_ID, id.as_deref())];
        draft.message.sys_flag &= !sys_flag::TRANSACTION_ROLLBACK;
        self.redirect(draft, HALF, 0, &changes);
        self.put_now(draft, clock::now_ms())
    }

    pub(super) fn end_transaction(&self, request: &Command) -> Answered {
        let verdict: i32 = request.fields.parse_required("commitOrRollback")?;
        if verdict != sys_flag::TRANSACTION_COMMIT && verdict != sys_flag::TRANSACTION_ROLLBACK {
            // Unknown so far: Java does not answer.
            return Ok(Outcome::Silence);
        }
        let half = self.half_message(request)?;
        if verdict == sys_flag::TRANSACTION_COMMIT {
            self.commit(&half)?;
        }
        Ok(success().into())
    }

    fn half_message(&self, request: &Command) -> Result<StoredMessage, Refusal> {
        let fields = &request.fields;
        let group = fields.required("producerGroup")?;
        let table_offset: i64 = fields.parse_required("tranStateTableOffset")?;
        let log_offset: i64 = fields.parse_required("commitLogOffset")?;
        let wrong = |what: &str| Refusal::new(ResponseCode::SYSTEM_ERROR, what);
        let half = self
            .log
            .find(log_offset)
            .filter(|message| message.topic() == HALF)
            .ok_or_else(|| wrong("Find prepared transaction message failed"))?;
        if half.property(name::PRODUCER_GROUP) != Some(group) {
            return Err(wrong("The producer group wrong"));
        }
        if half.queue_offset() != table_offset {
            return Err(wrong("The transaction state table offset wrong"));
        }
        Ok(half)
    }

    fn commit(&self, half: &StoredMessage) -> Result<Stored, Refusal> {
        let mut draft = self.to_real_queue(half, &[])?;
        draft.message.sys_flag |= sys_flag::TRANSACTION_COMMIT;
        draft.message.prepared_transaction_offset = half.commit_log_offset();
        self.put(&mut draft)
    }
}
