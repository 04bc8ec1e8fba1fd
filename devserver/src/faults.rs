//! Faults on purpose: what is to go wrong, for which requests, and how often.
//!
//! A [`Rule`] is data, the same from Rust and, as JSON, from every other language. The door of
//! each server (`service`) asks the table of rules; what a fault does to a connection is done in
//! `connection`.

mod counters;
mod matching;
mod rule;
mod table;

pub use counters::{Count, Filter};
pub use matching::{AnswerCode, Requests, UnknownCode};
pub use rule::{Fault, Rule};
pub use table::ActiveRule;

pub(crate) use counters::{Counters, Tally};
pub(crate) use table::Faults;
