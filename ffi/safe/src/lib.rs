//! The C ABI called from Rust, once, for both bindings: owned handles, closures as callbacks,
//! errors as `Result`. It is to Python and Node what `onsmq.hpp` is to C++, and the only place
//! where they meet a pointer.

mod abi;
mod consumer;
mod dev_server;
mod error;
mod log;
mod message;
mod openapi;
mod producer;
mod transaction;
mod wake;

pub use consumer::{Action, Consumer, Delivery, Filter};
pub use dev_server::DevServer;
pub use error::{Error, Result, code_names};
pub use log::{LogLevel, log_to, log_to_stderr};
pub use message::{Message, MessageView};
pub use openapi::{Answer, Answered, OpenApi};
pub use producer::{Config, Producer, SendResult, Sent};
pub use transaction::{Check, Transaction, TransactionStatus};
pub use wake::Outbox;

/// The library's version.
#[must_use]
pub fn version() -> &'static str {
    abi::static_text(onsmq_ffi::ons_version())
}

/// Ends every wait inside the library, for good: the process is about to end.
pub fn exit() {
    onsmq_ffi::ons_exit();
}
