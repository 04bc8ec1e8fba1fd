//! Errors of the library as exceptions. The table of codes and classes is `onsmq.errors`.

use onsmq_ffi_safe::{Error, Result, SendResult, Sent, code_names};
use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// A code's class, and the code as a member of `ErrorCode`.
type Row = (Py<PyType>, Py<PyAny>);

/// By code, from 1 on. Made at import, so that to raise an error runs no Python code.
static TABLE: PyOnceLock<Vec<Row>> = PyOnceLock::new();

/// Reads the table.
///
/// # Errors
/// `ValueError` where the library has a code that the table does not know.
pub(crate) fn load(py: Python<'_>) -> PyResult<()> {
    let errors = py.import("onsmq.errors")?;
    let (codes, classes) = (errors.getattr("ErrorCode")?, errors.getattr("CLASSES")?);
    let row = |(number, _)| -> PyResult<Row> {
        let code = codes.call1((number,))?;
        let class = classes.get_item(&code)?.cast_into::<PyType>()?;
        Ok((class.unbind(), code.unbind()))
    };
    let rows = code_names().map(row).collect::<PyResult<_>>()?;
    TABLE.get_or_init(py, || rows);
    Ok(())
}

/// An error of a code.
fn raised(py: Python<'_>, code: u32, text: &str) -> PyResult<PyErr> {
    let index = code.saturating_sub(1) as usize;
    let row = TABLE.get(py).and_then(|rows| rows.get(index));
    let (class, code) = row.ok_or_else(|| PyException::new_err(text.to_owned()))?;
    let instance = class.bind(py).call1((text,))?;
    instance.setattr("code", code)?;
    Ok(PyErr::from_value(instance))
}

/// A use after the end.
pub(crate) fn closed(py: Python<'_>, text: &str) -> PyErr {
    let code = code_names().find(|(_, name)| *name == "CLOSED");
    raised(py, code.map_or(0, |(code, _)| code), text).unwrap_or_else(|error| error)
}

/// An error of the library as an exception.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    described(py, error).unwrap_or_else(|error| error)
}

fn described(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let raised = raised(py, error.code(), error.message())?;
    let value = raised.value(py);
    value.setattr("topic", error.topic())?;
    value.setattr("message_id", error.message_id())?;
    value.setattr("broker_code", error.broker_code())?;
    value.setattr("remark", error.remark())?;
    value.setattr("retriable", error.is_retriable())?;
    value.setattr("operation", error.operation())?;
    value.setattr("openapi_code", error.openapi_code())?;
    value.setattr("request_id", error.request_id())?;
    value.setattr("remedy", error.remedy())?;
    let cause = error
        .cause()
        .map(|text| PyException::new_err(text.to_owned()));
    raised.set_cause(py, cause);
    Ok(raised)
}

/// A result of the library as Python has it.
pub(crate) trait ToPy<T> {
    fn to_py(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> ToPy<T> for Result<T> {
    fn to_py(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| exception(py, &error))
    }
}

/// A result as an object: its value, or the exception.
pub(crate) fn object<'py, T: IntoPyObject<'py>>(
    py: Python<'py>,
    result: Result<T>,
) -> PyResult<Bound<'py, PyAny>> {
    match result {
        Ok(value) => value.into_bound_py_any(py),
        Err(error) => Ok(exception(py, &error)
            .into_value(py)
            .into_bound(py)
            .into_any()),
    }
}

/// What became of a send as an object.
pub(crate) fn sent(py: Python<'_>, sent: Sent) -> PyResult<Bound<'_, PyAny>> {
    object(
        py,
        sent.map(|result: SendResult| crate::send_result::SendResult::from(result)),
    )
}
