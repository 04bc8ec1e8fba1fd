//! Half messages whose outcome the brokers ask for.

use std::sync::{Mutex, MutexGuard, PoisonError};

use onsmq_ffi_safe as safe;
use pyo3::prelude::*;

use crate::errors::ToPy as _;
use crate::handle::Handle;
use crate::message::Message;
use crate::transaction::status;

/// Checks that wait to be fetched: they come on a thread that knows nothing of Python.
#[derive(Default)]
pub(crate) struct Checks(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: Vec<safe::Check>,
    ring: Option<Box<dyn Fn() + Send>>,
}

impl Checks {
    pub(crate) fn put(&self, check: safe::Check) {
        let mut state = self.lock();
        state.waiting.push(check);
        if state.waiting.len() == 1 {
            state.ring();
        }
    }

    /// Has something called when checks come while none were there.
    pub(crate) fn watch(&self, ring: impl Fn() + Send + 'static) {
        let mut state = self.lock();
        state.ring = Some(Box::new(ring));
        if !state.waiting.is_empty() {
            state.ring();
        }
    }

    pub(crate) fn take(&self) -> Vec<safe::Check> {
        std::mem::take(&mut self.lock().waiting)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn ring(&self) {
        if let Some(ring) = &self.ring {
            ring();
        }
    }
}

/// A half message and the answer. Let go of unanswered, it is asked for again.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct Check(Handle<safe::Check>);

impl From<safe::Check> for Check {
    fn from(check: safe::Check) -> Self {
        Self(Handle::new(check))
    }
}

#[pymethods]
impl Check {
    /// The half message.
    fn message(&self, py: Python<'_>) -> PyResult<Option<Message>> {
        let message = self.0.message().map(safe::MessageView::to_owned);
        Ok(message.transpose().to_py(py)?.map(Message::from))
    }

    /// Answers with a status, by the vendor's name.
    fn complete(&self, py: Python<'_>, outcome: &str) -> PyResult<()> {
        self.0.complete(status(outcome)?).to_py(py)
    }
}
