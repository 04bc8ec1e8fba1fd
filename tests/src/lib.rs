//! The behaviour suite of onsmq, and what it stands on.

#![forbid(unsafe_code)]

pub mod cluster;
