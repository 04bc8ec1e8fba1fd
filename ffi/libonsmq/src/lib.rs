//! What is linked: the C ABI of `onsmq-ffi`, whose functions are exported as they are.
//!
//! It is a crate of its own since the bindings take the same functions in as an rlib, where a
//! shared library beside it would only cost build time, and since the library's name is the one
//! of core's crate.

pub use onsmq_ffi::*;
