//! Errors on their way to JavaScript, which makes its classes of them.

use napi_derive::napi;
use onsmq_ffi_safe::{Error, Result, code_names};

/// Why something failed.
#[napi(object, object_from_js = false)]
pub struct Fault {
    pub code: u32,
    pub message: String,
    pub topic: Option<String>,
    pub message_id: Option<String>,
    pub broker_code: Option<i32>,
    pub remark: Option<String>,
    pub operation: Option<String>,
    pub open_api_code: Option<String>,
    pub remedy: Option<String>,
    pub request_id: Option<String>,
    pub retriable: bool,
    pub cause: Option<String>,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self {
            code: error.code(),
            message: error.message().to_owned(),
            topic: error.topic().map(ToOwned::to_owned),
            message_id: error.message_id().map(ToOwned::to_owned),
            broker_code: error.broker_code(),
            remark: error.remark().map(ToOwned::to_owned),
            operation: error.operation().map(ToOwned::to_owned),
            open_api_code: error.openapi_code().map(ToOwned::to_owned),
            remedy: error.remedy().map(ToOwned::to_owned),
            request_id: error.request_id().map(ToOwned::to_owned),
            retriable: error.is_retriable(),
            cause: error.cause().map(ToOwned::to_owned),
        }
    }
}

/// What a call that can fail answers.
pub(crate) fn fault(result: Result<()>) -> Option<Fault> {
    result.err().map(Fault::from)
}

/// A number that errors have, and its name.
#[napi(object, object_from_js = false)]
pub struct Code {
    pub code: u32,
    pub name: &'static str,
}

/// Every code.
#[napi]
#[must_use]
pub fn codes() -> Vec<Code> {
    let code = |(code, name)| Code { code, name };
    code_names().map(code).collect()
}
