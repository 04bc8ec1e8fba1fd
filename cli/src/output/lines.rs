//! Standard output, line by line.

use std::io::{self, ErrorKind, StdoutLock, Write};

use crate::exit::{Failure, Result};

/// Standard output. Each write has left this process when it returns.
pub(crate) struct Lines(io::Stdout);

/// Whether somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Written {
    All,
    /// The pipe is closed at its other end: there is nothing more to do.
    NobodyReads,
}

impl Lines {
    pub(crate) fn new() -> Self {
        Self(io::stdout())
    }

    /// Writes text and a line feed; nothing for no text.
    pub(crate) fn write(&mut self, text: &str) -> Result<Written> {
        match text.is_empty() {
            true => Ok(Written::All),
            false => self.write_with(|out| writeln!(out, "{text}")),
        }
    }

    /// Has something written, and flushes it.
    pub(crate) fn write_with(
        &mut self,
        write: impl FnOnce(&mut StdoutLock<'_>) -> io::Result<()>,
    ) -> Result<Written> {
        let mut out = self.0.lock();
        match write(&mut out).and_then(|()| out.flush()) {
            Ok(()) => Ok(Written::All),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Written::NobodyReads),
            Err(error) => Err(Failure::io("standard output", &error)),
        }
    }
}
