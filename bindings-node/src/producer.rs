//! Producers.

use napi::Result;
use napi::bindgen_prelude::Either;
use napi_derive::napi;
use onsmq_ffi_safe as onsmq;
use onsmq_ffi_safe::{Check, Message, Outbox};
use slab::Slab;

use crate::background::{self, Handle};
use crate::config::{Pairs, config};
use crate::fault::{Fault, fault};
use crate::host::{Event, Host};
use crate::parcel::Parcel;
use crate::transaction::{Transactions, checker};

/// Sends messages. What is begun with a number ends as an event with that number; that brokers ask
/// for outcomes of transactions is an event with the producer's own.
#[napi]
pub struct Producer {
    pub(crate) handle: Handle<onsmq::Producer>,
    pub(crate) outbox: Outbox<Event>,
    pub(crate) transactions: Handle<Transactions>,
    /// The checks that JavaScript has in hand.
    pub(crate) asked: Slab<Check>,
}

/// What a producer sends, and how.
#[napi(string_enum = "lowercase")]
pub enum ProducerKind {
    Normal,
    Ordered,
    Transactional,
}

/// Makes a producer of names and values by turns.
#[napi]
#[must_use]
pub fn make_producer(
    host: &Host,
    number: u32,
    kind: ProducerKind,
    pairs: Pairs,
) -> Either<Producer, Fault> {
    let transactions = Handle::new(Transactions::default());
    let made = config(&pairs).and_then(|config| match kind {
        ProducerKind::Normal => onsmq::Producer::new(&config),
        ProducerKind::Ordered => onsmq::Producer::ordered(&config),
        ProducerKind::Transactional => {
            onsmq::Producer::transactional(&config, checker(host, number, &transactions))
        }
    });
    match made {
        Ok(producer) => Either::A(Producer {
            handle: Handle::new(producer),
            outbox: host.outbox(),
            transactions,
            asked: Slab::new(),
        }),
        Err(error) => Either::B(error.into()),
    }
}

#[napi]
impl Producer {
    #[napi]
    pub fn start(&self, id: u32) -> Result<()> {
        self.background(id, onsmq::Producer::start)
    }

    #[napi]
    pub fn shutdown(&self, id: u32) -> Result<()> {
        self.background(id, onsmq::Producer::shutdown)
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

    /// Sends each message on its own. Which one of the parcel it was is part of the event.
    #[napi]
    pub fn send(&self, id: u32, parcel: Parcel<'_>) {
        for (at, message) in (0..).zip(parcel.messages()) {
            let outbox = self.outbox.clone();
            let done = move |sent| outbox.push(Event::Sent(id, at, sent));
            let begun = message.and_then(|message| self.handle.send_async(&message, done));
            if let Err(error) = begun {
                self.outbox.push(Event::Sent(id, at, Err(error)));
            }
        }
    }

    /// The same without waiting for the brokers.
    #[napi]
    pub fn send_oneway(&self, id: u32, parcel: Parcel<'_>) {
        for (at, message) in (0..).zip(parcel.messages()) {
            let outbox = self.outbox.clone();
            let done = move |left| outbox.push(Event::Left(id, at, left));
            let begun = message.and_then(|message| self.handle.send_oneway_async(&message, done));
            if let Err(error) = begun {
                self.outbox.push(Event::Left(id, at, Err(error)));
            }
        }
    }

    #[napi]
    pub fn send_many(&self, id: u32, parcel: Parcel<'_>) -> Option<Fault> {
        let messages: onsmq::Result<Vec<_>> = parcel.messages().collect();
        fault(messages.and_then(|messages| {
            let outbox = self.outbox.clone();
            let messages: Vec<&Message> = messages.iter().collect();
            let done = move |sent| outbox.push(Event::SentMany(id, sent));
            self.handle.send_many_async(&messages, done)
        }))
    }

    fn background(&self, id: u32, call: fn(&onsmq::Producer) -> onsmq::Result<()>) -> Result<()> {
        let (handle, outbox) = (self.handle.share(), self.outbox.clone());
        background::spawn(move || outbox.push(Event::Done(id, call(&handle))))
    }
}
