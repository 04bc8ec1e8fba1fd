//! `ons_dev_server_t`.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;

use onsmq::{Config, Error, ErrorKind, Result};
use onsmq_devserver::{Builder, DevServer};

use crate::boundary::{arg, guard, guard_or, ons_view_t, put, text};
use crate::config::ons_config_t;
use crate::error::ons_error_t;
use crate::runtime::{Process, is_runtime_thread};
use crate::text::ons_text_t;

/// A name server and brokers in this process and in memory, for first steps and for tests. Any
/// threads at once.
#[derive(Debug)]
pub struct ons_dev_server_t {
    namesrv_addr: String,
    console_url: String,
    server: Option<DevServer>,
    process: Arc<Process>,
}

/// Starts a dev server on ports of the system's choice, on loopback. Waits until it listens.
///
/// `options` may be NULL, or hold:
/// `brokers` (1 to 64; default 1), `queues` (of a topic that is made on its first message, 1 to
/// 1024; default 8), `auto_create_topics` (default true);
/// `retry_delay_millis` (how long a failed message waits before it comes again; default: the
/// brokers' schedule, 10 s, 30 s, 1 m and so on), `check_back_delay_millis` (how long a half message
/// waits before its producer is asked; default 6 s, then 30 s), `lock_life_millis` (how long a
/// queue stays locked for an ordered consumer; default 60 s), `speed` (how many times as fast time
/// passes for messages that wait; default 1);
/// `tls` (whether it speaks TLS as well; default false; the command "info" tells the file with what
/// clients have to trust);
/// `accounts` (a JSON array; default none, and no access control): docs/dev-server.md says what is
/// in it.
///
/// # Errors
/// ONS_CODE_CONFIGURATION; ONS_CODE_INVALID_STATE in a callback that must not block;
/// ONS_CODE_INTERNAL where the system gives no port.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_dev_server_start(
    options: Option<&ons_config_t>,
    out: Option<&mut MaybeUninit<Box<ons_dev_server_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let out = arg(out, "out")?;
        let builder = match options {
            Some(options) => configured(&options.0)?,
            None => DevServer::builder(),
        };
        let process = Process::current()?;
        let server = process.block_on(builder.start())?.map_err(|error| {
            Error::new(
                ErrorKind::Internal,
                format!("the dev server does not start: {error}"),
            )
        })?;
        let namesrv_addr = server.namesrv_addr();
        let console_url = server.console_url().unwrap_or_default();
        put(
            out,
            Box::new(ons_dev_server_t {
                namesrv_addr,
                console_url,
                server: Some(server),
                process,
            }),
        );
        Ok(())
    })
}

fn configured(options: &Config) -> Result<Builder> {
    options
        .iter()
        .try_fold(DevServer::builder(), |builder, (key, value)| {
            builder.option(key, value)
        })
        .map_err(|error| Error::new(ErrorKind::Configuration, error.to_string()))
}

/// What clients take as NAMESRV_ADDR. Lives as long as the server.
#[unsafe(no_mangle)]
pub extern "C" fn ons_dev_server_namesrv_addr(server: Option<&ons_dev_server_t>) -> ons_view_t {
    ons_view_t::text(server.map(|server| server.namesrv_addr.as_str()))
}

/// The server's console, `http://127.0.0.1:port`: a client of the Open API takes it as Endpoint, and
/// a browser shows a page there. Empty where there is none. Lives as long as the server.
#[unsafe(no_mangle)]
pub extern "C" fn ons_dev_server_console_url(server: Option<&ons_dev_server_t>) -> ons_view_t {
    ons_view_t::text(server.map(|server| server.console_url.as_str()))
}

/// Makes a topic with so many queues at each broker. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT.
///
/// # Safety
/// `topic` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_dev_server_create_topic(
    server: Option<&ons_dev_server_t>,
    topic: *const c_char,
    topic_len: usize,
    queues: u32,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let this = arg(server, "server")?;
        this.process.check()?;
        // SAFETY: as this function requires.
        let topic = unsafe { text(topic, topic_len, "topic") }?;
        let server = arg(this.server.as_ref(), "server")?;
        arg((1..=1024).contains(&queues).then_some(()), "queues")?;
        server.create_topic(topic, queues).map_err(|error| {
            Error::new(
                ErrorKind::InvalidArgument,
                format!("topic `{topic}`: {error}"),
            )
        })
    })
}

/// Asks for one thing by a JSON text, and answers in JSON: faults on purpose, counters of what was
/// received, brokers that are killed and started again. docs/dev-server.md lists the commands, such
/// as `{"add_fault": {"code": "SEND", "count": 1, "fault": "drop_answer"}}`. Waits where a broker is
/// killed or started. `out`, if not NULL, gets the answer.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT where the text is no command, or the command cannot be done;
/// ONS_CODE_INVALID_STATE in a callback that must not block.
///
/// # Safety
/// `command` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_dev_server_control(
    server: Option<&ons_dev_server_t>,
    command: *const c_char,
    command_len: usize,
    out: Option<&mut MaybeUninit<Box<ons_text_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let this = arg(server, "server")?;
        // SAFETY: as this function requires.
        let command = unsafe { text(command, command_len, "command") }?;
        let server = arg(this.server.as_ref(), "server")?;
        let answer = this.process.block_on(server.control(command))?;
        let answer =
            answer.map_err(|error| Error::new(ErrorKind::InvalidArgument, error.to_string()))?;
        if let Some(out) = out {
            put(out, Box::new(ons_text_t(answer)));
        }
        Ok(())
    })
}

/// Stops a server and frees it; waits until its ports are closed, except in a callback that must
/// not block. NULL: nothing happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_dev_server_free(server: Option<Box<ons_dev_server_t>>) {
    guard_or((), || drop(server));
}

impl Drop for ons_dev_server_t {
    fn drop(&mut self) {
        let Some(server) = self.server.take() else {
            return;
        };
        if !self.process.is_own() {
            // Its tasks are the parent's.
            std::mem::forget(server);
        } else if is_runtime_thread() {
            drop(server);
        } else {
            let _ = self.process.block_on(server.shutdown());
        }
    }
}
