//! What goes back over HTTP, and a form that came.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    content_type: &'static str,
    location: Option<String>,
    body: Bytes,
}

/// A form that came from a page of this server's.
#[derive(Debug)]
pub(crate) struct Posted {
    pub(crate) form: Vec<(String, String)>,
    /// Whether the page's own program sent it, and takes a line of text back.
    pub(crate) by_script: bool,
    pub(crate) from: std::net::SocketAddr,
}

/// Nothing is loaded from elsewhere, nothing runs that is not this server's, and nobody frames it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

impl Reply {
    fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            content_type,
            location: None,
            body: body.into(),
        }
    }

    pub(crate) fn html(body: String) -> Self {
        Self::new(StatusCode::OK, "text/html; charset=utf-8", body)
    }

    pub(crate) fn css(body: &'static str) -> Self {
        Self::new(StatusCode::OK, "text/css; charset=utf-8", body)
    }

    pub(crate) fn script(body: &'static str) -> Self {
        Self::new(StatusCode::OK, "text/javascript; charset=utf-8", body)
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self::json_text(body.to_string())
    }

    /// Text that is JSON.
    pub(crate) fn json_text(text: String) -> Self {
        Self::new(StatusCode::OK, "application/json;charset=UTF-8", text)
    }

    /// A line of text.
    pub(crate) fn text(status: StatusCode, line: impl Into<String>) -> Self {
        let line: String = line.into();
        Self::new(status, "text/plain; charset=utf-8", line)
    }

    /// To another page of this server's.
    pub(crate) fn see(location: String) -> Self {
        Self {
            location: Some(location),
            ..Self::text(StatusCode::SEE_OTHER, "")
        }
    }

    /// The same with another status.
    pub(crate) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, self.content_type),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::CACHE_CONTROL, "no-store"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let location = self.location.map(HeaderValue::try_from);
        if let Some(Ok(location)) = location {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}
