//! onsmq for Node.js: the native half. `lib/` is the other one, and the only user of this.
//!
//! Nothing here waits on the event loop's thread, and nothing calls JavaScript but the one wake-up
//! of a [`host::Host`], which then takes all that has come.

#![deny(unsafe_code)]
#![cfg_attr(
    test,
    allow(dead_code, reason = "#[napi] exports nothing from a test build")
)]
#![allow(
    unnameable_types,
    unreachable_pub,
    reason = "what JavaScript sees must be pub, and Rust sees none of it"
)]

mod background;
mod batch;
mod config;
mod consumer;
mod dev_server;
mod fault;
mod host;
mod log;
mod openapi;
mod parcel;
mod producer;
mod transaction;

use napi_derive::napi;

/// The version of the library.
#[napi]
#[must_use]
pub fn version() -> &'static str {
    onsmq_ffi_safe::version()
}
