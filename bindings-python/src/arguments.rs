//! Arguments whose types do not fit: the error names them, in every version of Python.

use std::borrow::Cow;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::type_object::PyTypeCheck;
use pyo3::types::{PyBytes, PyMapping, PyMemoryView, PyString};

use crate::message::Message;

/// Text.
pub(crate) fn text<'a>(name: &str, value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, str>> {
    cast::<PyString>(name, "text", value)?.to_cow()
}

/// A message.
pub(crate) fn message<'a>(name: &str, value: &'a Bound<'_, PyAny>) -> PyResult<&'a Message> {
    Ok(cast::<Message>(name, "an onsmq.Message", value)?.get())
}

/// The bytes of any object that has some.
pub(crate) fn bytes<'py>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.clone());
    }
    match PyMemoryView::from(value) {
        Ok(view) => Ok(view.call_method0("tobytes")?.cast_into()?),
        Err(_) if value.is_instance_of::<PyString>() => Err(unfit(
            name,
            "bytes",
            value,
            ": encode the text first, with .encode()",
        )),
        Err(_) => Err(unfit(name, "bytes", value, "")),
    }
}

/// A name and its value.
type Item<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// What a mapping holds; nothing where there is none.
pub(crate) fn items<'py>(
    name: &str,
    mapping: Option<&Bound<'py, PyAny>>,
) -> PyResult<Vec<Item<'py>>> {
    let Some(mapping) = mapping else {
        return Ok(Vec::new());
    };
    let items = cast::<PyMapping>(name, "a mapping", mapping)?.items()?;
    items.iter().map(|item| item.extract()).collect()
}

fn cast<'a, 'py, T: PyTypeCheck>(
    name: &str,
    due: &str,
    value: &'a Bound<'py, PyAny>,
) -> PyResult<&'a Bound<'py, T>> {
    value.cast::<T>().map_err(|_| unfit(name, due, value, ""))
}

fn unfit(name: &str, due: &str, value: &Bound<'_, PyAny>, advice: &str) -> PyErr {
    match value.get_type().name() {
        Ok(given) => PyTypeError::new_err(format!(
            "argument '{name}': {due} is due, not {given}{advice}"
        )),
        Err(error) => error,
    }
}
