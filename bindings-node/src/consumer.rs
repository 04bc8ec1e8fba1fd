//! Consumers.

use std::time::Duration;

use napi::bindgen_prelude::Either;
use napi::{Env, Result};
use napi_derive::napi;
use onsmq_ffi_safe as onsmq;
use onsmq_ffi_safe::{Action, Config, Delivery, Filter, Outbox};
use slab::Slab;

use crate::background::{self, Handle};
use crate::batch::Batch;
use crate::config::{Pairs, config};
use crate::fault::{Fault, fault};
use crate::host::{Event, Host};

/// Consumes messages. What is begun with a number ends as an event with that number; that messages
/// wait is an event with the consumer's own.
#[napi]
pub struct Consumer {
    handle: Handle<onsmq::Consumer>,
    outbox: Outbox<Event>,
    number: u32,
    /// What JavaScript has in hand.
    deliveries: Slab<Delivery>,
}

/// What a consumer's deliveries are, and when the next one comes.
#[napi(string_enum = "lowercase")]
pub enum ConsumerKind {
    Normal,
    Ordered,
    Batch,
}

impl ConsumerKind {
    const fn maker(&self) -> fn(&Config) -> onsmq::Result<onsmq::Consumer> {
        match self {
            Self::Normal => onsmq::Consumer::new,
            Self::Ordered => onsmq::Consumer::ordered,
            Self::Batch => onsmq::Consumer::batch,
        }
    }
}

/// Makes a consumer of names and values by turns.
#[napi]
#[must_use]
pub fn make_consumer(
    host: &Host,
    number: u32,
    kind: ConsumerKind,
    pairs: Pairs,
) -> Either<Consumer, Fault> {
    match config(&pairs).and_then(|config| kind.maker()(&config)) {
        Ok(consumer) => Either::A(Consumer {
            handle: Handle::new(consumer),
            outbox: host.outbox(),
            number,
            deliveries: Slab::new(),
        }),
        Err(error) => Either::B(error.into()),
    }
}

#[napi]
impl Consumer {
    #[napi]
    pub fn subscribe(&self, topic: String, expression: String) -> Option<Fault> {
        fault(self.handle.subscribe(&topic, Filter::Tags(&expression)))
    }

    #[napi]
    pub fn subscribe_sql(&self, topic: String, sql: String) -> Option<Fault> {
        fault(self.handle.subscribe(&topic, Filter::Sql92(&sql)))
    }

    #[napi]
    pub fn unsubscribe(&self, topic: String) -> Option<Fault> {
        fault(self.handle.unsubscribe(&topic))
    }

    #[napi]
    pub fn start(&self, id: u32) -> Result<Option<Fault>> {
        let (outbox, number) = (self.outbox.clone(), self.number);
        let ready = move || outbox.push(Event::Ready(number));
        if let Err(error) = self.handle.on_ready(ready) {
            return Ok(Some(error.into()));
        }
        self.background(id, onsmq::Consumer::start).map(|()| None)
    }

    #[napi]
    pub fn shutdown(&self, id: u32) -> Result<()> {
        self.background(id, onsmq::Consumer::shutdown)
    }

    #[napi]
    #[allow(clippy::needless_pass_by_value, reason = "napi gives strings")]
    pub fn set_credentials(
        &self,
        access_key: String,
        secret_key: String,
        security_token: Option<String>,
    ) -> Option<Fault> {
        let token = security_token.as_deref();
        fault(self.handle.set_credentials(&access_key, &secret_key, token))
    }

    #[napi(getter)]
    #[must_use]
    pub fn is_started(&self) -> bool {
        self.handle.is_started()
    }

    #[napi(getter)]
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.handle.is_closed()
    }

    /// Most listener calls at once.
    #[napi(getter)]
    #[must_use]
    pub fn most_calls(&self) -> u32 {
        u32::try_from(self.handle.thread_nums()).unwrap_or(u32::MAX)
    }

    /// Takes up to `most` deliveries of one topic, or nothing where none wait.
    #[napi]
    pub fn receive<'env>(&mut self, env: &'env Env, most: u32) -> Result<Option<Batch<'env>>> {
        let received = self.handle.receive(most as usize, Some(Duration::ZERO));
        // An error means that the consumer is of no use any more: nothing will wait again.
        let deliveries = received.unwrap_or_default();
        if deliveries.is_empty() {
            return Ok(None);
        }
        Batch::of(env, deliveries, &mut self.deliveries).map(Some)
    }

    /// Says what becomes of a message, or of a list.
    #[napi]
    pub fn complete(&mut self, delivery: u32, is_done: bool) {
        let action = match is_done {
            true => Action::CommitMessage,
            false => Action::ReconsumeLater,
        };
        if let Some(delivery) = self.deliveries.try_remove(delivery as usize) {
            let _ = delivery.complete(action);
        }
    }

    fn background(&self, id: u32, call: fn(&onsmq::Consumer) -> onsmq::Result<()>) -> Result<()> {
        let (handle, outbox) = (self.handle.share(), self.outbox.clone());
        background::spawn(move || outbox.push(Event::Done(id, call(&handle))))
    }
}
