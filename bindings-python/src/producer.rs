//! Producers. What ends in `_into` does not wait: the outcome comes to a mailbox.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

use onsmq_ffi_safe::{self as safe, Config};
use pyo3::prelude::*;

use crate::arguments;
use crate::errors::ToPy as _;
use crate::exit::outside;
use crate::handle::Handle;
use crate::mailbox::{Mailbox, Outcome, sent_many};
use crate::message::Message;
use crate::send_result::SendResult;
use crate::wait::{answer, in_background, is_main_thread, wait};

/// Sends messages.
#[pyclass(frozen, module = "onsmq._onsmq")]
pub(crate) struct Producer {
    inner: Handle<safe::Producer>,
    oneway: OnewayThread,
}

#[pymethods]
impl Producer {
    #[new]
    fn new(py: Python<'_>, properties: Vec<(String, String)>) -> PyResult<Self> {
        let config = Config::new(properties).to_py(py)?;
        let inner = Handle::new(safe::Producer::new(&config).to_py(py)?);
        let oneway = OnewayThread::default();
        Ok(Self { inner, oneway })
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
                self.inner.send_async(message, done).to_py(py)
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
        self.inner.send_async(message, done).to_py(py)
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
        let message = arguments::message("message", message)?;
        let sent = match is_main_thread(py)? {
            true => answer(py, |answer| {
                self.oneway(py, message, move |sent| drop(answer.send(sent)))
            })?,
            false => outside(py, || self.inner.send_oneway(message.inner()))?,
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
        self.oneway(py, arguments::message("message", message)?, done)
    }
}

impl Producer {
    /// Sends one-way on a thread of its own, as this may wait for a route or a connection.
    fn oneway(
        &self,
        py: Python<'_>,
        message: &Message,
        done: impl FnOnce(safe::Result<()>) + Send + 'static,
    ) -> PyResult<()> {
        let message = message.inner().view().to_owned().to_py(py)?;
        let producer = self.inner.share();
        self.oneway
            .run(move || done(producer.send_oneway(&message)))
    }
}

fn inners<'a>(messages: &'a [Bound<'_, PyAny>]) -> PyResult<Vec<&'a safe::Message>> {
    let message = |it| Ok(arguments::message("messages", it)?.inner());
    messages.iter().map(message).collect()
}

type Job = Box<dyn FnOnce() + Send>;

/// A thread that is started with its first job, does one after the other, and ends when the
/// producer does.
#[derive(Default)]
struct OnewayThread(Mutex<Option<Sender<Job>>>);

impl OnewayThread {
    fn run(&self, job: impl FnOnce() + Send + 'static) -> PyResult<()> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.is_none() {
            let (sender, receiver) = channel::<Job>();
            in_background(move || receiver.into_iter().for_each(|job| job()))?;
            *jobs = Some(sender);
        }
        if let Some(jobs) = &*jobs {
            // The receiver lives as long as the sender.
            let _ = jobs.send(Box::new(job));
        }
        Ok(())
    }
}
