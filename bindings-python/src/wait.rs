//! Calls that wait. On the main thread Python wants to handle signals meanwhile.

use std::cell::Cell;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use pyo3::prelude::*;

use crate::errors;
use crate::exit::outside;

/// How long Ctrl-C may go unnoticed.
pub(crate) const SLICE: Duration = Duration::from_millis(100);

thread_local! {
    static IS_MAIN: Cell<Option<bool>> = const { Cell::new(None) };
}

/// After a fork the thread that forked is the main one.
pub(crate) fn this_is_the_main_thread() {
    IS_MAIN.set(Some(true));
}

pub(crate) fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    if let Some(known) = IS_MAIN.get() {
        return Ok(known);
    }
    let threading = py.import("threading")?;
    let main = threading.call_method0("main_thread")?.getattr("ident")?;
    let is_main = main.eq(threading.call_method0("get_ident")?)?;
    IS_MAIN.set(Some(is_main));
    Ok(is_main)
}

/// Makes a call that waits.
pub(crate) fn wait<T: Send + 'static>(
    py: Python<'_>,
    call: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    if !is_main_thread(py)? {
        return outside(py, call);
    }
    answer(py, |answer| {
        in_background(move || drop(answer.send(call())))
    })
}

/// Has something begun that gives an answer from another thread, and waits for it.
pub(crate) fn answer<T: Send>(
    py: Python<'_>,
    begin: impl FnOnce(Sender<T>) -> PyResult<()>,
) -> PyResult<T> {
    let (sender, mut receiver) = channel();
    begin(sender)?;
    loop {
        let receiver = &mut receiver;
        match outside(py, move || receiver.recv_timeout(SLICE))? {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(errors::closed(py, "the library ended before the answer"));
            }
        }
    }
}

/// Makes a call that waits on a thread of its own, which knows nothing of Python.
///
/// # Errors
/// `OSError` where the system gives no thread.
pub(crate) fn in_background(call: impl FnOnce() + Send + 'static) -> PyResult<()> {
    let thread = std::thread::Builder::new().name("onsmq-wait".to_owned());
    thread.spawn(call)?;
    Ok(())
}
