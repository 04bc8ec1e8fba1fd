//! END_TRANSACTION and CHECK_TRANSACTION_STATE: the outcome of a transaction, told or asked for
//! (`wire.md`, section 9).

use bytes::Bytes;
use onsmq_proto::codec::{Command, ExtFields, RequestCode};
use onsmq_proto::message::{StoredMessage, StoredMessages};

use super::malformed;
use crate::{Result, TransactionStatus};

/// Whether the broker had asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Yes,
    No,
}

pub(crate) struct EndTransaction<'a> {
    pub(crate) group: &'a str,
    pub(crate) status: TransactionStatus,
    /// The half message's place in the broker's own topic of half messages.
    pub(crate) queue_offset: i64,
    pub(crate) commit_log_offset: i64,
    pub(crate) message_id: &'a str,
    pub(crate) transaction_id: Option<&'a str>,
    pub(crate) asked: Asked,
}

impl EndTransaction<'_> {
    pub(crate) fn command(&self, remark: Option<&str>) -> Command {
        let outcome = match self.status {
            TransactionStatus::Unknow => 0,
            TransactionStatus::CommitTransaction => 8,
            TransactionStatus::RollbackTransaction => 12,
        };
        let mut fields = ExtFields::with_capacity(11);
        fields
            .push("producerGroup", self.group)
            .push("tranStateTableOffset", self.queue_offset)
            .push("commitLogOffset", self.commit_log_offset)
            .push("commitOrRollback", outcome)
            .push("fromTransactionCheck", self.asked == Asked::Yes)
            .push("msgId", self.message_id)
            .push_some("transactionId", self.transaction_id);
        let mut command = Command::request(RequestCode::END_TRANSACTION, fields, Bytes::new());
        command.remark = remark.map(str::to_owned);
        command
    }
}

/// A broker asks what became of a half message.
pub(crate) struct Check {
    pub(crate) queue_offset: i64,
    pub(crate) commit_log_offset: i64,
    pub(crate) message_id: String,
    pub(crate) transaction_id: Option<String>,
    pub(crate) message: StoredMessage,
}

pub(crate) fn check(request: &Command) -> Result<Check> {
    const WHAT: &str = "a transaction's check";
    let parse = || {
        let fields = &request.fields;
        let message = StoredMessages::new(request.body.clone()).next();
        Ok(Check {
            queue_offset: fields.parse_required("tranStateTableOffset")?,
            commit_log_offset: fields.parse_required("commitLogOffset")?,
            message_id: fields.required("msgId")?.to_owned(),
            transaction_id: fields.get("transactionId").map(str::to_owned),
            message: message
                .unwrap_or(Err(onsmq_proto::WireError::Truncated { what: "message" }))?,
        })
    };
    parse().map_err(|error| malformed(WHAT, error))
}
