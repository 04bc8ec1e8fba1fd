//! Leaving the interpreter to others while the library waits, and the interpreter's end.
//!
//! A thread that comes back from a wait when the interpreter is gone must not take its lock:
//! CPython ends or hangs such a thread where it stands, with our frames on its stack. So everybody
//! is called back before that, and waits that begin later are refused.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::{errors, mailbox, wait};

/// How long the end waits for threads that wait: they all return at once.
const LIMIT: Duration = Duration::from_secs(5);

// These are only used with the interpreter's lock held.
static ENDING: AtomicBool = AtomicBool::new(false);
static INSIDE: AtomicUsize = AtomicUsize::new(0);
static FORKS: AtomicU32 = AtomicU32::new(0);

/// A thread that has let go of the interpreter.
struct Inside;

impl Inside {
    fn enter() -> Self {
        INSIDE.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Makes a call that waits, and leaves the interpreter to others meanwhile.
///
/// # Errors
/// `CLOSED`, when the interpreter is about to end.
pub(crate) fn outside<T: Send>(py: Python<'_>, call: impl FnOnce() -> T + Send) -> PyResult<T> {
    if ENDING.load(Ordering::Relaxed) {
        return Err(errors::closed(py, "the interpreter is about to end"));
    }
    // Let go of when the interpreter was taken again.
    let _inside = Inside::enter();
    Ok(py.detach(call))
}

/// Refuses to be loaded by a second interpreter: threads, exceptions and types are the first one's.
///
/// # Errors
/// `ImportError`.
pub(crate) fn only_one_interpreter(py: Python<'_>) -> PyResult<()> {
    static SYS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    // Each interpreter has a module `sys` of its own.
    let sys = py.import("sys")?;
    if SYS.get_or_init(py, || sys.clone().unbind()).is(&sys) {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "onsmq runs in one interpreter of a process, and another one has imported it: \
         subinterpreters are not supported",
    ))
}

/// How many forks lie between this process and the first one.
pub(crate) fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Calls back every thread that waits in the library, for good: the interpreter is about to end.
#[pyfunction]
pub(crate) fn end(py: Python<'_>) {
    ENDING.store(true, Ordering::Relaxed);
    onsmq_ffi_safe::exit();
    mailbox::ring_all();
    let deadline = Instant::now() + LIMIT;
    while INSIDE.load(Ordering::Relaxed) > 0 && Instant::now() < deadline {
        py.detach(|| std::thread::sleep(Duration::from_millis(1)));
    }
}

/// This is the child of a fork: the other threads stayed behind.
#[pyfunction]
pub(crate) fn forked() {
    INSIDE.store(0, Ordering::Relaxed);
    FORKS.fetch_add(1, Ordering::Relaxed);
    mailbox::forget_all();
    wait::this_is_the_main_thread();
}
