//! The producer of transactional messages (`wire.md`, section 9).

use std::error::Error as StdError;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tracing::warn;

use super::check::Checker;
use super::in_flight::Token;
use super::life::producer_life;
use super::shared::{Running, Shared};
use super::stored::Stored;
use crate::config::ProducerConfig;
use crate::instance::Client;
use crate::request::end_transaction::{Asked, EndTransaction};
use crate::trace;
use crate::{Error, ErrorKind, Message, MessageExt, Result, SendResult};

/// The outcome of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionStatus {
    /// The message is delivered.
    CommitTransaction,
    /// The message is dropped.
    RollbackTransaction,
    /// Not known yet: the broker asks later.
    Unknow,
}

impl TransactionStatus {
    /// All, by the vendor's names.
    pub const VALUES: [(&'static str, Self); 3] = [
        ("CommitTransaction", Self::CommitTransaction),
        ("RollbackTransaction", Self::RollbackTransaction),
        ("Unknow", Self::Unknow),
    ];
}

/// Sends messages that are delivered only when a local transaction was committed.
///
/// `send` stores a half message, runs the executer, and tells the broker what came of it. Where
/// that is not known, or this process dies before, the broker asks a producer of the group later:
/// then the checker is called, for any half message of the group.
///
/// All methods may be called from any task at once; those that are not `async` do not block. A
/// producer that is dropped is shut down in the background.
pub struct TransactionProducer(Arc<Shared>);

producer_life!(TransactionProducer, 0);

impl TransactionProducer {
    pub(crate) fn new<C, F>(client: Client, config: ProducerConfig, checker: C) -> Self
    where
        C: Fn(MessageExt) -> F + Send + Sync + 'static,
        F: Future<Output = TransactionStatus> + Send + 'static,
    {
        let checker: Checker =
            Arc::new(move |message| -> BoxFuture<'static, _> { Box::pin(checker(message)) });
        Self(Shared::new(client, config, Some(checker)))
    }

    /// Sends a half message, runs the executer, and tells the broker its outcome.
    ///
    /// # Errors
    /// [`ErrorKind::TransactionRolledBack`] where the executer said so;
    /// [`ErrorKind::TransactionUnknown`] where it failed, with its error as the source: the broker
    /// asks the checker later; else as [`Producer::send`](crate::Producer::send), and the executer
    /// was not run.
    pub async fn send<E: StdError + Send + Sync + 'static>(
        &self,
        message: Message,
        executer: impl AsyncFnOnce(&SendResult) -> std::result::Result<TransactionStatus, E>,
    ) -> Result<SendResult> {
        let transaction = self.begin(message).await?;
        match executer(transaction.half()).await {
            Ok(status) => transaction.end(status).await,
            Err(fault) => Err(transaction
                .fail(&fault.to_string())
                .await
                .with_source(fault)),
        }
    }

    /// Sends a half message. Its outcome is told with [`Transaction::end`]; until then, and where
    /// that does not happen, the broker asks the checker. It is in flight from this call on, until
    /// the [`Transaction`] is ended or dropped.
    ///
    /// # Errors
    /// As [`Producer::send`](crate::Producer::send).
    pub fn begin(
        &self,
        message: Message,
    ) -> impl Future<Output = Result<Transaction>> + Send + use<> {
        let (begun, shared) = (self.0.begin(), Arc::clone(&self.0));
        async move {
            let (running, in_flight) = begun?;
            let outgoing = shared.leaving(&running, message)?;
            let immunity = shared.config.check_immunity;
            let outgoing = outgoing.map(|it| it.make_half(&running.sender.group, immunity))?;
            let (stored, outgoing) = shared.send(&running, outgoing).await?;
            Ok(Transaction {
                group: shared.config.group.clone(),
                properties: outgoing.properties,
                stored,
                running,
                _in_flight: in_flight,
            })
        }
    }
}

/// A half message that is stored, and whose outcome is to be told.
pub struct Transaction {
    /// Without its namespace.
    group: String,
    properties: String,
    stored: Stored,
    running: Arc<Running>,
    /// Shutdown waits for it.
    _in_flight: Token,
}

impl Transaction {
    /// The half message.
    #[must_use]
    pub const fn half(&self) -> &SendResult {
        &self.stored.result
    }

    /// Tells the broker the outcome. [`TransactionStatus::Unknow`] is told too: the broker asks
    /// later.
    ///
    /// # Errors
    /// [`ErrorKind::TransactionRolledBack`] where that is the outcome. That the broker could not be
    /// told is none: it asks later.
    pub async fn end(self, status: TransactionStatus) -> Result<SendResult> {
        self.tell(status, None).await;
        match status {
            TransactionStatus::RollbackTransaction => Err(Error::new(
                ErrorKind::TransactionRolledBack,
                "the transaction was rolled back by its executer, and the message is dropped",
            )
            .with_topic(&self.stored.result.topic)
            .with_message_id(&self.stored.result.message_id)),
            _ => Ok(self.stored.result),
        }
    }

    /// Tells the broker that the executer failed: the outcome is unknown. Answers the error to
    /// report.
    pub async fn fail(self, why: &str) -> Error {
        self.tell(TransactionStatus::Unknow, Some(why)).await;
        Error::new(
            ErrorKind::TransactionUnknown,
            format!(
                "the executer failed, and the broker will ask the checker for the outcome: {why}"
            ),
        )
        .with_topic(&self.stored.result.topic)
        .with_message_id(&self.stored.result.message_id)
    }

    async fn tell(&self, status: TransactionStatus, remark: Option<&str>) {
        let command = EndTransaction {
            group: &self.running.sender.group,
            status,
            queue_offset: self.stored.result.queue_offset,
            commit_log_offset: self.stored.answer.commit_log_offset,
            message_id: &self.stored.result.message_id,
            transaction_id: self.stored.answer.transaction_id.as_deref(),
            asked: Asked::No,
        }
        .command(remark);
        self.record(status);
        let peers = &self.running.sender.instance.peers;
        let deadline = tokio::time::Instant::now() + crate::net::REQUEST_TIMEOUT;
        if let Err(error) = peers
            .oneway(&self.stored.answer.address, command, deadline)
            .await
        {
            warn!(
                message_id = %self.stored.result.message_id,
                "the broker was not told the outcome {status:?}, and will ask for it: {error}"
            );
        }
    }

    fn record(&self, status: TransactionStatus) {
        let ended = trace::Ended {
            half: trace::Sent {
                group: &self.group,
                topic: &self.stored.result.topic,
                message_id: &self.stored.result.message_id,
                properties: &self.properties,
                store_host: &self.stored.answer.address,
            },
            answer: Some(&self.stored.answer.fields),
            transaction_id: self.stored.answer.transaction_id.as_deref(),
            status,
            from_check: false,
        };
        trace::ended(&self.running.sender.instance, &ended);
    }
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction")
            .field("half", self.half())
            .finish_non_exhaustive()
    }
}
