//! Bytes to commands and back (`wire.md`, sections 1, 2 and 4).

mod code;
mod command;
mod fields;
mod frame;
mod header_binary;
mod header_json;
mod language;

pub use code::{RequestCode, ResponseCode};
pub use command::Command;
pub use fields::{ExtFields, FieldText, FieldValue};
pub use frame::{DEFAULT_MAX_FRAME, Frame, Serialization};
pub use language::Language;
