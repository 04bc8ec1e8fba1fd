//! `onsmq.SendResult`.

use onsmq_ffi_safe as safe;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// A message is stored.
#[pyclass(frozen, module = "onsmq")]
pub(crate) struct SendResult(safe::SendResult);

impl From<safe::SendResult> for SendResult {
    fn from(result: safe::SendResult) -> Self {
        Self(result)
    }
}

#[pymethods]
impl SendResult {
    /// The message's id: 32 hexadecimal digits.
    #[getter]
    fn message_id(&self) -> &str {
        self.0.message_id()
    }

    /// The topic.
    #[getter]
    fn topic(&self) -> &str {
        self.0.topic()
    }

    /// The broker that stored it.
    #[getter]
    fn broker_name(&self) -> &str {
        self.0.broker_name()
    }

    /// The queue that holds it.
    #[getter]
    fn queue_id(&self) -> i32 {
        self.0.queue_id()
    }

    /// Its place in the queue.
    #[getter]
    fn offset(&self) -> i64 {
        self.0.queue_offset()
    }

    fn __str__(&self) -> &str {
        self.0.text()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "SendResult(message_id='{}', topic='{}', broker_name={}, queue_id={}, offset={})",
            self.message_id(),
            self.topic(),
            PyString::new(py, self.broker_name()).repr()?,
            self.queue_id(),
            self.offset(),
        ))
    }
}
