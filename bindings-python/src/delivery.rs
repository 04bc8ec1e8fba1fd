//! What a consumer received, on its way to the application.

use onsmq_ffi_safe::{self as safe, Action};
use pyo3::prelude::*;

use crate::errors::ToPy as _;
use crate::handle::Handle;
use crate::message::Message;
use crate::received::ReceivedMessage;

/// A message, or a batch consumer's list of them, and its completion. Let go of uncompleted, it
/// comes again later.
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

    /// The message, or the first of the list. It may be kept for longer.
    fn message(&self, py: Python<'_>) -> PyResult<Option<Message>> {
        self.0.message().map(|view| owned(py, view)).transpose()
    }

    /// All messages.
    fn messages(&self, py: Python<'_>) -> PyResult<Vec<Message>> {
        self.0.messages().map(|view| owned(py, view)).collect()
    }

    /// The message as one that completes itself.
    fn received(&self, py: Python<'_>) -> PyResult<Option<Py<ReceivedMessage>>> {
        let made = |message| ReceivedMessage::new(py, message, self.0.another());
        self.message(py)?.map(made).transpose()
    }

    /// Says what becomes of it: it is done with, or comes again later.
    fn complete(&self, py: Python<'_>, commit: bool) -> PyResult<()> {
        complete(&self.0, commit).to_py(py)
    }
}

fn owned(py: Python<'_>, view: safe::MessageView<'_>) -> PyResult<Message> {
    view.to_owned().to_py(py).map(Message::from)
}

pub(crate) fn complete(delivery: &safe::Delivery, commit: bool) -> safe::Result<()> {
    delivery.complete(match commit {
        true => Action::CommitMessage,
        false => Action::ReconsumeLater,
    })
}
