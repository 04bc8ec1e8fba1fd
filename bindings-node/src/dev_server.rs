//! The dev server.

use std::sync::Arc;

use napi::Result;
use napi_derive::napi;
use onsmq_ffi_safe as onsmq;
use onsmq_ffi_safe::Outbox;
use parking_lot::Mutex;

use crate::background;
use crate::config::{Pairs, config};
use crate::fault::{Fault, fault};
use crate::host::{Event, Host};

/// A name server and brokers in this process.
#[napi]
pub struct DevServer {
    server: Arc<Mutex<Option<Arc<onsmq::DevServer>>>>,
    outbox: Outbox<Event>,
}

#[napi]
impl DevServer {
    #[napi(constructor)]
    #[must_use]
    pub fn new(host: &Host) -> Self {
        Self {
            server: Arc::default(),
            outbox: host.outbox(),
        }
    }

    /// `options` are names and values by turns.
    #[napi]
    pub fn start(&self, id: u32, options: Pairs) -> Result<()> {
        let (slot, outbox) = (Arc::clone(&self.server), self.outbox.clone());
        background::spawn(move || {
            let started = config(&options).and_then(|options| onsmq::DevServer::start(&options));
            let started = started.map(|server| drop(slot.lock().replace(Arc::new(server))));
            outbox.push(Event::Done(id, started));
        })
    }

    #[napi(getter)]
    #[must_use]
    pub fn namesrv_addr(&self) -> Option<String> {
        let server = self.server.lock();
        server
            .as_ref()
            .map(|server| server.namesrv_addr().to_owned())
    }

    /// Nothing happens once it was stopped.
    #[napi]
    pub fn create_topic(&self, topic: String, queues: u32) -> Option<Fault> {
        let server = self.server.lock();
        fault(server.as_ref()?.create_topic(&topic, queues))
    }

    /// Takes and gives JSON; no text once it was stopped.
    #[napi]
    pub fn control(&self, id: u32, command: String) -> Result<()> {
        let (server, outbox) = (self.server.lock().clone(), self.outbox.clone());
        background::spawn(move || {
            let answer = server.map(|server| server.control(&command));
            outbox.push(Event::Told(id, answer.unwrap_or_else(|| Ok(String::new()))));
        })
    }

    #[napi]
    pub fn stop(&self, id: u32) -> Result<()> {
        let (server, outbox) = (self.server.lock().take(), self.outbox.clone());
        background::spawn(move || {
            drop(server);
            outbox.push(Event::Done(id, Ok(())));
        })
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        // Stopping waits until ports are closed.
        if let Some(server) = self.server.lock().take() {
            background::let_go(server);
        }
    }
}
