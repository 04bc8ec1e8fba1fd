//! `ons_error_t`.

use std::error::Error as _;
use std::sync::OnceLock;

use onsmq::openapi::OpenApiCode;
use onsmq::{Error, ErrorKind};

use crate::boundary::{guard_or, ons_view_t};

/// Why a call failed. NULL is success. Owned by whoever it was given to.
#[derive(Debug)]
pub struct ons_error_t(Error, OnceLock<String>);

impl From<Error> for ons_error_t {
    fn from(error: Error) -> Self {
        Self(error, OnceLock::new())
    }
}

impl ons_error_t {
    /// For callers in Rust: the error itself.
    #[must_use]
    pub const fn get(&self) -> &Error {
        &self.0
    }

    /// For callers in Rust: the error itself.
    #[must_use]
    pub fn into_inner(self) -> Error {
        self.0
    }
}

/// What went wrong. Numbers never change; new ones may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
#[allow(non_camel_case_types, reason = "names of C")]
pub enum ons_code_t {
    /// Nothing: the code of NULL.
    ONS_CODE_OK = 0,
    /// A property is unknown, does not parse, is out of range, or a required one is missing.
    ONS_CODE_CONFIGURATION = 1,
    /// An argument cannot be used: NULL, not UTF-8, out of range.
    ONS_CODE_INVALID_ARGUMENT = 2,
    /// The message cannot be sent as it is.
    ONS_CODE_ILLEGAL_MESSAGE = 3,
    /// Used before start.
    ONS_CODE_NOT_STARTED = 4,
    /// Used after shutdown.
    ONS_CODE_CLOSED = 5,
    /// No name server knows the topic, or none of its queues may be used.
    ONS_CODE_NO_ROUTE = 6,
    /// No name server answers.
    ONS_CODE_NAME_SERVER_UNREACHABLE = 7,
    /// A broker takes no connection.
    ONS_CODE_CONNECT_FAILED = 8,
    /// The connection broke before the answer: whether the request was carried out is unknown.
    ONS_CODE_CONNECTION_LOST = 9,
    /// The time was over before the answer: whether the request was carried out is unknown.
    ONS_CODE_TIMEOUT = 10,
    /// The broker refused, with its code and remark.
    ONS_CODE_BROKER_REFUSED = 11,
    /// The account may not do this, or its signature is wrong.
    ONS_CODE_NO_PERMISSION = 12,
    /// No secure connection came about.
    ONS_CODE_TLS = 13,
    /// The transaction was rolled back by its executer.
    ONS_CODE_TRANSACTION_ROLLED_BACK = 14,
    /// The broker or this client is at its limit: slow down.
    ONS_CODE_FLOW_CONTROL = 15,
    /// The peer does not speak RocketMQ's protocol, or the console's.
    ONS_CODE_PROTOCOL = 16,
    /// A handle is used in a process forked from the one that made it.
    ONS_CODE_FORKED = 17,
    /// The call does not fit the object's state, or the thread that it was made on.
    ONS_CODE_INVALID_STATE = 18,
    /// A fault of this library.
    ONS_CODE_INTERNAL = 19,
    /// The executer of a transaction failed: the broker asks the checker for the outcome.
    ONS_CODE_TRANSACTION_UNKNOWN = 20,
    /// The console of the Open API refused, with its code and request id.
    ONS_CODE_OPEN_API_REFUSED = 21,
}

impl ons_code_t {
    /// Every code with its name.
    const ALL: [(Self, &'static str); 22] = [
        (Self::ONS_CODE_OK, "OK"),
        (Self::ONS_CODE_CONFIGURATION, "CONFIGURATION"),
        (Self::ONS_CODE_INVALID_ARGUMENT, "INVALID_ARGUMENT"),
        (Self::ONS_CODE_ILLEGAL_MESSAGE, "ILLEGAL_MESSAGE"),
        (Self::ONS_CODE_NOT_STARTED, "NOT_STARTED"),
        (Self::ONS_CODE_CLOSED, "CLOSED"),
        (Self::ONS_CODE_NO_ROUTE, "NO_ROUTE"),
        (
            Self::ONS_CODE_NAME_SERVER_UNREACHABLE,
            "NAME_SERVER_UNREACHABLE",
        ),
        (Self::ONS_CODE_CONNECT_FAILED, "CONNECT_FAILED"),
        (Self::ONS_CODE_CONNECTION_LOST, "CONNECTION_LOST"),
        (Self::ONS_CODE_TIMEOUT, "TIMEOUT"),
        (Self::ONS_CODE_BROKER_REFUSED, "BROKER_REFUSED"),
        (Self::ONS_CODE_NO_PERMISSION, "NO_PERMISSION"),
        (Self::ONS_CODE_TLS, "TLS"),
        (
            Self::ONS_CODE_TRANSACTION_ROLLED_BACK,
            "TRANSACTION_ROLLED_BACK",
        ),
        (Self::ONS_CODE_FLOW_CONTROL, "FLOW_CONTROL"),
        (Self::ONS_CODE_PROTOCOL, "PROTOCOL"),
        (Self::ONS_CODE_FORKED, "FORKED"),
        (Self::ONS_CODE_INVALID_STATE, "INVALID_STATE"),
        (Self::ONS_CODE_INTERNAL, "INTERNAL"),
        (Self::ONS_CODE_TRANSACTION_UNKNOWN, "TRANSACTION_UNKNOWN"),
        (Self::ONS_CODE_OPEN_API_REFUSED, "OPEN_API_REFUSED"),
    ];

    fn find(code: u32) -> Option<(Self, &'static str)> {
        Self::ALL.iter().find(|(it, _)| *it as u32 == code).copied()
    }
}

impl From<ErrorKind> for ons_code_t {
    fn from(kind: ErrorKind) -> Self {
        Self::find(kind.code()).map_or(Self::ONS_CODE_INTERNAL, |(code, _)| code)
    }
}

/// What went wrong; ONS_CODE_OK for NULL. Any thread; does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_code(error: Option<&ons_error_t>) -> ons_code_t {
    error.map_or(ons_code_t::ONS_CODE_OK, |error| error.0.kind().into())
}

/// The name of a code, such as `TIMEOUT`: static text. Empty for a number that is none.
/// Any thread; does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_code_name(code: u32) -> ons_view_t {
    ons_view_t::text(ons_code_t::find(code).map(|(_, name)| name))
}

/// What went wrong and what to do, in words. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_message(error: Option<&ons_error_t>) -> ons_view_t {
    ons_view_t::text(error.map(|error| error.0.message()))
}

/// The topic, or nothing. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_topic(error: Option<&ons_error_t>) -> ons_view_t {
    ons_view_t::text(error.and_then(|error| error.0.topic()))
}

/// The message's id, or nothing. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_message_id(error: Option<&ons_error_t>) -> ons_view_t {
    ons_view_t::text(error.and_then(|error| error.0.message_id()))
}

/// The response code of the server that refused; -1 where none did.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_broker_code(error: Option<&ons_error_t>) -> i32 {
    error
        .and_then(|error| error.0.broker_code())
        .map_or(-1, i32::from)
}

/// The remark of the server that refused, or nothing. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_remark(error: Option<&ons_error_t>) -> ons_view_t {
    ons_view_t::text(error.and_then(|error| error.0.remark()))
}

/// The operation of the Open API that failed, such as `topic/create`; or nothing. Lives as long as
/// the error.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_operation(error: Option<&ons_error_t>) -> ons_view_t {
    ons_view_t::text(error.and_then(|error| error.0.operation()))
}

/// The code that the console of the Open API refused with, such as `BIZ_TOPIC_EXISTED`; or nothing.
/// What the console says is the remark. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_openapi_code(error: Option<&ons_error_t>) -> ons_view_t {
    let code = error.and_then(|error| error.0.openapi_code());
    ons_view_t::text(code.map(OpenApiCode::as_str))
}

/// What to do about the code of the Open API, where the guide knows it; or nothing. Static text.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_remedy(error: Option<&ons_error_t>) -> ons_view_t {
    let code = error.and_then(|error| error.0.openapi_code());
    ons_view_t::text(code.and_then(OpenApiCode::remedy))
}

/// The id of the request that the console of the Open API refused, for the vendor's support; or
/// nothing. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_request_id(error: Option<&ons_error_t>) -> ons_view_t {
    ons_view_t::text(error.and_then(|error| error.0.request_id()))
}

/// What caused the error, in the words of whoever noticed it first, such as the operating system;
/// or nothing. Lives as long as the error.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_cause(error: Option<&ons_error_t>) -> ons_view_t {
    ons_view_t::text(error.map(|ons_error_t(error, cause)| {
        let text = || error.source().map(ToString::to_string);
        cause.get_or_init(|| text().unwrap_or_default()).as_str()
    }))
}

/// Whether the same call may succeed when it is made again.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_is_retriable(error: Option<&ons_error_t>) -> bool {
    error.is_some_and(|error| error.0.is_retriable())
}

/// Frees an error. NULL: nothing happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_error_free(error: Option<Box<ons_error_t>>) {
    guard_or((), || drop(error));
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, ons_code_t};

    #[test]
    fn every_kind_of_core_has_its_code_and_name() {
        assert_eq!(ons_code_t::ALL.len(), ErrorKind::ALL.len() + 1);
        for kind in ErrorKind::ALL {
            let (code, name) = ons_code_t::find(kind.code()).expect("a code");
            assert_eq!(code as u32, kind.code());
            let camel: String = name
                .split('_')
                .flat_map(|word| {
                    let (first, rest) = word.split_at(1);
                    [first.to_owned(), rest.to_lowercase()]
                })
                .collect();
            assert_eq!(camel, format!("{kind:?}"));
        }
    }
}
