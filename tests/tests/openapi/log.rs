//! All that this process logs, by `tracing` and by `log`.

use std::io::Write;
use std::sync::OnceLock;

use parking_lot::Mutex;
use tracing_subscriber::filter::LevelFilter;

static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        WRITTEN.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl log::Log for Sink {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        WRITTEN.lock().extend_from_slice(line.as_bytes());
    }

    fn flush(&self) {}
}

/// Keeps everything from now on, down to the last detail.
pub(crate) fn keep() {
    static KEPT: OnceLock<()> = OnceLock::new();
    KEPT.get_or_init(|| {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(|| Sink)
            .init();
        log::set_boxed_logger(Box::new(Sink)).expect("no other logger");
        log::set_max_level(log::LevelFilter::Trace);
    });
}

/// What was logged.
pub(crate) fn kept() -> String {
    String::from_utf8_lossy(&WRITTEN.lock()).into_owned()
}
