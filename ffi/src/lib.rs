//! onsmq: the client for Apache RocketMQ and Aliyun MQ, for C.
//!
//! The rules of this header:
//!
//! - Objects are opaque. `ons_x_new` makes one, `ons_x_free` frees it; freeing NULL does nothing.
//!   A NULL where an object is due is an error, not a crash.
//! - A function that can fail returns `ons_error_t *`: NULL is success, anything else is the
//!   caller's, to be freed with `ons_error_free`. Out parameters come last and are written on
//!   success only.
//! - Text and bytes go in as pointer and length, and are copied unless said otherwise; text is
//!   UTF-8. They come out as `ons_view_t`, a view into the object that was asked. Nothing is ended
//!   by a NUL. `ONS_STR("literal")` and `ONS_CSTR(s)` write a pointer and its length.
//! - `const` objects are not changed by a call. Producers and consumers may be used by any threads
//!   at once; configurations and messages that are being made, by one at a time.
//! - A callback is a function, its `userdata` and a `destroy` (or NULL) for that, which is called
//!   exactly once, after the last call of the function, also where the call that takes it fails.
//!   Each callback says on which threads it is called. It must not unwind or longjmp out.
//! - Listeners and checkers run on threads of their own and may block. Completions of sends run on the
//!   library's network threads and must not: calls that wait are refused there.
//! - After a fork, objects made before it are errors (ONS_CODE_FORKED) in the child, which may make
//!   its own; freeing them there is fine.
//! - Within a major version functions are added, never changed.

#![allow(non_camel_case_types, reason = "names of C")]
// The functions of a C API say for each pointer what they need in words of the header.
#![allow(clippy::missing_safety_doc, reason = "see above")]

mod boundary;
mod callback;
mod check;
mod config;
mod consumer;
mod consumer_kind;
mod delivery;
mod dev_server;
mod enums;
mod error;
mod listener_pool;
mod log;
mod message;
mod message_parts;
mod openapi;
mod pace;
mod process_id;
mod producer;
mod producer_kind;
mod runtime;
mod send_result;
mod text;
mod transaction;
mod version;

pub use boundary::ons_view_t;
pub use callback::ons_destroy_fn;
pub use check::*;
pub use config::*;
pub use consumer::*;
pub use delivery::*;
pub use dev_server::*;
pub use enums::*;
pub use error::*;
pub use log::{ons_log_fn, ons_log_level_t, ons_log_set};
pub use message::*;
pub use message_parts::*;
pub use openapi::*;
pub use producer::*;
pub use runtime::ons_exit;
pub use send_result::*;
pub use text::*;
pub use transaction::*;
pub use version::*;
