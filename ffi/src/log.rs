//! Logging: to standard error or a callback, so that a dead broker does not flood either.

use std::collections::HashMap;
use std::ffi::c_void;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::{Layer, registry};

use crate::boundary::{arg, guard, ons_view_t};
use crate::callback::{Callback, Userdata, ons_destroy_fn};
use crate::error::ons_error_t;

/// How much a line of the log matters. A level includes those above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
#[allow(non_camel_case_types, reason = "names of C")]
pub enum ons_log_level_t {
    /// Nothing.
    ONS_LOG_OFF = 0,
    /// Something was lost, or cannot go on.
    ONS_LOG_ERROR = 1,
    /// Something went wrong and is dealt with.
    ONS_LOG_WARN = 2,
    /// What an operator likes to know.
    ONS_LOG_INFO = 3,
    /// What a developer likes to know.
    ONS_LOG_DEBUG = 4,
    /// Everything.
    ONS_LOG_TRACE = 5,
}

/// Called with a line of the log: its level (one of ons_log_level_t), the part of the library that
/// says it, and the text, both for the time of the call. On any thread; it must not block, nor
/// call the library.
pub type ons_log_fn = Option<
    unsafe extern "C" fn(userdata: *mut c_void, level: u32, target: ons_view_t, text: ons_view_t),
>;

type LogCallback = Arc<Callback<unsafe extern "C" fn(*mut c_void, u32, ons_view_t, ons_view_t)>>;

static SINK: Mutex<Option<LogCallback>> = Mutex::new(None);
static LEVEL: AtomicU32 = AtomicU32::new(ons_log_level_t::ONS_LOG_WARN as u32);

/// Sends the log to a callback, from `level` (one of ons_log_level_t) up; to standard error where
/// `callback` is NULL, which is also where warnings and errors go before. Lines of one kind are
/// bounded to ten a minute, and what was left out is counted. Any thread; does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT for a number that is no level.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_log_set(
    level: u32,
    callback: ons_log_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let level = arg((level <= 5).then_some(level), "level")?;
        install();
        let callback = callback.map(|function| Arc::new(Callback::new(function, userdata)));
        let before = std::mem::replace(&mut *SINK.lock(), callback);
        drop(before);
        LEVEL.store(level, Ordering::Relaxed);
        tracing::callsite::rebuild_interest_cache();
        Ok(())
    })
}

/// Takes the log in hand, unless a program in Rust has done so itself.
pub(crate) fn install() {
    let _ = tracing::subscriber::set_global_default(registry().with(Log::default()));
}

const fn number(level: Level) -> u32 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

#[derive(Default)]
struct Log {
    /// By the place in the code that a line comes from.
    kinds: Mutex<HashMap<tracing::callsite::Identifier, Kind>>,
}

/// How often a kind of line came lately.
struct Kind {
    since: Instant,
    written: u32,
    left_out: u32,
}

impl Kind {
    const WINDOW: Duration = Duration::from_secs(60);
    const LIMIT: u32 = 10;

    /// Whether a line is written now, and how many were left out before it.
    fn admit(&mut self, now: Instant) -> Option<u32> {
        if now.duration_since(self.since) >= Self::WINDOW {
            let left_out = self.left_out;
            *self = Self {
                since: now,
                written: 1,
                left_out: 0,
            };
            return Some(left_out);
        }
        if self.written == Self::LIMIT {
            self.left_out += 1;
            return None;
        }
        self.written += 1;
        Some(0)
    }
}

impl Log {
    fn admit(&self, metadata: &Metadata<'_>) -> Option<u32> {
        let now = Instant::now();
        let mut kinds = self.kinds.lock();
        let new = Kind {
            since: now,
            written: 0,
            left_out: 0,
        };
        kinds.entry(metadata.callsite()).or_insert(new).admit(now)
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target().starts_with("onsmq")
            && number(*metadata.level()) <= LEVEL.load(Ordering::Relaxed)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        None
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let Some(left_out) = self.admit(metadata) else {
            return;
        };
        let mut line = Line::default();
        event.record(&mut line);
        if left_out > 0 {
            let _ = write!(
                line.fields,
                " ({left_out} more like this in the last minute)"
            );
        }
        let text = line.message + &line.fields;
        write_line(*metadata.level(), metadata.target(), &text);
    }
}

fn write_line(level: Level, target: &str, text: &str) {
    // Not under the lock: the callback may take its time, or set another one.
    let sink = SINK.lock().clone();
    match sink {
        None => write_to_stderr(&format!("onsmq {level}: {text}\n")),
        Some(sink) => sink.call(|function, userdata| {
            let (target, text) = (ons_view_t::text(Some(target)), ons_view_t::text(Some(text)));
            // SAFETY: the caller gave the function and its userdata for each other.
            unsafe { function(userdata, number(level), target, text) };
        }),
    }
}

/// In one piece: lines of other threads do not come between, and the end of the process does not
/// cut it.
fn write_to_stderr(line: &str) {
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// A line: the message, then the fields.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value}"),
            name => write!(self.fields, " {name}={value}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, Kind};

    #[test]
    fn a_kind_of_line_is_bounded_and_what_was_left_out_is_counted() {
        let start = Instant::now();
        let mut kind = Kind {
            since: start,
            written: 0,
            left_out: 0,
        };
        let written = (0..100).filter_map(|_| kind.admit(start)).count();
        assert_eq!(written, 10);
        assert_eq!(kind.admit(start + Duration::from_secs(59)), None);
        assert_eq!(kind.admit(start + Duration::from_secs(60)), Some(91));
        assert_eq!(kind.admit(start + Duration::from_secs(61)), Some(0));
    }
}
