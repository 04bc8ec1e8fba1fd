//! The remoting protocol of Apache RocketMQ without I/O: bytes to commands and back, messages,
//! JSON bodies, ids, signatures, and the state machines that a client is driven by.
//!
//! Nothing here reads a clock, a socket or the environment: time comes in as an argument, work
//! comes out as a value. That is why tests and fuzzers can call all of it directly.

#![forbid(unsafe_code)]

mod error;

pub mod body;
pub mod codec;
pub mod hash;
pub mod machine;
pub mod message;
pub mod names;
pub mod openapi;
pub mod sign;
pub mod subscription;

pub use error::WireError;
