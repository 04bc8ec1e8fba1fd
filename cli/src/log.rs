//! What the library logs, on standard error. It tells no secret, at no level.

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Shows warnings, and with each `-v` more.
pub(crate) fn show(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false);
    let ours = Targets::new()
        .with_target("onsmq", level)
        .with_target("onsmq_devserver", level);
    // Whoever embeds the command may have a log of its own.
    let _ = tracing_subscriber::registry()
        .with(lines.with_filter(ours))
        .try_init();
}
