//! Half messages that are stored. What ends in `_into` does not wait: the outcome comes to a mailbox.

use std::sync::{Mutex, PoisonError};

use onsmq_ffi_safe::{self as safe, TransactionStatus};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::arguments;
use crate::errors::{self, ToPy as _};
use crate::handle::Handle;
use crate::mailbox::{Mailbox, Outcome};
use crate::message::Message;
use crate::send_result::SendResult;
use crate::wait::answer;

/// A half message. Let go of before it is ended, the broker asks for its outcome.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct Transaction(Handle<Mutex<Option<safe::Transaction>>>);

impl From<safe::Transaction> for Transaction {
    fn from(transaction: safe::Transaction) -> Self {
        Self(Handle::new(Mutex::new(Some(transaction))))
    }
}

#[pymethods]
impl Transaction {
    /// The message that it was begun with, with its id.
    fn message(&self, py: Python<'_>, begun_with: &Bound<'_, PyAny>) -> PyResult<Message> {
        let message = arguments::message("message", begun_with)?;
        let transaction = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = transaction.as_ref().map(safe::Transaction::message_id);
        message.sent_as(id.unwrap_or_default()).to_py(py)
    }

    /// Tells the broker the outcome: a status, by the vendor's name.
    fn end(&self, py: Python<'_>, outcome: &str) -> PyResult<SendResult> {
        let (transaction, status) = (self.take()?, status(outcome)?);
        let sent = answer(py, |answer| {
            let done = move |sent| drop(answer.send(sent));
            transaction.end_async(status, done).to_py(py)
        });
        sent?.to_py(py).map(SendResult::from)
    }

    fn end_into(
        &self,
        py: Python<'_>,
        outcome: &str,
        mailbox: &Mailbox,
        token: u64,
    ) -> PyResult<()> {
        let (transaction, status) = (self.take()?, status(outcome)?);
        let letters = mailbox.letters();
        let done = move |sent| letters.push((token, Outcome::Sent(sent)));
        transaction.end_async(status, done).to_py(py)
    }

    /// Tells the broker that the executer failed. Answers the error to raise.
    fn fail<'py>(&self, py: Python<'py>, why: &str) -> PyResult<Bound<'py, PyAny>> {
        let transaction = self.take()?;
        let failed = answer(py, |answer| {
            let done = move |sent| drop(answer.send(sent));
            transaction.fail_async(why, done).to_py(py)
        });
        errors::sent(py, failed?)
    }

    fn fail_into(&self, py: Python<'_>, why: &str, mailbox: &Mailbox, token: u64) -> PyResult<()> {
        let letters = mailbox.letters();
        let done = move |sent| letters.push((token, Outcome::Sent(sent)));
        self.take()?.fail_async(why, done).to_py(py)
    }
}

impl Transaction {
    fn take(&self) -> PyResult<safe::Transaction> {
        let mut transaction = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        transaction
            .take()
            .ok_or_else(|| PyValueError::new_err("this transaction was ended before"))
    }
}

/// A status by the vendor's name.
pub(crate) fn status(name: &str) -> PyResult<TransactionStatus> {
    match name {
        "CommitTransaction" => Ok(TransactionStatus::CommitTransaction),
        "RollbackTransaction" => Ok(TransactionStatus::RollbackTransaction),
        "Unknow" => Ok(TransactionStatus::Unknow),
        _ => Err(PyValueError::new_err(format!("no status is `{name}`"))),
    }
}
