//! The command `onsmq`, which is built beside the tests.

use std::process::{Command, Output};

use crate::native::build_folder;

/// The command, in an environment that tells it nothing.
///
/// # Panics
/// Where it is not built.
#[must_use]
pub fn onsmq() -> Command {
    let program = build_folder().join("onsmq");
    assert!(
        program.exists(),
        "{} is not there: cargo build -p onsmq-cli",
        program.display()
    );
    let mut command = Command::new(program);
    command.env_clear().env("TZ", "UTC");
    command
}

/// What it wrote, and its exit code.
#[derive(Debug)]
pub struct Told {
    /// Its exit code; -1 where it was killed.
    pub code: i32,
    /// What it wrote on standard output.
    pub out: String,
    /// What it wrote on standard error.
    pub err: String,
}

impl Told {
    /// Standard error on one line.
    #[must_use]
    pub fn words(&self) -> String {
        self.err.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Runs it to its end.
///
/// # Panics
/// Where it does not start, or writes what is not UTF-8.
pub fn told(command: &mut Command) -> Told {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    output.into()
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}
