//! The command `onsmq`: messages in and out, accounts, exit codes, and its documentation.

mod account;
#[cfg(target_os = "linux")]
mod crowd;
mod data;
mod deaf;
mod docs;
mod ends;
mod messages;
#[cfg(unix)]
mod progress;
mod support;
