//! What the library tells Python: it is put down here without the interpreter's lock, and fetched
//! by a thread or an event loop, all at once.

use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};

use onsmq_ffi_safe::{self as safe, Answered, LogLevel, Outbox, Result, Sent, log_to};
use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::{self, ToPy as _};
use crate::exit::outside;
use crate::futures::{resolve, resolve_unwatched};
use crate::openapi;
use crate::transaction::Transaction;

/// What became of something.
pub(crate) enum Outcome {
    Done(Result<()>),
    Sent(Sent),
    SentMany(Vec<Sent>),
    Answered(Answered),
    /// A half message is stored, or not.
    Begun(Result<safe::Transaction>),
    /// Something waits to be fetched elsewhere.
    Ready,
    /// A line of the log.
    Line(String),
}

impl Outcome {
    fn object(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        match self {
            Self::Done(done) => errors::object(py, done.map(|()| py.None())),
            Self::Sent(sent) => errors::sent(py, sent),
            Self::SentMany(many) => sent_many(py, many),
            Self::Begun(begun) => errors::object(py, begun.map(Transaction::from)),
            Self::Answered(answered) => openapi::answered(py, answered),
            Self::Ready => Ok(py.None().into_bound(py)),
            Self::Line(text) => text.into_bound_py_any(py),
        }
    }
}

/// What became of many sends, in their order.
pub(crate) fn sent_many(py: Python<'_>, many: Vec<Sent>) -> PyResult<Bound<'_, PyAny>> {
    let many = many.into_iter().map(|sent| errors::sent(py, sent));
    many.collect::<PyResult<Vec<_>>>()?.into_bound_py_any(py)
}

/// A token, and the outcome of what was asked for with it.
type Letter<'py> = (u64, Bound<'py, PyAny>);

/// Where outcomes wait, each with the number that Python gave what was asked for.
pub(crate) type Letters = Outbox<(u64, Outcome)>;

/// Outcomes that wait for a thread in `wait`, or for an event loop that watches `fileno()`.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct Mailbox {
    letters: Letters,
    bell: Bell,
}

/// How whoever fetches is woken.
enum Bell {
    Thread(Arc<ThreadBell>),
    Loop(UnixStream),
}

impl Mailbox {
    pub(crate) fn letters(&self) -> Letters {
        self.letters.clone()
    }

    fn await_letters(&self, py: Python<'_>) -> PyResult<Vec<(u64, Outcome)>> {
        if let Bell::Thread(bell) = &self.bell {
            outside(py, || bell.wait())?;
        }
        Ok(self.letters.drain())
    }

    fn for_thread() -> Self {
        let bell = Arc::new(ThreadBell::default());
        lock(&BELLS).push(Arc::downgrade(&bell));
        let rung = Arc::clone(&bell);
        Self {
            letters: Outbox::new(move || rung.ring()),
            bell: Bell::Thread(bell),
        }
    }

    fn for_loop() -> PyResult<Self> {
        let (watched, rung) = UnixStream::pair()?;
        watched.set_nonblocking(true)?;
        rung.set_nonblocking(true)?;
        // A full socket has woken the loop already.
        let ring = move || drop((&rung).write(&[1]));
        Ok(Self {
            letters: Outbox::new(ring),
            bell: Bell::Loop(watched),
        })
    }
}

#[pymethods]
impl Mailbox {
    /// For an event loop where `watched`, otherwise for a thread.
    #[new]
    #[pyo3(signature = (*, watched))]
    fn new(watched: bool) -> PyResult<Self> {
        match watched {
            true => Self::for_loop(),
            false => Ok(Self::for_thread()),
        }
    }

    /// What becomes readable when something was put into the empty box.
    fn fileno(&self) -> PyResult<i32> {
        match &self.bell {
            Bell::Loop(watched) => Ok(watched.as_raw_fd()),
            Bell::Thread(_) => Err(PyValueError::new_err("this mailbox is not watched")),
        }
    }

    /// Takes all that is there, without waiting. What is for a future of the event loop is given to
    /// it, and it is taken out of `futures`, where it is under its token. Answers the other tokens.
    fn deliver(&self, futures: &Bound<'_, PyDict>) -> PyResult<Vec<u64>> {
        if let Bell::Loop(watched) = &self.bell {
            // First the bell: what comes from now on rings again.
            let _ = (&*watched).read(&mut [0; 64]);
        }
        let mut others = Vec::new();
        for (token, outcome) in self.letters.drain() {
            match futures.get_item(token)? {
                Some(future) => {
                    futures.del_item(token)?;
                    resolve(&future, outcome.object(futures.py())?)?;
                }
                None => others.push(token),
            }
        }
        Ok(others)
    }

    /// Waits until something is there, and takes all.
    fn wait<'py>(&self, py: Python<'py>) -> PyResult<Vec<Letter<'py>>> {
        let object = |(token, outcome): (_, Outcome)| Ok((token, outcome.object(py)?));
        self.await_letters(py)?.into_iter().map(object).collect()
    }

    /// Waits until something is there, and takes all. What is for a future that nobody watches is
    /// given to it, and it is taken out of `futures`, where it is under its token, with its owner.
    /// Answers the rest.
    fn wait_and_deliver<'py>(&self, futures: &Bound<'py, PyDict>) -> PyResult<Vec<Letter<'py>>> {
        let py = futures.py();
        let mut rest = Vec::new();
        for (token, outcome) in self.await_letters(py)? {
            let outcome = outcome.object(py)?;
            // Whoever asked was interrupted before it had the future.
            let Some(entry) = futures.get_item(token)? else {
                continue;
            };
            match resolve_unwatched(&entry.get_item(0)?, &outcome)? {
                true => futures.del_item(token)?,
                false => rest.push((token, outcome)),
            }
        }
        Ok(rest)
    }

    /// Wakes whoever waits for something.
    fn ring(&self) {
        self.letters.push((0, Outcome::Ready));
    }

    /// Has the lines of the log put in, from a level (1: errors, to 5: everything) up.
    fn take_log(&self, py: Python<'_>, level: u32) -> PyResult<()> {
        let letters = self.letters();
        let put = move |level: LogLevel, _: &str, text: &str| {
            letters.push((level as u64, Outcome::Line(text.to_owned())));
        };
        log_to(LogLevel::from(level), put).to_py(py)
    }
}

/// A bell that a thread waits for.
#[derive(Default)]
struct ThreadBell {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl ThreadBell {
    fn ring(&self) {
        *lock(&self.rung) = true;
        self.changed.notify_all();
    }

    fn wait(&self) {
        let rung = self.changed.wait_while(lock(&self.rung), |rung| !*rung);
        *rung.unwrap_or_else(PoisonError::into_inner) = false;
    }
}

/// Every bell that a thread may wait for. Only used with the interpreter's lock held, so that no
/// fork finds it locked.
static BELLS: Mutex<Vec<Weak<ThreadBell>>> = Mutex::new(Vec::new());

/// Nobody waits any longer.
pub(crate) fn ring_all() {
    let bells = std::mem::take(&mut *lock(&BELLS));
    bells
        .iter()
        .filter_map(Weak::upgrade)
        .for_each(|bell| bell.ring());
}

/// The bells of the process that this one was forked from may be locked for ever.
pub(crate) fn forget_all() {
    std::mem::take(&mut *lock(&BELLS))
        .into_iter()
        .for_each(std::mem::forget);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
