//! What is said on standard error.

use std::io::{self, Write as _};

use onsmq::Error;
use onsmq::openapi::OpenApiCode;

use super::text::{plain, wrapped};
use crate::args::WIDTH;
use crate::exit::Reason;

/// Says why the command failed.
pub(crate) fn failure(reason: &Reason) {
    match reason {
        Reason::Library(error) => note(&format!("error: {}", told(error))),
        Reason::Text(text) => note(&format!("error: {text}")),
        Reason::Said => {}
    }
}

/// Says something, in lines that are not too long; those that are given begin anew.
pub(crate) fn note(text: &str) {
    let lines = text.lines().map(|line| wrapped(&plain(line), "  ", WIDTH));
    let lines = lines.map(|line| line + "\n").collect::<String>();
    // Where nobody reads it there is nobody to be told.
    let _ = io::stderr().write_all(lines.as_bytes());
}

/// An error in words; what a console refused, in its parts.
fn told(error: &Error) -> String {
    match (error.operation(), error.openapi_code()) {
        (Some(operation), Some(code)) => refused(error, operation, code),
        _ => error.to_string(),
    }
}

fn refused(error: &Error, operation: &str, code: &OpenApiCode) -> String {
    let meaning = code
        .meaning()
        .map(|it| format!(" ({it})"))
        .unwrap_or_default();
    let remedy = code
        .remedy()
        .unwrap_or("see what the console says, or ask its operators");
    let mut text = format!("the console refused {operation}: {code}{meaning}");
    let said = error
        .remark()
        .map(|it| it.lines().next().unwrap_or_default());
    for (name, value) in [
        ("console says", said),
        ("what to do", Some(remedy)),
        ("request id", error.request_id()),
    ] {
        if let Some(value) = value {
            text += &format!("\n{name}: {value}");
        }
    }
    text
}
