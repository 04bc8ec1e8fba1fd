//! The embedded dev server.

use std::sync::{Arc, Mutex, PoisonError};

use onsmq_ffi_safe::{self as safe, Config};
use pyo3::prelude::*;

use crate::arguments::text;
use crate::errors::{self, ToPy as _};
use crate::handle::Handle;
use crate::wait::wait;

/// A name server and brokers in this process.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct DevServer {
    inner: Mutex<Option<Handle<safe::DevServer>>>,
    namesrv_addr: String,
    console_url: String,
}

#[pymethods]
impl DevServer {
    #[new]
    fn new(py: Python<'_>, options: Vec<(String, String)>) -> PyResult<Self> {
        let options = Config::new(options).to_py(py)?;
        let server = wait(py, move || safe::DevServer::start(&options))?.to_py(py)?;
        Ok(Self {
            namesrv_addr: server.namesrv_addr().to_owned(),
            console_url: server.console_url().to_owned(),
            inner: Mutex::new(Some(Handle::new(server))),
        })
    }

    #[getter]
    fn namesrv_addr(&self) -> &str {
        &self.namesrv_addr
    }

    #[getter]
    fn console_url(&self) -> &str {
        &self.console_url
    }

    fn create_topic(&self, py: Python<'_>, topic: &Bound<'_, PyAny>, queues: u32) -> PyResult<()> {
        let server = self.running(py)?;
        server
            .create_topic(&text("topic", topic)?, queues)
            .to_py(py)
    }

    /// Takes and gives JSON.
    fn control(&self, py: Python<'_>, command: String) -> PyResult<String> {
        let server = self.running(py)?;
        wait(py, move || server.control(&command))?.to_py(py)
    }

    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        let server = self
            .inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        wait(py, move || drop(server))
    }
}

impl DevServer {
    fn running(&self, py: Python<'_>) -> PyResult<Arc<safe::DevServer>> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner
            .as_ref()
            .map(Handle::share)
            .ok_or_else(|| errors::closed(py, "the dev server was stopped: start a new one"))
    }
}
