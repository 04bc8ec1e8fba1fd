//! Arguments whose types do not fit: the error names them, in every version of Python.

use std::borrow::Cow;
use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::type_object::PyTypeCheck;
use pyo3::types::{PyBool, PyBytes, PyInt, PyMapping, PyMemoryView, PyString};

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

/// A time: a whole number of ms since 1970, or a `datetime` that knows its time zone.
pub(crate) fn millis(name: &str, value: &Bound<'_, PyAny>) -> PyResult<i64> {
    if value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>() {
        return value.extract();
    }
    let datetime = value.py().import("datetime")?.getattr("datetime")?;
    if !value.is_instance(&datetime)? {
        let due = "whole ms since 1970, or a datetime with a time zone,";
        return Err(unfit(name, due, value, ""));
    }
    if value.call_method0("utcoffset")?.is_none() {
        return Err(PyValueError::new_err(format!(
            "argument '{name}': this datetime has no time zone: give it one, as in \
             datetime.now(timezone.utc)"
        )));
    }
    let seconds: f64 = value.call_method0("timestamp")?.extract()?;
    // A year of four digits is far from the end of the numbers.
    Ok((seconds * 1000.0).round() as i64)
}

/// A wait: seconds, or for ever where there are none or they have no end.
pub(crate) fn seconds(name: &str, value: Option<f64>) -> PyResult<Option<Duration>> {
    match value {
        None | Some(f64::INFINITY) => Ok(None),
        Some(seconds) => Duration::try_from_secs_f64(seconds)
            .map(Some)
            .map_err(|error| PyValueError::new_err(format!("argument '{name}': {error}"))),
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
