//! `ons_openapi_t`.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::{Arc, OnceLock};

use onsmq::Result;
use onsmq::openapi::{Answer, OpenApi};

use crate::boundary::{arg, guard, guard_or, ons_view_t, put, text, texts};
use crate::callback::{Callback, Userdata, ons_destroy_fn};
use crate::config::ons_config_t;
use crate::error::ons_error_t;
use crate::runtime::Process;

/// A client of a console's Open API. Any threads at once.
#[derive(Debug)]
pub struct ons_openapi_t {
    client: OpenApi,
    process: Arc<Process>,
}

/// What the console answered. Owned by whoever it was given to.
#[derive(Debug)]
pub struct ons_openapi_result_t {
    answer: Answer,
    data: OnceLock<String>,
}

impl From<Answer> for ons_openapi_result_t {
    fn from(answer: Answer) -> Self {
        Self {
            answer,
            data: OnceLock::new(),
        }
    }
}

/// Called with what became of a call: one of the two is NULL, the other the callee's to free. On a
/// network thread of the library: it must not block.
pub type ons_openapi_fn = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        result: Option<Box<ons_openapi_result_t>>,
        error: Option<Box<ons_error_t>>,
    ),
>;

/// Makes a client of the console at `Endpoint` (`http://...` or `https://...`), for the account of
/// `AccessKey` and `SecretKey`. It connects when it is used first. `RegionId` (`mq-private` where it
/// is not set), `OpenApiTimeoutMillis`, `OpenApiConnectTimeoutMillis`, `tls.client.trustCertPath` and
/// `tls.insecureSkipVerify` count as well; proxies are those of the environment. Does not block.
///
/// # Errors
/// ONS_CODE_CONFIGURATION with the key, the value and what is allowed.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_new(
    config: Option<&ons_config_t>,
    out: Option<&mut MaybeUninit<Box<ons_openapi_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let (config, out) = (arg(config, "config")?, arg(out, "out")?);
        let process = Process::current()?;
        let client = OpenApi::new(&config.0)?;
        put(out, Box::new(ons_openapi_t { client, process }));
        Ok(())
    })
}

/// Asks for an operation by its name, such as `topic/create`, with `count` parameters: `keys[i]` has
/// the value `values[i]`, as text; numbers are decimal, booleans `true` or `false`. An operation that
/// this library knows is checked before it is sent, and sent again after failures that may pass if
/// it is a read; anything else is sent once. Waits for the answer, at most OpenApiTimeoutMillis.
/// `out`, if not NULL, gets the answer.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT with the parameter, where nothing was sent. ONS_CODE_OPEN_API_REFUSED or
/// ONS_CODE_NO_PERMISSION where the console refused: see ons_error_openapi_code, ons_error_remark,
/// ons_error_request_id, ons_error_remedy. ONS_CODE_CONNECT_FAILED and ONS_CODE_TLS: nothing was sent.
/// ONS_CODE_CONNECTION_LOST and ONS_CODE_TIMEOUT: whether a write was carried out is unknown.
/// ONS_CODE_PROTOCOL, ONS_CODE_FLOW_CONTROL: the answer is none of the console's, or an HTTP status.
/// ONS_CODE_INVALID_STATE in a callback that must not block.
///
/// # Safety
/// `operation` points to as many bytes as said; `keys` and `values` to `count` views each, of as many
/// bytes as they say.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_openapi_call(
    client: Option<&ons_openapi_t>,
    operation: *const c_char,
    operation_len: usize,
    keys: *const ons_view_t,
    values: *const ons_view_t,
    count: usize,
    out: Option<&mut MaybeUninit<Box<ons_openapi_result_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let ons_openapi_t { client, process } = arg(client, "client")?;
        // SAFETY: as this function requires.
        let asked = unsafe { asked(operation, operation_len, keys, values, count) }?;
        let answer = process.block_on(client.call(&asked.operation, asked.parameters))??;
        if let Some(out) = out {
            put(out, Box::new(answer.into()));
        }
        Ok(())
    })
}

/// Does in the background what ons_openapi_call does, and calls `callback` with what became of it.
/// What was given may be freed when this returns. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT for NULL and for text that is not UTF-8, ONS_CODE_FORKED: then `callback`
/// is not called. All others go to `callback`.
///
/// # Safety
/// As for ons_openapi_call.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_openapi_call_async(
    client: Option<&ons_openapi_t>,
    operation: *const c_char,
    operation_len: usize,
    keys: *const ons_view_t,
    values: *const ons_view_t,
    count: usize,
    callback: ons_openapi_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let ons_openapi_t { client, process } = arg(client, "client")?;
        // SAFETY: as this function requires.
        let asked = unsafe { asked(operation, operation_len, keys, values, count) }?;
        let callback = Callback::new(arg(callback, "callback")?, userdata);
        let client = client.clone();
        process.spawn(async move {
            let (result, error) = match client.call(&asked.operation, asked.parameters).await {
                Ok(answer) => (Some(Box::new(answer.into())), None),
                Err(error) => (None, Some(Box::new(error.into()))),
            };
            callback.call(|function, userdata| {
                // SAFETY: the caller gave the function and its userdata for each other.
                unsafe { function(userdata, result, error) };
            });
        })
    })
}

/// Frees a client. Calls that are under way in the background come to their end. NULL: nothing
/// happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_free(client: Option<Box<ons_openapi_t>>) {
    guard_or((), || drop(client));
}

/// The data of an answer as JSON, decoded where the console wrapped it in text; `null` where there is
/// none. Lives as long as the result.
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_result_data(result: Option<&ons_openapi_result_t>) -> ons_view_t {
    ons_view_t::text(result.map(|it| {
        let data = || it.answer.data.to_string();
        it.data.get_or_init(data).as_str()
    }))
}

/// What the console says. Lives as long as the result.
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_result_message(result: Option<&ons_openapi_result_t>) -> ons_view_t {
    ons_view_t::text(result.map(|it| it.answer.message.as_str()))
}

/// The request's id, for the vendor's support; or nothing. Lives as long as the result.
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_result_request_id(
    result: Option<&ons_openapi_result_t>,
) -> ons_view_t {
    ons_view_t::text(result.map(|it| it.answer.request_id.as_str()))
}

/// How many items there are over all pages; 0 where the console does not say, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_result_total(result: Option<&ons_openapi_result_t>) -> i64 {
    result.map_or(0, |it| it.answer.total)
}

/// The page that an answer is; 0 where the console does not say, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_result_current_page(result: Option<&ons_openapi_result_t>) -> i64 {
    result.map_or(0, |it| it.answer.current_page)
}

/// Items on a full page; 0 where the console does not say, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_result_page_size(result: Option<&ons_openapi_result_t>) -> i64 {
    result.map_or(0, |it| it.answer.page_size)
}

/// The page to ask for next (`currentPage`), where the operation has pages; 0 where this is the last
/// one, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_result_next_page(result: Option<&ons_openapi_result_t>) -> i64 {
    result
        .and_then(|it| it.answer.next_page)
        .map_or(0, i64::from)
}

/// Frees an answer. NULL: nothing happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_openapi_result_free(result: Option<Box<ons_openapi_result_t>>) {
    guard_or((), || drop(result));
}

/// What is asked for, copied.
struct Asked {
    operation: String,
    parameters: Vec<(String, String)>,
}

/// # Safety
/// As for [`ons_openapi_call`].
unsafe fn asked(
    operation: *const c_char,
    operation_len: usize,
    keys: *const ons_view_t,
    values: *const ons_view_t,
    count: usize,
) -> Result<Asked> {
    // SAFETY: as this function requires.
    let (operation, keys, values) = unsafe {
        (
            text(operation, operation_len, "operation")?,
            texts(keys, count, "keys")?,
            texts(values, count, "values")?,
        )
    };
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    Ok(Asked {
        operation: operation.to_owned(),
        parameters: keys.into_iter().zip(values).map(owned).collect(),
    })
}
