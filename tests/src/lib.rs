//! The behaviour suite of onsmq, and what it stands on: real brokers, the dev server, and
//! programs in C and C++.

#![forbid(unsafe_code)]

pub mod certificates;
pub mod cluster;
pub mod command;
pub mod console;
pub mod java;
pub mod member;
pub mod memory;
pub mod native;
mod server;

pub use server::{Running, Server, unique};
