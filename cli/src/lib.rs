//! The command `onsmq`: [`main`] is all of it, from its arguments to its exit code.

#![forbid(unsafe_code)]

mod account;
mod args;
mod cmd;
mod exit;
mod flag;
mod input;
mod log;
mod output;
mod profile;
mod run;
mod secret;
mod signals;
mod times;

pub use run::main;
