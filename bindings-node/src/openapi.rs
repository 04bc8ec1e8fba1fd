//! The Open API.

use napi::bindgen_prelude::Either;
use napi_derive::napi;
use onsmq_ffi_safe as onsmq;
use onsmq_ffi_safe::Outbox;

use crate::background::Handle;
use crate::config::{Pairs, config, pairs};
use crate::fault::{Fault, fault};
use crate::host::{Event, Host};

/// Asks a console. What is begun with a number ends as an event with that number.
#[napi]
pub struct OpenApi {
    handle: Handle<onsmq::OpenApi>,
    outbox: Outbox<Event>,
}

/// Makes a client of names and values by turns.
#[napi]
#[must_use]
pub fn make_open_api(host: &Host, pairs: Pairs) -> Either<OpenApi, Fault> {
    match config(&pairs).and_then(|config| onsmq::OpenApi::new(&config)) {
        Ok(client) => Either::A(OpenApi {
            handle: Handle::new(client),
            outbox: host.outbox(),
        }),
        Err(error) => Either::B(error.into()),
    }
}

#[napi]
impl OpenApi {
    /// Asks for an operation, with the names and values of its parameters by turns.
    #[napi]
    pub fn call(&self, id: u32, operation: String, parameters: Pairs) -> Option<Fault> {
        let outbox = self.outbox.clone();
        let parameters: Vec<_> = pairs(&parameters).collect();
        let done = move |answered| outbox.push(Event::Answered(id, answered));
        fault(self.handle.call_async(&operation, &parameters, done))
    }
}

/// What a console answered to what was begun with a number.
#[napi(object, object_from_js = false)]
pub struct Answer {
    pub id: u32,
    /// JSON.
    pub data: String,
    pub message: String,
    pub request_id: Option<String>,
    pub total: i64,
    pub current_page: i64,
    pub page_size: i64,
    pub next_page: Option<i64>,
}

impl Answer {
    pub(crate) fn new(id: u32, answer: &onsmq::Answer) -> Self {
        Self {
            id,
            data: answer.data().to_owned(),
            message: answer.message().to_owned(),
            request_id: answer.request_id().map(ToOwned::to_owned),
            total: answer.total(),
            current_page: answer.current_page(),
            page_size: answer.page_size(),
            next_page: answer.next_page(),
        }
    }
}
