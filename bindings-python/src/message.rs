//! `onsmq.Message`.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use onsmq_ffi_safe::{self as safe, MessageView};
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyMappingProxy, PyString};

use crate::arguments::{bytes, items, millis, text};
use crate::errors::ToPy as _;

/// A message: one to be sent, or one that was received.
///
/// What is made out of its parts is made when it is asked for, and kept.
#[pyclass(frozen, subclass, module = "onsmq")]
pub(crate) struct Message {
    inner: safe::Message,
    /// Where it was sent and not received.
    sent_as: Option<String>,
    body: PyOnceLock<Py<PyBytes>>,
    properties: PyOnceLock<Py<PyMappingProxy>>,
}

impl From<safe::Message> for Message {
    fn from(inner: safe::Message) -> Self {
        Self {
            inner,
            sent_as: None,
            body: PyOnceLock::new(),
            properties: PyOnceLock::new(),
        }
    }
}

impl Message {
    pub(crate) const fn inner(&self) -> &safe::Message {
        &self.inner
    }

    /// The same as a message that a broker has given an id.
    pub(crate) fn sent_as(&self, id: &str) -> safe::Result<Self> {
        let mut sent = Self::from(self.view().to_owned()?);
        sent.sent_as = Some(id.to_owned());
        Ok(sent)
    }

    pub(crate) fn view(&self) -> MessageView<'_> {
        self.inner.view()
    }

    /// The message, if it was received.
    fn received(&self, name: &str) -> PyResult<MessageView<'_>> {
        let view = self.view();
        match view.queue_id() {
            0.. => Ok(view),
            _ => Err(PyAttributeError::new_err(format!(
                "only a message that was received has `{name}`"
            ))),
        }
    }

    /// What counts when messages are compared: what the application gave.
    fn content(&self) -> impl PartialEq + std::hash::Hash {
        let view = self.view();
        let mut properties: Vec<_> = self.view().properties();
        properties.sort_unstable();
        (
            (view.topic(), view.body(), view.tag(), view.key()),
            (view.sharding_key(), view.start_deliver_time()),
            properties,
        )
    }
}

#[pymethods]
impl Message {
    #[new]
    #[pyo3(signature = (
        topic, body, *, tag=None, key=None, properties=None, sharding_key=None,
        start_deliver_time=None
    ))]
    fn new(
        topic: &Bound<'_, PyAny>,
        body: &Bound<'_, PyAny>,
        tag: Option<&Bound<'_, PyAny>>,
        key: Option<&Bound<'_, PyAny>>,
        properties: Option<&Bound<'_, PyAny>>,
        sharding_key: Option<&Bound<'_, PyAny>>,
        start_deliver_time: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let py = topic.py();
        let body = bytes("body", body)?;
        let mut inner = safe::Message::new(&text("topic", topic)?, body.as_bytes()).to_py(py)?;
        if let Some(tag) = tag {
            inner.set_tag(&text("tag", tag)?).to_py(py)?;
        }
        if let Some(key) = key {
            inner.set_key(&text("key", key)?).to_py(py)?;
        }
        for (name, value) in items("properties", properties)? {
            let (name, value) = (text("properties", &name)?, text("properties", &value)?);
            inner.set_property(&name, &value).to_py(py)?;
        }
        if let Some(key) = sharding_key {
            let key = text("sharding_key", key)?;
            inner.set_sharding_key(&key).to_py(py)?;
        }
        if let Some(time) = start_deliver_time {
            let time = millis("start_deliver_time", time)?;
            inner.set_start_deliver_time(time).to_py(py)?;
        }
        Ok(inner.into())
    }

    /// The topic.
    #[getter]
    fn topic(&self) -> &str {
        self.view().topic()
    }

    /// The body.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> &Bound<'py, PyBytes> {
        let make = || PyBytes::new(py, self.view().body()).unbind();
        self.body.get_or_init(py, make).bind(py)
    }

    /// The tag, which subscriptions choose by.
    #[getter]
    fn tag(&self) -> Option<&str> {
        self.view().tag()
    }

    /// The key, which the message can be looked up by.
    #[getter]
    fn key(&self) -> Option<&str> {
        self.view().key()
    }

    /// The user properties.
    #[getter]
    fn properties<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyMappingProxy>> {
        let make = || {
            let dict = PyDict::new(py);
            for (name, value) in self.view().properties() {
                dict.set_item(name, value)?;
            }
            Ok::<_, PyErr>(PyMappingProxy::new(py, dict.as_mapping()).unbind())
        };
        Ok(self.properties.get_or_try_init(py, make)?.bind(py))
    }

    /// What decides on the queue of an ordered message.
    #[getter]
    fn sharding_key(&self) -> Option<&str> {
        self.view().sharding_key()
    }

    /// When it is, or was, to be delivered, in ms since 1970.
    #[getter]
    fn start_deliver_time(&self) -> Option<i64> {
        self.view().start_deliver_time()
    }

    /// The id: the one that the sender was told.
    #[getter]
    fn message_id(&self) -> PyResult<&str> {
        if let Some(id) = &self.sent_as {
            return Ok(id);
        }
        let view = self.received("message_id")?;
        Ok(view.message_id().unwrap_or_default())
    }

    /// How often it was delivered before.
    #[getter]
    fn reconsume_times(&self) -> PyResult<i32> {
        Ok(self.received("reconsume_times")?.reconsume_times())
    }

    /// When it was made, in ms since 1970.
    #[getter]
    fn born_timestamp(&self) -> PyResult<i64> {
        Ok(self.received("born_timestamp")?.born_timestamp())
    }

    /// Where it was made, as `address:port`.
    #[getter]
    fn born_host(&self) -> PyResult<&str> {
        let view = self.received("born_host")?;
        Ok(view.born_host().unwrap_or_default())
    }

    /// When the broker stored it, in ms since 1970.
    #[getter]
    fn store_timestamp(&self) -> PyResult<i64> {
        Ok(self.received("store_timestamp")?.store_timestamp())
    }

    /// The broker that holds it.
    #[getter]
    fn broker_name(&self) -> PyResult<&str> {
        let view = self.received("broker_name")?;
        Ok(view.broker_name().unwrap_or_default())
    }

    /// The queue that holds it.
    #[getter]
    fn queue_id(&self) -> PyResult<i32> {
        Ok(self.received("queue_id")?.queue_id())
    }

    /// Its place in the queue.
    #[getter]
    fn offset(&self) -> PyResult<i64> {
        Ok(self.received("offset")?.queue_offset())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.content() == other.content()
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.content().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let view = self.view();
        let mut text = format!("Message({}", quoted(py, view.topic())?);
        for (name, value) in [
            ("tag", view.tag()),
            ("key", view.key()),
            ("message_id", view.message_id()),
        ] {
            if let Some(value) = value {
                text += &format!(", {name}={}", quoted(py, value)?);
            }
        }
        Ok(text + &format!(", body of {} bytes)", view.body().len()))
    }
}

fn quoted(py: Python<'_>, text: &str) -> PyResult<String> {
    Ok(PyString::new(py, text).repr()?.to_string())
}
