//! The Open API. What ends in `_into` does not wait: the answer comes to a mailbox.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use onsmq_ffi_safe::{self as safe, Answered, Config};
use pyo3::prelude::*;

use crate::errors::{self, ToPy as _};
use crate::exit::outside;
use crate::handle::Handle;
use crate::mailbox::{Mailbox, Outcome};
use crate::wait::{answer, is_main_thread};

/// Names and values of parameters.
type Parameters = Vec<(String, String)>;
/// The fields of `onsmq.openapi.Answer`, in its order; the data as JSON.
pub(crate) type Fields = (String, i64, i64, i64, Option<String>, String, Option<i64>);

/// A client of a console.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct OpenApi {
    /// Only locked with the interpreter's lock held, so that no fork finds it locked.
    inner: Mutex<Option<Handle<safe::OpenApi>>>,
}

#[pymethods]
impl OpenApi {
    #[new]
    fn new(py: Python<'_>, properties: Vec<(String, String)>) -> PyResult<Self> {
        let config = Config::new(properties).to_py(py)?;
        let inner = Handle::new(safe::OpenApi::new(&config).to_py(py)?);
        let inner = Mutex::new(Some(inner));
        Ok(Self { inner })
    }

    fn call(&self, py: Python<'_>, operation: &str, parameters: Parameters) -> PyResult<Fields> {
        let client = self.open(py)?;
        let parameters = borrowed(&parameters);
        let answered = match is_main_thread(py)? {
            true => answer(py, |answer| {
                let done = move |answered| drop(answer.send(answered));
                client.call_async(operation, &parameters, done).to_py(py)
            }),
            false => outside(py, || client.call(operation, &parameters)),
        };
        answered?.map(fields).to_py(py)
    }

    fn call_into(
        &self,
        py: Python<'_>,
        operation: &str,
        parameters: Parameters,
        mailbox: &Mailbox,
        token: u64,
    ) -> PyResult<()> {
        let letters = mailbox.letters();
        let done = move |answered| letters.push((token, Outcome::Answered(answered)));
        let client = self.open(py)?;
        client
            .call_async(operation, &borrowed(&parameters), done)
            .to_py(py)
    }

    /// Lets go of it. Calls that are under way come to their end.
    fn close(&self) {
        drop(self.lock().take());
    }

    #[getter]
    fn is_closed(&self) -> bool {
        self.lock().is_none()
    }
}

impl OpenApi {
    fn lock(&self) -> MutexGuard<'_, Option<Handle<safe::OpenApi>>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client, unless it was closed.
    fn open(&self, py: Python<'_>) -> PyResult<Arc<safe::OpenApi>> {
        let client = self.lock().as_ref().map(Handle::share);
        client.ok_or_else(|| {
            errors::closed(py, "this client of the Open API was closed: make a new one")
        })
    }
}

fn borrowed(parameters: &Parameters) -> Vec<(&str, &str)> {
    let parameters = parameters.iter();
    parameters
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn fields(answer: safe::Answer) -> Fields {
    (
        answer.data().to_owned(),
        answer.total(),
        answer.current_page(),
        answer.page_size(),
        answer.request_id().map(str::to_owned),
        answer.message().to_owned(),
        answer.next_page(),
    )
}

/// What became of a call as an object.
pub(crate) fn answered(py: Python<'_>, answered: Answered) -> PyResult<Bound<'_, PyAny>> {
    errors::object(py, answered.map(fields))
}
