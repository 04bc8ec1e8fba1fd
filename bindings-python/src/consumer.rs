//! Consumers. What ends in `_into` does not wait: the outcome comes to a mailbox.

use std::time::Duration;

use onsmq_ffi_safe::{self as safe, Config};
use pyo3::prelude::*;

use crate::arguments::text;
use crate::delivery::Delivery;
use crate::errors::ToPy as _;
use crate::exit::outside;
use crate::handle::Handle;
use crate::mailbox::{Mailbox, Outcome};
use crate::wait::{in_background, wait};

/// Consumes messages as a member of a group.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct Consumer(Handle<safe::Consumer>);

#[pymethods]
impl Consumer {
    #[new]
    fn new(py: Python<'_>, properties: Vec<(String, String)>) -> PyResult<Self> {
        let config = Config::new(properties).to_py(py)?;
        safe::Consumer::new(&config)
            .to_py(py)
            .map(|inner| Self(Handle::new(inner)))
    }

    fn subscribe(
        &self,
        py: Python<'_>,
        topic: &Bound<'_, PyAny>,
        expression: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (topic, expression) = (text("topic", topic)?, text("expression", expression)?);
        self.0
            .subscribe(&topic, onsmq_ffi_safe::Filter::Tags(&expression))
            .to_py(py)
    }

    fn unsubscribe(&self, py: Python<'_>, topic: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.unsubscribe(&text("topic", topic)?).to_py(py)
    }

    fn start(&self, py: Python<'_>) -> PyResult<()> {
        let consumer = self.0.share();
        wait(py, move || consumer.start())?.to_py(py)
    }

    fn start_into(&self, mailbox: &Mailbox, token: u64) -> PyResult<()> {
        let (consumer, letters) = (self.0.share(), mailbox.letters());
        in_background(move || letters.push((token, Outcome::Done(consumer.start()))))
    }

    fn shutdown(&self, py: Python<'_>) -> PyResult<()> {
        let consumer = self.0.share();
        wait(py, move || consumer.shutdown())?.to_py(py)
    }

    fn shutdown_into(&self, mailbox: &Mailbox, token: u64) -> PyResult<()> {
        let (consumer, letters) = (self.0.share(), mailbox.letters());
        in_background(move || letters.push((token, Outcome::Done(consumer.shutdown()))))
    }

    /// Shuts down without waiting for it.
    fn shutdown_later(&self) -> PyResult<()> {
        let consumer = self.0.share();
        in_background(move || drop(consumer.shutdown()))
    }

    #[getter]
    fn is_started(&self) -> bool {
        self.0.is_started()
    }

    #[getter]
    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Most listener calls at once.
    #[getter]
    fn thread_nums(&self) -> usize {
        self.0.thread_nums()
    }

    /// How many messages wait.
    #[getter]
    fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Takes up to `most` messages of one topic. Where none are there and `wait`, waits for them:
    /// none come once the consumer was shut down.
    fn receive(&self, py: Python<'_>, most: usize, wait: bool) -> PyResult<Vec<Delivery>> {
        let mut taken = self.0.receive(most, Some(Duration::ZERO)).to_py(py)?;
        if taken.is_empty() && wait {
            taken = outside(py, || self.0.receive(most, None))?.to_py(py)?;
        }
        Ok(taken.into_iter().map(Delivery::from).collect())
    }

    /// Has a letter put into a mailbox when messages come while none were there.
    fn watch(&self, py: Python<'_>, mailbox: &Mailbox, token: u64) -> PyResult<()> {
        let letters = mailbox.letters();
        self.0
            .on_ready(move || letters.push((token, Outcome::Ready)))
            .to_py(py)
    }
}
