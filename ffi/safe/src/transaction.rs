//! Transactions.

use std::ffi::c_void;

use onsmq_ffi::{
    ons_check_complete, ons_check_message, ons_check_t, ons_error_t, ons_send_result_message_id,
    ons_send_result_t, ons_transaction_begin, ons_transaction_begin_async, ons_transaction_end,
    ons_transaction_end_async, ons_transaction_fail, ons_transaction_fail_async,
    ons_transaction_half, ons_transaction_producer_new, ons_transaction_status_t,
    ons_transaction_t,
};

use crate::abi::{self, Once, check, destroy, str_parts, userdata};
use crate::producer::sent;
use crate::{Config, Error, Message, MessageView, Producer, Result, SendResult, Sent};

/// The outcome of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStatus {
    /// The message is delivered.
    CommitTransaction,
    /// The message is dropped.
    RollbackTransaction,
    /// Not known yet: the broker asks later.
    Unknow,
}

impl TransactionStatus {
    const fn number(self) -> u32 {
        use ons_transaction_status_t as status;
        let number = match self {
            Self::CommitTransaction => status::ONS_TRANSACTION_STATUS_COMMIT_TRANSACTION,
            Self::RollbackTransaction => status::ONS_TRANSACTION_STATUS_ROLLBACK_TRANSACTION,
            Self::Unknow => status::ONS_TRANSACTION_STATUS_UNKNOW,
        };
        number as u32
    }
}

/// A half message whose outcome a broker asks for. Dropped unanswered, it is asked for again.
#[derive(Debug)]
pub struct Check(Box<ons_check_t>);

impl Check {
    /// The half message.
    #[must_use]
    pub fn message(&self) -> Option<MessageView<'_>> {
        ons_check_message(Some(&self.0)).map(MessageView)
    }

    /// # Errors
    /// [`Error`], where it was answered before.
    pub fn complete(&self, status: TransactionStatus) -> Result<()> {
        check(ons_check_complete(Some(&self.0), status.number()))
    }
}

/// A half message that is stored. Dropped before it is ended, the broker asks for its outcome.
#[derive(Debug)]
pub struct Transaction(Box<ons_transaction_t>);

impl Producer {
    /// A producer of transactional messages. The checker is called on a thread of its own, and may
    /// answer later.
    ///
    /// # Errors
    /// [`Error`], for a wrong configuration.
    pub fn transactional<F: Fn(Check) + Send + Sync + 'static>(
        config: &Config,
        checker: F,
    ) -> Result<Self> {
        unsafe extern "C" fn call<F: Fn(Check)>(userdata: *mut c_void, check: Box<ons_check_t>) {
            // SAFETY: made below for this `F`, and not destroyed while it may be called.
            let checker = unsafe { &*userdata.cast::<F>() };
            checker(Check(check));
        }
        abi::out(|out| {
            let (function, destroy) = (Some(call::<F> as _), Some(destroy::<F> as _));
            let config = Some(&*config.0);
            ons_transaction_producer_new(config, function, userdata(checker), destroy, out)
        })
        .map(Self)
    }

    /// Sends a half message, and waits until it is stored.
    ///
    /// # Errors
    /// [`Error`].
    pub fn begin(&self, message: &Message) -> Result<Transaction> {
        abi::out(|out| ons_transaction_begin(Some(&self.0), Some(&message.0), out)).map(Transaction)
    }

    /// Sends a half message in the background. `done` is called on a network thread and must not
    /// block.
    ///
    /// # Errors
    /// [`Error`]; then `done` is not called.
    pub fn begin_async<F: FnOnce(Result<Transaction>) + Send + 'static>(
        &self,
        message: &Message,
        done: F,
    ) -> Result<()> {
        unsafe extern "C" fn call<F: FnOnce(Result<Transaction>)>(
            userdata: *mut c_void,
            transaction: Option<Box<ons_transaction_t>>,
            error: Option<Box<ons_error_t>>,
        ) {
            // SAFETY: made below for this `F`, and called once.
            let done = unsafe { Once::<F>::take(userdata) };
            match (done, transaction, error) {
                (Some(done), Some(transaction), _) => done(Ok(Transaction(transaction))),
                (Some(done), None, Some(error)) => done(Err(Error::from(error))),
                _ => {}
            }
        }
        check(ons_transaction_begin_async(
            Some(&self.0),
            Some(&message.0),
            Some(call::<F>),
            Once::userdata(done),
            Some(destroy::<Once<F>>),
        ))
    }
}

unsafe extern "C" fn ended<F: FnOnce(Sent)>(
    userdata: *mut c_void,
    result: Option<Box<ons_send_result_t>>,
    error: Option<Box<ons_error_t>>,
) {
    // SAFETY: made for this `F` where this function is given away, and called once.
    let done = unsafe { Once::<F>::take(userdata) };
    if let (Some(done), Some(sent)) = (done, sent(result, error)) {
        done(sent);
    }
}

impl Transaction {
    /// The id of the half message.
    #[must_use]
    pub fn message_id(&self) -> &str {
        let half = ons_transaction_half(Some(&self.0));
        abi::text(ons_send_result_message_id(half), self)
    }

    /// Tells the broker the outcome. Waits for a connection at most.
    ///
    /// # Errors
    /// [`Error`], where it is rolled back.
    pub fn end(self, status: TransactionStatus) -> Sent {
        abi::out(|out| ons_transaction_end(Some(&self.0), status.number(), out)).map(SendResult)
    }

    /// Tells the broker that the executer failed. Answers the error to report.
    #[must_use]
    pub fn fail(self, why: &str) -> Error {
        let (why, len) = str_parts(why);
        // SAFETY: the pointer is to as many bytes as said.
        abi::out(|out| unsafe { ons_transaction_fail(Some(&self.0), why, len, out) })
            .map_or_else(|error| error, Error::from)
    }

    /// Tells the broker the outcome, in the background. `done` is called on a network thread and
    /// must not block.
    ///
    /// # Errors
    /// [`Error`]; then `done` is not called.
    pub fn end_async<F: FnOnce(Sent) + Send + 'static>(
        self,
        status: TransactionStatus,
        done: F,
    ) -> Result<()> {
        check(ons_transaction_end_async(
            Some(&self.0),
            status.number(),
            Some(ended::<F>),
            Once::userdata(done),
            Some(destroy::<Once<F>>),
        ))
    }

    /// Tells the broker that the executer failed, in the background. `done` is called with the
    /// error to report, on a network thread, and must not block.
    ///
    /// # Errors
    /// [`Error`]; then `done` is not called.
    pub fn fail_async<F: FnOnce(Sent) + Send + 'static>(self, why: &str, done: F) -> Result<()> {
        let (why, len) = str_parts(why);
        let (done, destroy) = (Once::userdata(done), Some(destroy::<Once<F>> as _));
        // SAFETY: the pointer is to as many bytes as said.
        check(unsafe {
            ons_transaction_fail_async(Some(&self.0), why, len, Some(ended::<F>), done, destroy)
        })
    }
}
