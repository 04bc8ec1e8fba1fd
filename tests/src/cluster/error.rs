//! What can go wrong with a cluster, and what to do about it.

use std::io;
use std::time::Duration;

/// Why a cluster, or a command to it, failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A program that is needed is not installed.
    #[error("cannot run `{program}`: install {install} and put it on the PATH")]
    MissingProgram {
        /// The program that was called.
        program: &'static str,
        /// What to install, in a package manager's words.
        install: &'static str,
    },
    /// A program that prepares the jars failed.
    #[error("cannot prepare the jars of {name}: `{program}` failed:\n{output}")]
    Prepare {
        /// What was to be made of them.
        name: &'static str,
        /// The program that failed.
        program: &'static str,
        /// What it printed.
        output: String,
    },
    /// A file, folder, process or socket could not be used.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// No certificate could be made.
    #[error("cannot make the test certificates: {0}")]
    Certificate(#[from] rcgen::Error),
    /// No block of free ports was found.
    #[error("no free block of ports below the ephemeral range: stop other clusters")]
    NoPorts,
    /// A server ended by itself.
    #[error("{name} ended by itself ({status}); its last words:\n{log}")]
    Died {
        /// The server's name.
        name: String,
        /// How it ended.
        status: String,
        /// The end of its log and of its output.
        log: String,
        /// Whether it found one of its ports taken by somebody else.
        port_taken: bool,
    },
    /// The servers did not get ready in time.
    #[error("{missing} after {waited:?}; the last words of the servers:\n{log}")]
    NotReady {
        /// What was still missing.
        missing: String,
        /// How long was waited.
        waited: Duration,
        /// The ends of the servers' logs.
        log: String,
    },
    /// A server answered a request with an error.
    #[error("{address} refused to {what}: code {code}, {remark}")]
    Refused {
        /// The server's address.
        address: String,
        /// What was asked of it.
        what: String,
        /// The response code.
        code: i64,
        /// The response's text.
        remark: String,
    },
    /// The caller asked for something that there is not.
    #[error("{0}")]
    Usage(String),
}

impl Error {
    /// Wraps an I/O error with what was tried: `map_err(Error::io("read the log"))`.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Whether new ports are the remedy.
    pub(super) fn is_port_taken(&self) -> bool {
        matches!(
            self,
            Self::Died {
                port_taken: true,
                ..
            }
        )
    }
}
