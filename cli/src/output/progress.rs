//! How far long work is, on standard error where that is a terminal.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What takes less is not long.
const LONG: Duration = Duration::from_secs(1);

/// A bar, once the work is long.
pub(crate) struct Progress {
    bar: ProgressBar,
    begin: Instant,
    sent: u64,
    is_shown: bool,
}

impl Progress {
    /// Of so many bytes, or of nobody knows how many.
    pub(crate) fn new(length: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        let template = match length {
            Some(_) => "{bar:30} {percent:>3}% {msg}, {eta} left",
            None => "{spinner} {msg}",
        };
        // A template that is wrong leaves the usual one.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            begin: Instant::now(),
            sent: 0,
            is_shown: false,
        }
    }

    /// A message more was sent, for which so much of the input was read.
    pub(crate) fn sent(&mut self, length: u64) {
        self.sent += 1;
        self.bar.inc(length);
        let elapsed = self.begin.elapsed();
        if !self.is_shown && elapsed > LONG && io::stderr().is_terminal() {
            self.is_shown = true;
            self.bar
                .set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        }
        if self.is_shown {
            let each_second = (self.sent as f64 / elapsed.as_secs_f64()).round();
            self.bar
                .set_message(format!("{} sent, {each_second}/s", self.sent));
        }
    }

    /// Does something that writes, with the bar out of its way.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match self.is_shown {
            true => self.bar.suspend(write),
            false => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
