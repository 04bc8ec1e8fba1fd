//! An event loop, and what reaches it from the library's threads.

use napi::bindgen_prelude::{BufferSlice, Float64ArraySlice, Function};
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi::{Env, Result};
use napi_derive::napi;
use onsmq_ffi_safe::{Answered, Error, Outbox, SendResult, Sent};

use crate::fault::Fault;
use crate::log::Line;
use crate::openapi::Answer;

/// Something happened. Numbers say what it is the end of, and were given by JavaScript.
pub(crate) enum Event {
    /// A send: which one of those of its number.
    Sent(u32, u32, Sent),
    /// A message that no broker is waited for has left, likewise.
    Left(u32, u32, std::result::Result<(), Error>),
    /// Many sends, in their order.
    SentMany(u32, Vec<Sent>),
    /// A half message is stored: the number that its transaction is kept by, and its id.
    Begun(u32, u32, String),
    /// A call of the Open API.
    Answered(u32, Answered),
    /// A command to a dev server, with its answer.
    Told(u32, std::result::Result<String, Error>),
    /// Anything else that was begun.
    Done(u32, std::result::Result<(), Error>),
    /// Something waits at a client.
    Ready(u32),
    /// A line of the log.
    Line(Line),
}

/// The event loop of a thread of JavaScript: of the main one, or of a worker.
#[napi]
pub struct Host {
    outbox: Outbox<Event>,
}

#[napi]
impl Host {
    /// `wake` is called when something has come while nothing was there. It does not keep the loop
    /// alive. A loop that ends takes no calls, and what comes then is let go of.
    #[napi(constructor)]
    pub fn new(wake: Function<'_, (), ()>) -> Result<Self> {
        let wake = wake
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .build()?;
        let outbox = Outbox::new(move || {
            wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        });
        Ok(Self { outbox })
    }

    /// Takes all that has come.
    #[napi]
    pub fn drain<'env>(&self, env: &'env Env) -> Result<Drained<'env>> {
        let mut drained = Draining::new(env);
        for event in self.outbox.drain() {
            drained.add(event);
        }
        drained.done()
    }

    pub(crate) fn outbox(&self) -> Outbox<Event> {
        self.outbox.clone()
    }
}

/// All that has come.
#[napi(object, object_from_js = false)]
pub struct Drained<'env> {
    /// Of each message that is stored: its number, which one of many it is (0: of one), queue,
    /// offset, and its place in `places`.
    pub numbers: Float64ArraySlice<'env>,
    /// The ids of the messages that are stored, of 32 digits each.
    pub ids: BufferSlice<'env>,
    /// Topics and brokers, which many have in common.
    pub places: Vec<Place>,
    pub begun: Vec<Begun>,
    pub answers: Vec<Answer>,
    pub told: Vec<Told>,
    pub settled: Vec<Settled>,
    pub ready: Vec<u32>,
    pub lines: Vec<Line>,
}

/// Where messages are stored.
#[napi(object, object_from_js = false)]
pub struct Place {
    pub topic: String,
    pub broker_name: String,
}

/// A dev server has answered.
#[napi(object, object_from_js = false)]
pub struct Told {
    pub id: u32,
    pub text: String,
}

/// A transaction has begun.
#[napi(object, object_from_js = false)]
pub struct Begun {
    pub id: u32,
    pub transaction: u32,
    pub message_id: String,
}

/// Something that was begun is over.
#[napi(object, object_from_js = false)]
pub struct Settled {
    pub id: u32,
    /// Which one of many.
    pub at: u32,
    pub fault: Option<Fault>,
}

struct Draining<'env> {
    env: &'env Env,
    numbers: Vec<f64>,
    ids: Vec<u8>,
    places: Vec<Place>,
    begun: Vec<Begun>,
    answers: Vec<Answer>,
    told: Vec<Told>,
    settled: Vec<Settled>,
    ready: Vec<u32>,
    lines: Vec<Line>,
}

impl<'env> Draining<'env> {
    const fn new(env: &'env Env) -> Self {
        Self {
            env,
            numbers: Vec::new(),
            ids: Vec::new(),
            places: Vec::new(),
            begun: Vec::new(),
            answers: Vec::new(),
            told: Vec::new(),
            settled: Vec::new(),
            ready: Vec::new(),
            lines: Vec::new(),
        }
    }

    fn add(&mut self, event: Event) {
        match event {
            Event::Sent(id, at, sent) => self.sent(id, at, sent),
            Event::Left(id, at, left) => self.settle_one(id, at, left.err()),
            Event::SentMany(id, many) => {
                for (at, sent) in (0..).zip(many) {
                    self.sent(id, at, sent);
                }
            }
            Event::Answered(id, Ok(answer)) => self.answers.push(Answer::new(id, &answer)),
            Event::Answered(id, Err(error)) => self.settle(id, Some(error)),
            Event::Told(id, Ok(text)) => self.told.push(Told { id, text }),
            Event::Told(id, Err(error)) => self.settle(id, Some(error)),
            Event::Done(id, done) => self.settle(id, done.err()),
            Event::Begun(id, transaction, message_id) => self.begun.push(Begun {
                id,
                transaction,
                message_id,
            }),
            Event::Ready(client) => self.ready.push(client),
            Event::Line(line) => self.lines.push(line),
        }
    }

    fn sent(&mut self, id: u32, at: u32, sent: Sent) {
        match sent {
            Ok(result) => {
                let place = self.place(&result) as f64;
                self.numbers.extend([
                    f64::from(id),
                    f64::from(at),
                    f64::from(result.queue_id()),
                    result.queue_offset() as f64,
                    place,
                ]);
                self.ids.extend_from_slice(result.message_id().as_bytes());
            }
            Err(error) => self.settle_one(id, at, Some(error)),
        }
    }

    /// The last one is most likely the same: what was sent together comes together.
    fn place(&mut self, result: &SendResult) -> usize {
        let (topic, broker_name) = (result.topic(), result.broker_name());
        let is_it = |it: &Place| it.topic == topic && it.broker_name == broker_name;
        self.places.iter().rposition(is_it).unwrap_or_else(|| {
            self.places.push(Place {
                topic: topic.to_owned(),
                broker_name: broker_name.to_owned(),
            });
            self.places.len() - 1
        })
    }

    fn settle(&mut self, id: u32, error: Option<Error>) {
        self.settle_one(id, 0, error);
    }

    fn settle_one(&mut self, id: u32, at: u32, error: Option<Error>) {
        let fault = error.map(Fault::from);
        self.settled.push(Settled { id, at, fault });
    }

    fn done(self) -> Result<Drained<'env>> {
        Ok(Drained {
            // Copied: as in a batch.
            numbers: Float64ArraySlice::copy_from(self.env, &self.numbers)?,
            ids: BufferSlice::copy_from(self.env, &self.ids)?,
            places: self.places,
            begun: self.begun,
            answers: self.answers,
            told: self.told,
            settled: self.settled,
            ready: self.ready,
            lines: self.lines,
        })
    }
}
