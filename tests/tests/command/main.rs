//! The command `onsmq`: messages in and out, accounts, exit codes, and its documentation.

mod account;
mod docs;
mod ends;
mod messages;
mod support;
