//! `ons_transaction_t`: half messages and their outcomes.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;

use onsmq::{Error, ErrorKind, Result, Transaction};
use parking_lot::Mutex;

use crate::boundary::{arg, guard, guard_or, put, text};
use crate::callback::{Callback, Userdata, ons_destroy_fn};
use crate::enums::transaction_status_of;
use crate::error::ons_error_t;
use crate::message::ons_message_t;
use crate::producer::{ons_producer_t, ons_send_fn, tell};
use crate::runtime::Process;
use crate::send_result::ons_send_result_t;

/// A half message that is stored, and whose outcome is to be told. Owned by whoever it was given
/// to; of one that is freed before, the broker asks the checker later. Any threads at once.
#[derive(Debug)]
pub struct ons_transaction_t {
    transaction: Mutex<Option<Transaction>>,
    half: ons_send_result_t,
    process: Arc<Process>,
}

impl ons_transaction_t {
    fn new(transaction: Transaction, process: &Arc<Process>) -> Box<Self> {
        Box::new(Self {
            half: transaction.half().clone().into(),
            transaction: Mutex::new(Some(transaction)),
            process: Arc::clone(process),
        })
    }

    fn take(&self) -> Result<Transaction> {
        self.process.check()?;
        self.transaction.lock().take().ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidState,
                "this transaction was ended before: the first time counts",
            )
        })
    }
}

/// Runs the local transaction of a half message, and answers one of ons_transaction_status_t; any
/// other number is unknown. On the thread that sends, which may block.
pub type ons_executer_fn = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        message: &ons_message_t,
        half: &ons_send_result_t,
    ) -> u32,
>;

/// Called with a half message that is stored, or an error: one of the two is NULL, the other the
/// callee's to free. On a network thread of the library: it must not block.
pub type ons_begin_fn = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        transaction: Option<Box<ons_transaction_t>>,
        error: Option<Box<ons_error_t>>,
    ),
>;

/// Sends a half message, runs the executer, and tells the broker its outcome. `out`, if not NULL,
/// gets the result; also where the outcome is not known yet.
///
/// # Errors
/// ONS_CODE_TRANSACTION_ROLLED_BACK where that is the outcome; else as ons_producer_send, and then
/// the executer was not run. That the broker could not be told is no error: it asks later.
///
/// # Safety
/// `executer` can be called with `userdata`.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_producer_send_in_transaction(
    producer: Option<&ons_producer_t>,
    message: Option<&ons_message_t>,
    executer: ons_executer_fn,
    userdata: *mut c_void,
    out: Option<&mut MaybeUninit<Box<ons_send_result_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        let (message, executer) = (arg(message, "message")?, arg(executer, "executer")?);
        let transaction = process.block_on(producer.begin(message.to_send().into_owned())?)??;
        let half = transaction.half().clone().into();
        // SAFETY: as this function requires.
        let status = unsafe { executer(userdata, message, &half) };
        let result = match transaction_status_of(status) {
            Ok(status) => process.block_on(transaction.end(status))??,
            Err(error) => {
                return Err(process.block_on(transaction.fail(&error.to_string()))?);
            }
        };
        if let Some(out) = out {
            put(out, Box::new(result.into()));
        }
        Ok(())
    })
}

/// Sends a half message, and waits until a broker has stored it. Its outcome is told with
/// ons_transaction_end.
///
/// # Errors
/// As ons_producer_send; ONS_CODE_INVALID_STATE for a producer of another kind.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_transaction_begin(
    producer: Option<&ons_producer_t>,
    message: Option<&ons_message_t>,
    out: Option<&mut MaybeUninit<Box<ons_transaction_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        let (message, out) = (arg(message, "message")?, arg(out, "out")?);
        let transaction = process.block_on(producer.begin(message.to_send().into_owned())?)??;
        put(out, ons_transaction_t::new(transaction, process));
        Ok(())
    })
}

/// Sends a half message in the background, and calls `callback` when it is stored. The message may
/// be freed when this returns. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT, ONS_CODE_INVALID_STATE for a producer of another kind,
/// ONS_CODE_FORKED: then `callback` is not called. All others go to `callback`.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_transaction_begin_async(
    producer: Option<&ons_producer_t>,
    message: Option<&ons_message_t>,
    callback: ons_begin_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        let message = arg(message, "message")?.to_send();
        let callback = Callback::new(arg(callback, "callback")?, userdata);
        let begun = producer.begin(message.into_owned())?;
        let held = Arc::clone(process);
        process.spawn(async move {
            let (transaction, error) = match begun.await {
                Ok(transaction) => (Some(ons_transaction_t::new(transaction, &held)), None),
                Err(error) => (None, Some(Box::new(error.into()))),
            };
            callback.call(|function, userdata| {
                // SAFETY: the caller gave the function and its userdata for each other.
                unsafe { function(userdata, transaction, error) };
            });
        })
    })
}

/// The half message. It belongs to the transaction and lives as long.
#[unsafe(no_mangle)]
pub extern "C" fn ons_transaction_half(
    transaction: Option<&ons_transaction_t>,
) -> Option<&ons_send_result_t> {
    transaction.map(|transaction| &transaction.half)
}

/// Tells the broker the outcome: one of ons_transaction_status_t. To be called once. Unknown is
/// told too: the broker asks the checker later. `out`, if not NULL, gets the result. Waits for a
/// connection at most.
///
/// # Errors
/// ONS_CODE_TRANSACTION_ROLLED_BACK where that is the outcome; ONS_CODE_INVALID_STATE where it was
/// ended before; ONS_CODE_INVALID_ARGUMENT for a number that is no status. That the broker could
/// not be told is none: it asks later.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_transaction_end(
    transaction: Option<&ons_transaction_t>,
    status: u32,
    out: Option<&mut MaybeUninit<Box<ons_send_result_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let this = arg(transaction, "transaction")?;
        let status = transaction_status_of(status)?;
        let result = this.process.block_on(this.take()?.end(status))??;
        if let Some(out) = out {
            put(out, Box::new(result.into()));
        }
        Ok(())
    })
}

/// Does in the background what ons_transaction_end does, and calls `callback` with what that
/// answers. The transaction may be freed when this returns. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_STATE, ONS_CODE_INVALID_ARGUMENT, ONS_CODE_FORKED: then `callback` is not
/// called.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_transaction_end_async(
    transaction: Option<&ons_transaction_t>,
    status: u32,
    callback: ons_send_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let this = arg(transaction, "transaction")?;
        let status = transaction_status_of(status)?;
        let callback = Callback::new(arg(callback, "callback")?, userdata);
        let transaction = this.take()?;
        this.process.spawn(async move {
            tell(&callback, transaction.end(status).await);
        })
    })
}

/// Tells the broker in the background that the local transaction failed, so that its outcome is not
/// known and the checker is asked later, and calls `callback` with the error to report:
/// ONS_CODE_TRANSACTION_UNKNOWN, with `why` in its message. Does not block.
///
/// # Errors
/// As ons_transaction_end_async.
///
/// # Safety
/// `why` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_transaction_fail_async(
    transaction: Option<&ons_transaction_t>,
    why: *const c_char,
    why_len: usize,
    callback: ons_send_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let this = arg(transaction, "transaction")?;
        // SAFETY: as this function requires.
        let why = unsafe { text(why, why_len, "why") }?.to_owned();
        let callback = Callback::new(arg(callback, "callback")?, userdata);
        let transaction = this.take()?;
        this.process.spawn(async move {
            tell(&callback, Err(transaction.fail(&why).await));
        })
    })
}

/// Tells the broker that the local transaction failed, so that its outcome is not known and the
/// checker is asked later. `out` gets the error to report: ONS_CODE_TRANSACTION_UNKNOWN, with `why`
/// in its message. Waits for a connection at most.
///
/// # Errors
/// ONS_CODE_INVALID_STATE where it was ended before.
///
/// # Safety
/// `why` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_transaction_fail(
    transaction: Option<&ons_transaction_t>,
    why: *const c_char,
    why_len: usize,
    out: Option<&mut MaybeUninit<Box<ons_error_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let (this, out) = (arg(transaction, "transaction")?, arg(out, "out")?);
        // SAFETY: as this function requires.
        let why = unsafe { text(why, why_len, "why") }?;
        let error = this.process.block_on(this.take()?.fail(why))?;
        put(out, Box::new(error.into()));
        Ok(())
    })
}

/// Frees a transaction. NULL: nothing happens. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_transaction_free(transaction: Option<Box<ons_transaction_t>>) {
    guard_or((), || drop(transaction));
}
