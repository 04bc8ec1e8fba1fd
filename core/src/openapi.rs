//! The Open API of a console (`openapi.md`): an [`OpenApi`] has a method for each of its
//! operations, grouped as the guide groups them, and [`call`](OpenApi::call) for what a newer
//! console has besides.

mod answer;
mod check;
mod client;
mod code;
mod exchange;
mod fault;
mod operation;
mod pages;
mod request;
mod table;

pub use answer::Answer;
pub use client::OpenApi;
pub use code::OpenApiCode;
pub(crate) use fault::Fault;
pub use operation::{Answers, OPERATIONS, Operation, Parameter, ParameterKind, SECTIONS, Section};
pub use request::*;
