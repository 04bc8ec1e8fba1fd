//! Producers. What ends in `_into` does not wait: the outcome comes to a mailbox.

use onsmq_ffi_safe::{self as safe, Config};
use pyo3::prelude::*;

use crate::arguments::{self, text};
use crate::check::{Check, Checks};
use crate::errors::ToPy as _;
use crate::exit::outside;
use crate::handle::Handle;
use crate::mailbox::{Mailbox, Outcome, sent_many};
use crate::send_result::SendResult;
use crate::transaction::Transaction;
use crate::wait::{answer, in_background, is_main_thread, wait};

/// Sends messages. The three kinds differ in how.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct Producer {
    inner: Handle<safe::Producer>,
    /// Of a producer of transactional messages.
    checks: Handle<Checks>,
}

#[pymethods]
impl Producer {
    #[new]
    fn new(py: Python<'_>, properties: Vec<(String, String)>) -> PyResult<Self> {
        Self::made(py, properties, |config, _| safe::Producer::new(config))
    }

    /// Of ordered messages, which are sent by their sharding keys.
    #[staticmethod]
    fn ordered(py: Python<'_>, properties: Vec<(String, String)>) -> PyResult<Self> {
        Self::made(py, properties, |config, _| safe::Producer::ordered(config))
    }

    /// Of transactional messages, whose checks wait to be fetched.
    #[staticmethod]
    fn transactional(py: Python<'_>, properties: Vec<(String, String)>) -> PyResult<Self> {
        Self::made(py, properties, |config, checks| {
            let checks = checks.share();
            safe::Producer::transactional(config, move |check| checks.put(check))
        })
    }

    fn start(&self, py: Python<'_>) -> PyResult<()> {
        let producer = self.inner.share();
        wait(py, move || producer.start())?.to_py(py)
    }

    fn start_into(&self, mailbox: &Mailbox, token: u64) -> PyResult<()> {
        let (producer, letters) = (self.inner.share(), mailbox.letters());
        in_background(move || letters.push((token, Outcome::Done(producer.start()))))
    }

    fn shutdown(&self, py: Python<'_>) -> PyResult<()> {
        let producer = self.inner.share();
        wait(py, move || producer.shutdown())?.to_py(py)
    }

    fn shutdown_into(&self, mailbox: &Mailbox, token: u64) -> PyResult<()> {
        let (producer, letters) = (self.inner.share(), mailbox.letters());
        in_background(move || letters.push((token, Outcome::Done(producer.shutdown()))))
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
        self.inner
            .set_credentials(&key, &secret, token.transpose()?.as_deref())
            .to_py(py)
    }

    #[getter]
    fn is_started(&self) -> bool {
        self.inner.is_started()
    }

    #[getter]
    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn send(&self, py: Python<'_>, message: &Bound<'_, PyAny>) -> PyResult<SendResult> {
        let message = arguments::message("message", message)?.inner();
        let sent = match is_main_thread(py)? {
            true => answer(py, |answer| {
                let done = move |sent| drop(answer.send(sent));
                self.send_async(py, message, done)
            }),
            false => outside(py, || self.inner.send(message)),
        };
        sent?.to_py(py).map(SendResult::from)
    }

    fn send_into(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        mailbox: &Mailbox,
        token: u64,
    ) -> PyResult<()> {
        let letters = mailbox.letters();
        let done = move |sent| letters.push((token, Outcome::Sent(sent)));
        let message = arguments::message("message", message)?.inner();
        self.send_async(py, message, done)
    }

    fn send_many<'py>(
        &self,
        py: Python<'py>,
        messages: Vec<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let messages = inners(&messages)?;
        let sent = match is_main_thread(py)? {
            true => answer(py, |answer| {
                let done = move |sent| drop(answer.send(sent));
                self.inner.send_many_async(&messages, done).to_py(py)
            }),
            false => outside(py, || self.inner.send_many(&messages))?.to_py(py),
        };
        sent_many(py, sent?)
    }

    fn send_many_into(
        &self,
        py: Python<'_>,
        messages: Vec<Bound<'_, PyAny>>,
        mailbox: &Mailbox,
        token: u64,
    ) -> PyResult<()> {
        let letters = mailbox.letters();
        let messages = inners(&messages)?;
        let done = move |sent| letters.push((token, Outcome::SentMany(sent)));
        self.inner.send_many_async(&messages, done).to_py(py)
    }

    fn send_oneway(&self, py: Python<'_>, message: &Bound<'_, PyAny>) -> PyResult<()> {
        let message = arguments::message("message", message)?.inner();
        let sent = match is_main_thread(py)? {
            true => answer(py, |answer| {
                let done = move |sent| drop(answer.send(sent));
                self.inner.send_oneway_async(message, done).to_py(py)
            })?,
            false => outside(py, || self.inner.send_oneway(message))?,
        };
        sent.to_py(py)
    }

    fn send_oneway_into(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        mailbox: &Mailbox,
        token: u64,
    ) -> PyResult<()> {
        let letters = mailbox.letters();
        let done = move |sent| letters.push((token, Outcome::Done(sent)));
        let message = arguments::message("message", message)?.inner();
        self.inner.send_oneway_async(message, done).to_py(py)
    }

    /// Sends a half message.
    fn begin(&self, py: Python<'_>, message: &Bound<'_, PyAny>) -> PyResult<Transaction> {
        let message = arguments::message("message", message)?.inner();
        let begun = answer(py, |answer| {
            let done = move |begun| drop(answer.send(begun));
            self.inner.begin_async(message, done).to_py(py)
        });
        begun?.to_py(py).map(Transaction::from)
    }

    fn begin_into(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        mailbox: &Mailbox,
        token: u64,
    ) -> PyResult<()> {
        let letters = mailbox.letters();
        let done = move |begun| letters.push((token, Outcome::Begun(begun)));
        let message = arguments::message("message", message)?.inner();
        self.inner.begin_async(message, done).to_py(py)
    }

    /// Has a letter put into a mailbox when checks come while none were there.
    fn watch_checks(&self, mailbox: &Mailbox, token: u64) {
        let letters = mailbox.letters();
        self.checks
            .watch(move || letters.push((token, Outcome::Ready)));
    }

    /// Takes the checks that wait.
    fn take_checks(&self) -> Vec<Check> {
        self.checks.take().into_iter().map(Check::from).collect()
    }
}

impl Producer {
    fn made(
        py: Python<'_>,
        properties: Vec<(String, String)>,
        make: impl FnOnce(&Config, &Handle<Checks>) -> safe::Result<safe::Producer>,
    ) -> PyResult<Self> {
        let config = Config::new(properties).to_py(py)?;
        let checks = Handle::new(Checks::default());
        let inner = Handle::new(make(&config, &checks).to_py(py)?);
        Ok(Self { inner, checks })
    }

    /// The interpreter is left to others where this may wait for room: their sends, and what they do
    /// meanwhile, are not to stand still. To leave it for each message would have threads fight for
    /// it.
    fn send_async(
        &self,
        py: Python<'_>,
        message: &safe::Message,
        done: impl FnOnce(safe::Sent) + Send + 'static,
    ) -> PyResult<()> {
        match self.inner.has_room(message) {
            true => self.inner.send_async(message, done).to_py(py),
            false => outside(py, || self.inner.send_async(message, done))?.to_py(py),
        }
    }
}

fn inners<'a>(messages: &'a [Bound<'_, PyAny>]) -> PyResult<Vec<&'a safe::Message>> {
    let message = |it| Ok(arguments::message("messages", it)?.inner());
    messages.iter().map(message).collect()
}
