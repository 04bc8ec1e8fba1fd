//! Consumers. What ends in `_into` does not wait: the outcome comes to a mailbox.

use std::time::{Duration, Instant};

use onsmq_ffi_safe::{self as safe, Config, Filter};
use pyo3::prelude::*;

use crate::arguments::{seconds, text};
use crate::delivery::Delivery;
use crate::errors::ToPy as _;
use crate::exit::outside;
use crate::handle::Handle;
use crate::mailbox::{Mailbox, Outcome};
use crate::wait::{SLICE, in_background, is_main_thread, wait};

/// Consumes messages as a member of a group. The three kinds differ in what a delivery is, and in
/// when the next one comes.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct Consumer(Handle<safe::Consumer>);

#[pymethods]
impl Consumer {
    #[new]
    fn new(py: Python<'_>, properties: Vec<(String, String)>) -> PyResult<Self> {
        Self::made(py, properties, safe::Consumer::new)
    }

    /// Of ordered messages.
    #[staticmethod]
    fn ordered(py: Python<'_>, properties: Vec<(String, String)>) -> PyResult<Self> {
        Self::made(py, properties, safe::Consumer::ordered)
    }

    /// Of lists of messages.
    #[staticmethod]
    fn batch(py: Python<'_>, properties: Vec<(String, String)>) -> PyResult<Self> {
        Self::made(py, properties, safe::Consumer::batch)
    }

    /// The messages of a topic that have one of some tags.
    fn subscribe(
        &self,
        py: Python<'_>,
        topic: &Bound<'_, PyAny>,
        expression: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (topic, expression) = (text("topic", topic)?, text("expression", expression)?);
        self.0
            .subscribe(&topic, Filter::Tags(&expression))
            .to_py(py)
    }

    /// The messages of a topic whose properties meet a condition.
    fn subscribe_sql(
        &self,
        py: Python<'_>,
        topic: &Bound<'_, PyAny>,
        sql: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (topic, sql) = (text("topic", topic)?, text("sql", sql)?);
        self.0.subscribe(&topic, Filter::Sql92(&sql)).to_py(py)
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

    #[pyo3(signature = (access_key, secret_key, security_token=None))]
    fn set_credentials(
        &self,
        py: Python<'_>,
        access_key: &Bound<'_, PyAny>,
        secret_key: &Bound<'_, PyAny>,
        security_token: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let token = security_token.map(|it| text("security_token", it));
        let (key, secret) = (
            text("access_key", access_key)?,
            text("secret_key", secret_key)?,
        );
        self.0
            .set_credentials(&key, &secret, token.transpose()?.as_deref())
            .to_py(py)
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

    /// Takes up to `most` deliveries of one topic, and waits up to `timeout` seconds for the first:
    /// none come once the consumer was shut down.
    fn receive(
        &self,
        py: Python<'_>,
        most: usize,
        timeout: Option<f64>,
    ) -> PyResult<Vec<Delivery>> {
        let timeout = seconds("timeout", timeout)?;
        let mut taken = self.0.receive(most, Some(Duration::ZERO)).to_py(py)?;
        if taken.is_empty() && timeout != Some(Duration::ZERO) {
            taken = self.await_some(py, most, timeout)?;
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

impl Consumer {
    fn made(
        py: Python<'_>,
        properties: Vec<(String, String)>,
        make: impl FnOnce(&Config) -> safe::Result<safe::Consumer>,
    ) -> PyResult<Self> {
        let config = Config::new(properties).to_py(py)?;
        make(&config)
            .to_py(py)
            .map(|inner| Self(Handle::new(inner)))
    }

    /// Waits for deliveries. On the main thread Python handles signals meanwhile.
    fn await_some(
        &self,
        py: Python<'_>,
        most: usize,
        timeout: Option<Duration>,
    ) -> PyResult<Vec<safe::Delivery>> {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let slice = is_main_thread(py)?.then_some(SLICE);
        loop {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            let limit = left.into_iter().chain(slice).min();
            let taken = outside(py, || self.0.receive(most, limit))?.to_py(py)?;
            if !taken.is_empty() || self.is_closed() || left == Some(Duration::ZERO) {
                return Ok(taken);
            }
            py.check_signals()?;
        }
    }
}
