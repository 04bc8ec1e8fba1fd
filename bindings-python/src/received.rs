//! `onsmq.ReceivedMessage`.

use onsmq_ffi_safe as safe;
use pyo3::prelude::*;

use crate::delivery::complete;
use crate::errors::ToPy as _;
use crate::handle::Handle;
use crate::message::Message;

/// A message that was received, to be completed with a method of its own. Let go of uncompleted, it
/// comes again later.
#[pyclass(frozen, weakref, extends = Message, module = "onsmq")]
pub(crate) struct ReceivedMessage(Handle<safe::Delivery>);

impl ReceivedMessage {
    pub(crate) fn new(
        py: Python<'_>,
        message: Message,
        delivery: Handle<safe::Delivery>,
    ) -> PyResult<Py<Self>> {
        Py::new(
            py,
            PyClassInitializer::from(message).add_subclass(Self(delivery)),
        )
    }
}

#[pymethods]
impl ReceivedMessage {
    /// It is done with.
    fn commit(&self, py: Python<'_>) -> PyResult<()> {
        complete(&self.0, true).to_py(py)
    }

    /// It is to come again later.
    fn reconsume_later(&self, py: Python<'_>) -> PyResult<()> {
        complete(&self.0, false).to_py(py)
    }
}
