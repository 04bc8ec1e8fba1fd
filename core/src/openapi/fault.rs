//! What is said where the console did not do what it was asked.

use std::error::Error as StdError;

use super::answer::Refusal;
use super::code::OpenApiCode;
use crate::config::keys;
use crate::net::explained_by_http;
use crate::{Error, ErrorKind};

/// How much of what the console says is shown.
const SHOWN: usize = 300;

/// What an error of the Open API tells besides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fault {
    operation: String,
    code: Option<OpenApiCode>,
    request_id: Option<String>,
    said: Option<String>,
}

impl Fault {
    /// What the console said.
    pub(crate) fn said(&self) -> Option<&str> {
        self.said.as_deref()
    }
}

impl Error {
    /// The operation of the Open API that failed, such as `topic/create`.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.openapi().map(|fault| fault.operation.as_str())
    }

    /// The code that the console of the Open API refused with.
    #[must_use]
    pub fn openapi_code(&self) -> Option<&OpenApiCode> {
        self.openapi()?.code.as_ref()
    }

    /// The console's id of the request, for the vendor's support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.openapi()?.request_id.as_deref()
    }

    /// The same error, of an operation of the Open API.
    pub(super) fn of_operation(self, name: &str) -> Self {
        let mut fault = self.openapi().cloned().unwrap_or_default();
        name.clone_into(&mut fault.operation);
        self.context(name).with_openapi(fault)
    }
}

/// The console refused.
pub(super) fn refused(refusal: Refusal) -> Error {
    let Refusal {
        code,
        number,
        message,
        request_id,
    } = refusal;
    let known = code.as_ref().and_then(OpenApiCode::meaning);
    let is_denied = known.is_none() && matches!(number, Some(401 | 403));
    let remedy = match code.as_ref().and_then(OpenApiCode::remedy) {
        Some(remedy) => remedy.to_owned(),
        None if is_denied => denied(),
        None => {
            "the guide has no such code: see what the console says, or ask its operators".to_owned()
        }
    };
    let text = [
        code.as_ref()
            .map(|code| format!("the console refused, {code}")),
        code.is_none()
            .then(|| "the console refused without a code".to_owned()),
        known.map(|meaning| format!(" ({meaning})")),
        (!message.is_empty()).then(|| format!(": {}", shown(&message))),
        Some(format!(": {remedy}")),
        (!request_id.is_empty()).then(|| format!(" (request id {})", shown(&request_id))),
    ];
    let kind = match is_denied {
        true => ErrorKind::NoPermission,
        false => ErrorKind::OpenApiRefused,
    };
    Error::new(kind, text.into_iter().flatten().collect::<String>()).with_openapi(Fault {
        operation: String::new(),
        code,
        request_id: Some(request_id).filter(|id| !id.is_empty()),
        said: Some(message).filter(|text| !text.is_empty()),
    })
}

fn denied() -> String {
    format!(
        "check {} and {}, that the account may use the Open API, and this host's clock",
        keys::ACCESS_KEY,
        keys::SECRET_KEY
    )
}

/// An answer that is not HTTP 200.
pub(super) fn status(status: u16, location: Option<&str>) -> Error {
    let (kind, text) = match status {
        300..=399 => (
            ErrorKind::Protocol,
            format!(
                "the console redirects (HTTP {status}) to {}: redirects are not followed, since requests \
                 are signed: set {} to where the console is",
                location.unwrap_or("nowhere"),
                keys::ENDPOINT
            ),
        ),
        401 | 403 => (
            ErrorKind::NoPermission,
            format!("the console lets nobody in (HTTP {status}): {}", denied()),
        ),
        404 => (
            ErrorKind::Protocol,
            format!(
                "there is no such operation (HTTP 404): check {}, and that this console has the operation",
                keys::ENDPOINT
            ),
        ),
        407 => (
            ErrorKind::Protocol,
            "the proxy wants to know who asks (HTTP 407): check the proxies in the environment"
                .to_owned(),
        ),
        429 => (
            ErrorKind::FlowControl,
            "the console is asked too much (HTTP 429): ask more slowly".to_owned(),
        ),
        _ => (
            ErrorKind::Protocol,
            format!("the console failed (HTTP {status}): try again later, or ask its operators"),
        ),
    };
    let error = Error::new(kind, text);
    match status {
        500.. => error.passing(),
        _ => error,
    }
}

/// An answer that is none of the console's.
pub(super) fn not_json(body: &[u8], error: serde_json::Error) -> Error {
    let text = String::from_utf8_lossy(body);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if error.is_eof() && start.starts_with('{') {
        return cut_short().with_source(error);
    }
    let what = match start.chars().next() {
        None => "nothing".to_owned(),
        Some('<') => "a web page".to_owned(),
        Some(_) => format!("no JSON object ({error})"),
    };
    let text = format!(
        "the console answered {what}: check {}, and what is in between",
        keys::ENDPOINT
    );
    Error::new(ErrorKind::Protocol, text)
}

pub(super) fn cut_short() -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        "the console's answer ends in the middle: a write may have been carried out, see before it is \
         made again",
    )
}

pub(super) fn too_long(limit: usize) -> Error {
    let text = format!(
        "the console's answer is longer than {} MiB, which is not read: ask for less",
        limit >> 20
    );
    Error::new(ErrorKind::Protocol, text)
}

pub(super) fn out_of_time(millis: u128) -> Error {
    Error::timeout(format!(
        "no answer within {millis} ms ({}): a write may have been carried out, see before it is made again",
        keys::OPEN_API_TIMEOUT_MILLIS
    ))
}

/// No request went out, or no answer came in. The URL, which is signed, is not in the error.
pub(super) fn transport(endpoint: &str, error: reqwest::Error) -> Error {
    let error = error.without_url();
    if let Some(explained) = explained_by_http(endpoint, &error) {
        return explained.with_source(error);
    }
    let reason = innermost(&error);
    let made = if error.is_connect() {
        Error::new(
            ErrorKind::ConnectFailed,
            format!(
                "{endpoint} takes no connection ({reason}): check {}, and proxies in the environment",
                keys::ENDPOINT
            ),
        )
    } else if error.is_body() || error.is_decode() {
        cut_short()
    } else {
        Error::new(
            ErrorKind::ConnectionLost,
            format!(
                "the connection to {endpoint} broke before the answer ({reason}): a write may have been \
                 carried out, see before it is made again"
            ),
        )
    };
    made.with_source(error)
}

/// The innermost cause says most.
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it does not answer in time".to_owned();
    }
    let mut cause: &dyn StdError = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// One line of what somebody else wrote.
fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars()
        .take(SHOWN)
        .filter(|c| !c.is_control())
        .collect()
}
