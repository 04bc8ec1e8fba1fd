//! Errors.

use onsmq_ffi::{
    ons_code_name, ons_error_broker_code, ons_error_cause, ons_error_code, ons_error_is_retriable,
    ons_error_message, ons_error_message_id, ons_error_openapi_code, ons_error_operation,
    ons_error_remark, ons_error_remedy, ons_error_request_id, ons_error_t, ons_error_topic,
};

use crate::abi;

/// Why a call failed.
#[derive(Debug)]
pub struct Error(Box<ons_error_t>);

/// What `Result` of this crate means.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Box<ons_error_t>> for Error {
    fn from(error: Box<ons_error_t>) -> Self {
        Self(error)
    }
}

impl Error {
    /// The number of what went wrong.
    #[must_use]
    pub fn code(&self) -> u32 {
        ons_error_code(Some(&self.0)) as u32
    }

    /// What went wrong and what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        abi::text(ons_error_message(Some(&self.0)), self)
    }

    /// The topic, where there is one.
    #[must_use]
    pub fn topic(&self) -> Option<&str> {
        abi::some_text(ons_error_topic(Some(&self.0)), self)
    }

    /// The message's id, where there is one.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        abi::some_text(ons_error_message_id(Some(&self.0)), self)
    }

    /// The response code of the server that refused.
    #[must_use]
    pub fn broker_code(&self) -> Option<i32> {
        Some(ons_error_broker_code(Some(&self.0))).filter(|code| *code >= 0)
    }

    /// The remark of the server that refused.
    #[must_use]
    pub fn remark(&self) -> Option<&str> {
        abi::some_text(ons_error_remark(Some(&self.0)), self)
    }

    /// The operation of the Open API that failed.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        abi::some_text(ons_error_operation(Some(&self.0)), self)
    }

    /// The code that the console of the Open API refused with.
    #[must_use]
    pub fn openapi_code(&self) -> Option<&str> {
        abi::some_text(ons_error_openapi_code(Some(&self.0)), self)
    }

    /// What to do about that code.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        abi::some_text(ons_error_remedy(Some(&self.0)), self)
    }

    /// The id of the request that the console of the Open API refused.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        abi::some_text(ons_error_request_id(Some(&self.0)), self)
    }

    /// What caused it, in the words of whoever noticed it first.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        abi::some_text(ons_error_cause(Some(&self.0)), self)
    }

    /// Whether the same call may succeed when it is made again.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        ons_error_is_retriable(Some(&self.0))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Error {}

/// Every code but that of success, with its name.
pub fn code_names() -> impl Iterator<Item = (u32, &'static str)> {
    (1..)
        .map(|code| (code, abi::static_text(ons_code_name(code))))
        .take_while(|(_, name)| !name.is_empty())
}
