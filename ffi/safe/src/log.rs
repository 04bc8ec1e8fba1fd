//! The log.

use std::ffi::c_void;
use std::ptr::null_mut;

use onsmq_ffi::{ons_log_set, ons_view_t};

use crate::Result;
use crate::abi::{self, check, destroy, userdata};

/// How much a line matters; a level includes those above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Error = 1,
    Warn = 2,
    Info = 3,
    Debug = 4,
    Trace = 5,
}

impl From<u32> for LogLevel {
    /// The level of a number; a larger one than there is means everything.
    fn from(number: u32) -> Self {
        match number {
            1 => Self::Error,
            2 => Self::Warn,
            3 => Self::Info,
            4 => Self::Debug,
            _ => Self::Trace,
        }
    }
}

/// Has `line` called with each line of the log from a level up: level, part of the library, text.
/// On any thread; it must not block.
///
/// # Errors
/// [`Error`](crate::Error).
pub fn log_to<F>(level: LogLevel, line: F) -> Result<()>
where
    F: Fn(LogLevel, &str, &str) + Send + Sync + 'static,
{
    unsafe extern "C" fn call<F: Fn(LogLevel, &str, &str)>(
        userdata: *mut c_void,
        level: u32,
        target: ons_view_t,
        text: ons_view_t,
    ) {
        // SAFETY: made below for this `F`, and not destroyed while it may be called.
        let line = unsafe { &*userdata.cast::<F>() };
        // The views live for the time of the call.
        let scope = ();
        line(
            LogLevel::from(level),
            abi::text(target, &scope),
            abi::text(text, &scope),
        );
    }
    check(ons_log_set(
        level as u32,
        Some(call::<F>),
        userdata(line),
        Some(destroy::<F>),
    ))
}

/// Has lines from a level up written to standard error, as at the beginning.
///
/// # Errors
/// [`Error`](crate::Error).
pub fn log_to_stderr(level: LogLevel) -> Result<()> {
    check(ons_log_set(level as u32, None, null_mut(), None))
}
