//! `ons_check_t`: half messages whose outcome the brokers ask for.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::{Arc, OnceLock, mpsc};

use onsmq::{Client, Config, Error, ErrorKind, MessageExt, Result, TransactionStatus};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::boundary::{arg, guard, guard_or};
use crate::callback::{Callback, Userdata, ons_destroy_fn};
use crate::config::ons_config_t;
use crate::enums::transaction_status_of;
use crate::error::ons_error_t;
use crate::message::ons_message_t;
use crate::producer::{make, ons_producer_t};
use crate::producer_kind::AnyProducer;

/// A half message whose outcome a broker asks for, and the answer. Owned by whoever it was given
/// to; freeing one that is not answered leaves the outcome unknown, and the broker asks again.
#[derive(Debug)]
pub struct ons_check_t {
    message: ons_message_t,
    answer: Mutex<Option<oneshot::Sender<TransactionStatus>>>,
}

/// Called with a half message of the group, its own or another member's, which becomes the
/// callee's: it is to be answered and freed, now or later. On a thread of the producer's own, which
/// may block: one call runs at a time.
pub type ons_checker_fn =
    Option<unsafe extern "C" fn(userdata: *mut c_void, check: Box<ons_check_t>)>;

type CheckerFn = unsafe extern "C" fn(*mut c_void, Box<ons_check_t>);

/// Makes a producer of transactional messages; it connects when it sends first. `checker` is asked
/// for the outcome of half messages of the group whose sender did not tell it, or died. Does not
/// block.
///
/// # Errors
/// As ons_producer_new.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_transaction_producer_new(
    config: Option<&ons_config_t>,
    checker: ons_checker_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
    out: Option<&mut MaybeUninit<Box<ons_producer_t>>>,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let thread = CheckerThread::new(Callback::new(arg(checker, "checker")?, userdata));
        let kind = |client: &Client, config: &Config| {
            let producer =
                client.transaction_producer(config, move |message| thread.ask(message))?;
            Ok(AnyProducer::Transactional(Arc::new(producer)))
        };
        make(config, kind, out)
    })
}

/// The half message. It belongs to the check and lives as long.
#[unsafe(no_mangle)]
pub extern "C" fn ons_check_message(check: Option<&ons_check_t>) -> Option<&ons_message_t> {
    check.map(|check| &check.message)
}

/// Answers with the outcome: one of ons_transaction_status_t. To be called once, in the callback
/// that brought the check or later, on any thread. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_STATE where it was answered before, which changes nothing;
/// ONS_CODE_INVALID_ARGUMENT for a number that is no status.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_check_complete(
    check: Option<&ons_check_t>,
    status: u32,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let check = arg(check, "check")?;
        let status = transaction_status_of(status)?;
        let answer = check.answer.lock().take().ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidState,
                "this check was answered before: the first time counts",
            )
        })?;
        // Nobody waits for it any more where the producer is gone.
        let _ = answer.send(status);
        Ok(())
    })
}

/// Frees a check. NULL: nothing happens. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_check_free(check: Option<Box<ons_check_t>>) {
    guard_or((), || drop(check));
}

/// The thread that a checker is called on: started with the first call, ended with the producer.
struct CheckerThread {
    checker: Arc<Callback<CheckerFn>>,
    checks: OnceLock<Result<mpsc::Sender<Box<ons_check_t>>>>,
}

impl CheckerThread {
    fn new(checker: Callback<CheckerFn>) -> Self {
        Self {
            checker: Arc::new(checker),
            checks: OnceLock::new(),
        }
    }

    /// Has the checker asked; unknown where it does not answer.
    fn ask(&self, message: MessageExt) -> impl Future<Output = TransactionStatus> + use<> {
        let (answer, answered) = oneshot::channel();
        let check = Box::new(ons_check_t {
            message: message.into(),
            answer: Mutex::new(Some(answer)),
        });
        match self.checks.get_or_init(|| self.start()) {
            Ok(checks) => drop(checks.send(check)),
            Err(error) => tracing::warn!("the checker cannot be asked: {error}"),
        }
        async move { answered.await.unwrap_or(TransactionStatus::Unknow) }
    }

    fn start(&self) -> Result<mpsc::Sender<Box<ons_check_t>>> {
        let (sender, checks) = mpsc::channel();
        let checker = Arc::clone(&self.checker);
        let run = move || {
            for check in checks {
                checker.call(|function, userdata| {
                    // SAFETY: the caller gave the function and its userdata for each other.
                    unsafe { function(userdata, check) };
                });
            }
        };
        let thread = std::thread::Builder::new().name("onsmq-checker".to_owned());
        match thread.spawn(run) {
            Ok(_) => Ok(sender),
            Err(error) => Err(Error::new(
                ErrorKind::Internal,
                format!("a checker's thread cannot be started: {error}"),
            )),
        }
    }
}
