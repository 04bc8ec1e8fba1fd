//! A message in the hands of a listener.

use onsmq_ffi_safe::{self as safe, Action};
use pyo3::prelude::*;

use crate::errors::ToPy as _;
use crate::handle::Handle;
use crate::message::Message;

/// A message and its completion. Let go of uncompleted, it comes again later.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct Delivery(Handle<safe::Delivery>);

impl From<safe::Delivery> for Delivery {
    fn from(delivery: safe::Delivery) -> Self {
        Self(Handle::new(delivery))
    }
}

#[pymethods]
impl Delivery {
    /// The topic of the subscription that it came by.
    #[getter]
    fn topic(&self) -> &str {
        self.0.topic()
    }

    /// The message, which may be kept for longer.
    fn message(&self, py: Python<'_>) -> PyResult<Option<Message>> {
        let view = self.0.message();
        let message = view.map(safe::MessageView::to_owned).transpose();
        Ok(message.to_py(py)?.map(Message::from))
    }

    /// Says what becomes of it: it is done with, or comes again later.
    fn complete(&self, py: Python<'_>, commit: bool) -> PyResult<()> {
        let action = match commit {
            true => Action::CommitMessage,
            false => Action::ReconsumeLater,
        };
        self.0.complete(action).to_py(py)
    }
}
