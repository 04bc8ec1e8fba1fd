//! How the command ends: what scripts decide by.

use std::fmt;
use std::io;

use onsmq::{Error, ErrorKind};

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    Failed = 1,
    Misused = 2,
    Refused = 3,
    Unreachable = 4,
    Unknown = 5,
    Partial = 6,
    Interrupted = 130,
}

impl Exit {
    /// What each means; help, the manual and `docs/command.md` say the same.
    const MEANINGS: [(Self, &'static str); 8] = [
        (Self::Done, "done"),
        (
            Self::Failed,
            "failed in another way, such as a file that is not there",
        ),
        (
            Self::Misused,
            "wrong arguments, properties or profile: nothing was sent",
        ),
        (
            Self::Refused,
            "refused by the console or a broker, or no such topic",
        ),
        (
            Self::Unreachable,
            "nobody answers there, or not in TLS: nothing was sent",
        ),
        (
            Self::Unknown,
            "no answer came in time: it may have been carried out",
        ),
        (Self::Partial, "some of it was done, and some was not"),
        (Self::Interrupted, "interrupted before it was done"),
    ];

    pub(crate) fn meanings() -> impl Iterator<Item = (u8, &'static str)> {
        Self::MEANINGS
            .iter()
            .map(|(exit, text)| (*exit as u8, *text))
    }

    /// The end of `--help`.
    pub(crate) fn help() -> String {
        let lines = Self::meanings().map(|(code, text)| format!("\n  {code:>3}  {text}"));
        format!("Exit codes:{}", lines.collect::<String>())
    }

    pub(crate) const fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Configuration | ErrorKind::InvalidArgument => Self::Misused,
            ErrorKind::IllegalMessage
            | ErrorKind::NoRoute
            | ErrorKind::BrokerRefused
            | ErrorKind::NoPermission
            | ErrorKind::FlowControl
            | ErrorKind::OpenApiRefused => Self::Refused,
            ErrorKind::NameServerUnreachable | ErrorKind::ConnectFailed | ErrorKind::Tls => {
                Self::Unreachable
            }
            ErrorKind::ConnectionLost | ErrorKind::Timeout => Self::Unknown,
            _ => Self::Failed,
        }
    }
}

/// Why it is not [`Exit::Done`].
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) reason: Reason,
}

/// What is said of a failure.
#[derive(Debug)]
pub(crate) enum Reason {
    /// The library says it.
    Library(Error),
    /// Words.
    Text(String),
    /// It was said already, or there is nobody to say it to.
    Said,
}

impl Failure {
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        let reason = Reason::Text(text.into());
        Self { exit, reason }
    }

    pub(crate) fn misused(text: impl Into<String>) -> Self {
        Self::new(Exit::Misused, text)
    }

    pub(crate) const fn said(exit: Exit) -> Self {
        let reason = Reason::Said;
        Self { exit, reason }
    }

    /// An error of a file or the like.
    pub(crate) fn io(doing: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(Exit::Failed, format!("{doing}: {error}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            exit: Exit::of(error.kind()),
            reason: Reason::Library(error),
        }
    }
}

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;
