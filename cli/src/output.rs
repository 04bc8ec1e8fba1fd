//! What is written, and where.

mod answer;
mod errors;
mod lines;
mod message;
mod progress;
mod reader;
mod table;
mod text;

pub(crate) use answer::{as_json as answer_as_json, as_table as answer_as_table};
pub(crate) use errors::{failure, note};
pub(crate) use lines::{Lines, Written};
pub(crate) use message::Writer as MessageWriter;
pub(crate) use progress::Progress;
pub(crate) use reader::Reader;
pub(crate) use table::rows;
pub(crate) use text::wrapped;
