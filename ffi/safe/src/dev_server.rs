//! The dev server.

use onsmq_ffi::{
    ons_dev_server_console_url, ons_dev_server_control, ons_dev_server_create_topic,
    ons_dev_server_namesrv_addr, ons_dev_server_start, ons_dev_server_t, ons_text_view,
};

use crate::abi::{self, check, str_parts};
use crate::{Config, Result};

/// A name server and brokers in this process. Dropped, it stops.
#[derive(Debug)]
pub struct DevServer(Box<ons_dev_server_t>);

impl DevServer {
    /// Starts one, and waits until it listens.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn start(options: &Config) -> Result<Self> {
        abi::out(|out| ons_dev_server_start(Some(&options.0), out)).map(Self)
    }

    /// What clients take as NAMESRV_ADDR.
    #[must_use]
    pub fn namesrv_addr(&self) -> &str {
        abi::text(ons_dev_server_namesrv_addr(Some(&self.0)), self)
    }

    /// Its console: the Open API's `Endpoint`, and a page for browsers.
    #[must_use]
    pub fn console_url(&self) -> &str {
        abi::text(ons_dev_server_console_url(Some(&self.0)), self)
    }

    /// # Errors
    /// [`Error`](crate::Error).
    pub fn create_topic(&self, topic: &str, queues: u32) -> Result<()> {
        let (topic, len) = str_parts(topic);
        // SAFETY: the pointer is to as many bytes as said.
        check(unsafe { ons_dev_server_create_topic(Some(&self.0), topic, len, queues) })
    }

    /// Does what a JSON text asks for, and gives its answer, in JSON as well.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn control(&self, command: &str) -> Result<String> {
        let (command, len) = str_parts(command);
        let answer = abi::out(|out| {
            // SAFETY: the pointer is to as many bytes as said.
            unsafe { ons_dev_server_control(Some(&self.0), command, len, out) }
        })?;
        Ok(abi::text(ons_text_view(Some(&answer)), &answer).to_owned())
    }
}
