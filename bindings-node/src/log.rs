//! The library's log in JavaScript's hands.

use std::sync::atomic::{AtomicU32, Ordering};

use napi::{Env, Result};
use napi_derive::napi;
use onsmq_ffi_safe::{LogLevel, log_to, log_to_stderr};

use crate::fault::{Fault, fault};
use crate::host::{Event, Host};

/// A line of the log.
#[napi(object, object_from_js = false)]
pub struct Line {
    pub level: u32,
    pub target: String,
    pub text: String,
}

/// Who has the log, by turns: the thread that took it last.
static TURN: AtomicU32 = AtomicU32::new(0);

fn level(number: u32) -> LogLevel {
    match number {
        1 => LogLevel::Error,
        2 => LogLevel::Warn,
        3 => LogLevel::Info,
        4 => LogLevel::Debug,
        _ => LogLevel::Trace,
    }
}

/// Has the lines come to this event loop, until it ends or another one takes them.
#[napi]
pub fn take_log(env: &Env, host: &Host, from: u32) -> Result<Option<Fault>> {
    let turn = TURN.fetch_add(1, Ordering::Relaxed) + 1;
    env.add_env_cleanup_hook(turn, |turn| {
        if TURN.load(Ordering::Relaxed) == turn {
            let _ = log_to_stderr(LogLevel::Warn);
        }
    })?;
    let outbox = host.outbox();
    Ok(fault(log_to(level(from), move |level, target, text| {
        outbox.push(Event::Line(Line {
            level: level as u32,
            target: target.to_owned(),
            text: text.to_owned(),
        }));
    })))
}

/// Has the lines go to standard error, as at the beginning.
#[napi]
pub fn release_log(from: u32) -> Option<Fault> {
    TURN.fetch_add(1, Ordering::Relaxed);
    fault(log_to_stderr(level(from)))
}
