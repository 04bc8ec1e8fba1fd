//! Transactions of a transaction producer, and what brokers ask of it.

use napi::Env;
use napi::bindgen_prelude::Result;
use napi_derive::napi;
use onsmq_ffi_safe as onsmq;
use onsmq_ffi_safe::{Check, Transaction};
use parking_lot::Mutex;
use slab::Slab;

use crate::background::Handle;
use crate::batch::Batch;
use crate::fault::{Fault, fault};
use crate::host::{Event, Host};
use crate::parcel::Parcel;
use crate::producer::Producer;

/// The outcome of a transaction.
#[napi(string_enum)]
pub enum TransactionStatus {
    CommitTransaction,
    RollbackTransaction,
    Unknown,
}

impl From<TransactionStatus> for onsmq::TransactionStatus {
    fn from(status: TransactionStatus) -> Self {
        match status {
            TransactionStatus::CommitTransaction => Self::CommitTransaction,
            TransactionStatus::RollbackTransaction => Self::RollbackTransaction,
            TransactionStatus::Unknown => Self::Unknow,
        }
    }
}

/// What the library's threads leave for JavaScript. The broker asks again for whatever is dropped.
#[derive(Default)]
pub(crate) struct Transactions {
    /// The transactions that have begun and not ended.
    begun: Mutex<Slab<Transaction>>,
    /// What JavaScript has not taken yet.
    checks: Mutex<Vec<Check>>,
}

impl Transactions {
    fn begin(&self, transaction: Transaction) -> u32 {
        // There is not the memory for more.
        u32::try_from(self.begun.lock().insert(transaction)).unwrap_or(u32::MAX)
    }

    fn end(&self, transaction: u32) -> Option<Transaction> {
        self.begun.lock().try_remove(transaction as usize)
    }

    /// Whether nothing else waited.
    fn ask(&self, check: Check) -> bool {
        let mut checks = self.checks.lock();
        checks.push(check);
        checks.len() == 1
    }
}

/// Has JavaScript asked. It answers when it likes, and no thread waits for that.
pub(crate) fn checker(
    host: &Host,
    number: u32,
    transactions: &Handle<Transactions>,
) -> impl Fn(Check) + Send + Sync + 'static {
    let (outbox, transactions) = (host.outbox(), transactions.share());
    move |check| {
        if transactions.ask(check) {
            outbox.push(Event::Ready(number));
        }
    }
}

#[napi]
impl Producer {
    /// Sends a half message, the only one of its parcel.
    #[napi]
    pub fn begin(&self, id: u32, parcel: Parcel<'_>) -> Option<Fault> {
        let message = parcel.messages().next()?;
        fault(message.and_then(|message| {
            let (outbox, transactions) = (self.outbox.clone(), self.transactions.share());
            self.handle.begin_async(&message, move |begun| {
                outbox.push(match begun {
                    Ok(transaction) => {
                        let message_id = transaction.message_id().to_owned();
                        Event::Begun(id, transactions.begin(transaction), message_id)
                    }
                    Err(error) => Event::Done(id, Err(error)),
                });
            })
        }))
    }

    /// Tells the outcome of a transaction that has begun and not ended.
    #[napi]
    pub fn end(&self, id: u32, transaction: u32, status: TransactionStatus) -> Option<Fault> {
        let transaction = self.transactions.end(transaction)?;
        let outbox = self.outbox.clone();
        let done = move |sent| outbox.push(Event::Sent(id, 0, sent));
        fault(transaction.end_async(status.into(), done))
    }

    /// The same where its executer failed.
    #[napi]
    pub fn fail(&self, id: u32, transaction: u32, why: String) -> Option<Fault> {
        let transaction = self.transactions.end(transaction)?;
        let outbox = self.outbox.clone();
        fault(transaction.fail_async(&why, move |sent| outbox.push(Event::Sent(id, 0, sent))))
    }

    /// Takes what brokers have asked for, each in a batch of its own.
    #[napi]
    pub fn checks<'env>(&mut self, env: &'env Env) -> Result<Vec<Batch<'env>>> {
        let checks = std::mem::take(&mut *self.transactions.checks.lock());
        let mut batch = |check| Batch::of(env, [check], &mut self.asked);
        checks.into_iter().map(&mut batch).collect()
    }

    /// Answers what was asked.
    #[napi]
    pub fn answer(&mut self, check: u32, status: TransactionStatus) {
        if let Some(check) = self.asked.try_remove(check as usize) {
            let _ = check.complete(status.into());
        }
    }
}
