//! Transactions: half messages, and END_TRANSACTION, by which they are decided (Java's
//! `EndTransactionProcessor`).

use std::collections::HashSet;

use onsmq_proto::codec::{Command, ResponseCode};
use onsmq_proto::message::properties::{self, name};
use onsmq_proto::message::{StoredMessage, sys_flag};
use parking_lot::Mutex;

use super::Broker;
use super::put::{Draft, Stored};
use super::topics::HALF;
use crate::answer::{Answered, Outcome, Refusal, success};
use crate::clock;

/// The half messages that nobody has decided, by their unique ids.
///
/// A half message is stored again each time its producer is asked: its id is what stays.
#[derive(Debug, Default)]
pub(super) struct Undecided(Mutex<HashSet<String>>);

impl Undecided {
    pub(super) fn insert(&self, id: &str) {
        self.0.lock().insert(id.to_owned());
    }

    pub(super) fn contains(&self, half: &StoredMessage) -> bool {
        self.0.lock().contains(id(half))
    }

    /// Takes a verdict; `false` where there was one before.
    pub(super) fn decide(&self, half: &StoredMessage) -> bool {
        self.0.lock().remove(id(half))
    }
}

pub(super) fn id(half: &StoredMessage) -> &str {
    half.property(name::UNIQ_KEY).unwrap_or_default()
}

impl Broker {
    /// Keeps a half message where no consumer sees it, until its producer decides.
    pub(super) fn put_half(&self, draft: &mut Draft<'_>) -> Result<Stored, Refusal> {
        let id = properties::get(&draft.properties, name::UNIQ_KEY).map(str::to_owned);
        let changes = [(name::TRANSACTION_ID, id.as_deref())];
        draft.message.sys_flag &= !sys_flag::TRANSACTION_ROLLBACK;
        self.redirect(draft, HALF, 0, &changes)?;
        let delay = self.check_back_delay(draft, true);
        let id = Some(id.as_deref().unwrap_or_default());
        self.put_waiting(draft, clock::now_ms(), delay, id)
    }

    pub(super) fn end_transaction(&self, request: &Command) -> Answered {
        let verdict: i32 = request.fields.parse_required("commitOrRollback")?;
        if verdict != sys_flag::TRANSACTION_COMMIT && verdict != sys_flag::TRANSACTION_ROLLBACK {
            // Unknown so far: Java does not answer.
            return Ok(Outcome::Silence);
        }
        let half = self.half_message(request)?;
        if self.halves.decide(&half) {
            if verdict == sys_flag::TRANSACTION_COMMIT {
                self.commit(&half)?;
            }
            self.journal.half_decided(id(&half))?;
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
