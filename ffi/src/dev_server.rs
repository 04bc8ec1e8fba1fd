//! `ons_dev_server_t`.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::Duration;

use onsmq::{Config, Error, ErrorKind, Result};
use onsmq_devserver::{Builder, DevServer};

use crate::boundary::{arg, guard, guard_or, ons_view_t, put, text};
use crate::config::ons_config_t;
use crate::error::ons_error_t;
use crate::runtime::{Process, is_runtime_thread};

/// A name server and brokers in this process and in memory, for first steps and for tests. Any
/// threads at once.
#[derive(Debug)]
pub struct ons_dev_server_t {
    namesrv_addr: String,
    server: Option<DevServer>,
    process: Arc<Process>,
}

/// Starts a dev server on ports of the system's choice, on loopback. Waits until it listens.
///
/// `options` may be NULL, or hold: `brokers` (1 to 64; default 1), `queues` (of a topic that is
/// made on its first message, 1 to 1024; default 8), `auto_create_topics` (default true),
/// `retry_delay_millis` (how long a failed message waits before it comes again; default: the
/// brokers' schedule, 10 s, 30 s, 1 m and so on).
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
        put(
            out,
            Box::new(ons_dev_server_t {
                namesrv_addr,
                server: Some(server),
                process,
            }),
        );
        Ok(())
    })
}

fn configured(options: &Config) -> Result<Builder> {
    let mut builder = DevServer::builder();
    for (key, value) in options.iter() {
        let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        builder = match plain.to_ascii_lowercase().as_str() {
            "brokers" => builder.brokers(number(key, value, 1, 64)?),
            "queues" => builder.queues(number(key, value, 1, 1024)?),
            "autocreatetopics" => builder.auto_create_topics(
                value
                    .parse()
                    .map_err(|_| unfit(key, value, "true or false"))?,
            ),
            "retrydelaymillis" => {
                builder.retry_delay(Duration::from_millis(number(key, value, 0, 86_400_000)?))
            }
            _ => {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    format!(
                        "the dev server has no option `{key}`: brokers, queues, auto_create_topics \
                         and retry_delay_millis are there"
                    ),
                ));
            }
        };
    }
    Ok(builder)
}

fn number<T: TryFrom<u64>>(key: &str, value: &str, min: u64, max: u64) -> Result<T> {
    let number = value
        .parse()
        .ok()
        .filter(|number| (min..=max).contains(number));
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| unfit(key, value, &format!("a whole number from {min} to {max}")))
}

fn unfit(key: &str, value: &str, allowed: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("option {key} has the value `{value}`: {allowed} is allowed"),
    )
}

/// What clients take as NAMESRV_ADDR. Lives as long as the server.
#[unsafe(no_mangle)]
pub extern "C" fn ons_dev_server_namesrv_addr(server: Option<&ons_dev_server_t>) -> ons_view_t {
    ons_view_t::text(server.map(|server| server.namesrv_addr.as_str()))
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
