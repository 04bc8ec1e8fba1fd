//! Messages with another sharding key.

use onsmq_ffi_safe::{self as safe, MessageView};
use pyo3::prelude::*;

use crate::arguments::{self, text};
use crate::errors::ToPy as _;
use crate::message::Message;

/// A message like another one, with this sharding key.
#[pyfunction]
pub(crate) fn with_sharding_key(
    message: &Bound<'_, PyAny>,
    sharding_key: &Bound<'_, PyAny>,
) -> PyResult<Message> {
    let py = message.py();
    let key = text("sharding_key", sharding_key)?;
    let mut inner = to_send(arguments::message("message", message)?.view()).to_py(py)?;
    inner.set_sharding_key(&key).to_py(py)?;
    Ok(inner.into())
}

/// A copy that can be changed. What was received is made anew, without a time.
fn to_send(view: MessageView<'_>) -> safe::Result<safe::Message> {
    if view.queue_id() < 0 {
        return view.to_owned();
    }
    let mut message = safe::Message::new(view.topic(), view.body())?;
    if let Some(tag) = view.tag() {
        message.set_tag(tag)?;
    }
    if let Some(key) = view.key() {
        message.set_key(key)?;
    }
    for (name, value) in view.properties() {
        message.set_property(name, value)?;
    }
    Ok(message)
}
