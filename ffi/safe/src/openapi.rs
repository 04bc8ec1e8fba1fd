//! The Open API.

use std::ffi::c_void;

use onsmq_ffi::{
    ons_error_t, ons_openapi_call, ons_openapi_call_async, ons_openapi_new,
    ons_openapi_result_current_page, ons_openapi_result_data, ons_openapi_result_message,
    ons_openapi_result_next_page, ons_openapi_result_page_size, ons_openapi_result_request_id,
    ons_openapi_result_t, ons_openapi_result_total, ons_openapi_t, ons_view_t,
};

use crate::abi::{self, Once, check, destroy, str_parts};
use crate::{Config, Error, Result};

/// What a console answered.
#[derive(Debug)]
pub struct Answer(Box<ons_openapi_result_t>);

impl Answer {
    /// The data as JSON; `null` where there is none.
    #[must_use]
    pub fn data(&self) -> &str {
        abi::text(ons_openapi_result_data(Some(&self.0)), self)
    }

    /// What the console says.
    #[must_use]
    pub fn message(&self) -> &str {
        abi::text(ons_openapi_result_message(Some(&self.0)), self)
    }

    /// The request's id, where there is one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        abi::some_text(ons_openapi_result_request_id(Some(&self.0)), self)
    }

    /// Items over all pages; 0 where that is not told.
    #[must_use]
    pub fn total(&self) -> i64 {
        ons_openapi_result_total(Some(&self.0))
    }

    /// The page that this is; 0 where that is not told.
    #[must_use]
    pub fn current_page(&self) -> i64 {
        ons_openapi_result_current_page(Some(&self.0))
    }

    /// Items on a full page; 0 where that is not told.
    #[must_use]
    pub fn page_size(&self) -> i64 {
        ons_openapi_result_page_size(Some(&self.0))
    }

    /// The page to ask for next; none where this is the last, or the operation has no pages.
    #[must_use]
    pub fn next_page(&self) -> Option<i64> {
        Some(ons_openapi_result_next_page(Some(&self.0))).filter(|page| *page > 0)
    }
}

/// What became of a call.
pub type Answered = Result<Answer>;

/// A client of a console.
#[derive(Debug)]
pub struct OpenApi(Box<ons_openapi_t>);

impl OpenApi {
    /// # Errors
    /// [`Error`], for a wrong configuration.
    pub fn new(config: &Config) -> Result<Self> {
        abi::out(|out| ons_openapi_new(Some(&config.0), out)).map(Self)
    }

    /// Waits for the answer to an operation, such as `topic/create`.
    ///
    /// # Errors
    /// [`Error`].
    pub fn call(&self, operation: &str, parameters: &[(&str, &str)]) -> Answered {
        let (operation, len) = str_parts(operation);
        let (keys, values) = views(parameters);
        let (keys, values) = (keys.as_ptr(), values.as_ptr());
        let count = parameters.len();
        let answer = abi::out(|out| {
            // SAFETY: all point to as much as said.
            unsafe { ons_openapi_call(Some(&self.0), operation, len, keys, values, count, out) }
        });
        answer.map(Answer)
    }

    /// Asks in the background. `done` is called on a network thread and must not block.
    ///
    /// # Errors
    /// [`Error`]; then `done` is not called.
    pub fn call_async<F: FnOnce(Answered) + Send + 'static>(
        &self,
        operation: &str,
        parameters: &[(&str, &str)],
        done: F,
    ) -> Result<()> {
        unsafe extern "C" fn call<F: FnOnce(Answered)>(
            userdata: *mut c_void,
            result: Option<Box<ons_openapi_result_t>>,
            error: Option<Box<ons_error_t>>,
        ) {
            // SAFETY: made below for this `F`, and called once.
            let done = unsafe { Once::<F>::take(userdata) };
            if let (Some(done), Some(answered)) = (done, answered(result, error)) {
                done(answered);
            }
        }
        let (operation, len) = str_parts(operation);
        let (keys, values) = views(parameters);
        check(
            // SAFETY: all point to as much as said.
            unsafe {
                ons_openapi_call_async(
                    Some(&self.0),
                    operation,
                    len,
                    keys.as_ptr(),
                    values.as_ptr(),
                    parameters.len(),
                    Some(call::<F>),
                    Once::userdata(done),
                    Some(destroy::<Once<F>>),
                )
            },
        )
    }
}

fn answered(
    result: Option<Box<ons_openapi_result_t>>,
    error: Option<Box<ons_error_t>>,
) -> Option<Answered> {
    match (result, error) {
        (Some(result), _) => Some(Ok(Answer(result))),
        (None, Some(error)) => Some(Err(Error::from(error))),
        (None, None) => None,
    }
}

/// Names and values as the ABI takes them.
fn views(parameters: &[(&str, &str)]) -> (Vec<ons_view_t>, Vec<ons_view_t>) {
    let view = |text: &str| ons_view_t {
        data: text.as_ptr(),
        len: text.len(),
    };
    let views = |(key, value): &(&str, &str)| (view(key), view(value));
    parameters.iter().map(views).unzip()
}
