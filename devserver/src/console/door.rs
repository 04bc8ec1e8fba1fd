//! The door that every request of the console passes: who asks from where, and what for.
//!
//! The console listens on loopback, where every web page that is open on this machine can send
//! requests to. So the host that was asked for must be loopback, which pages that were given a
//! false address for their own name (DNS rebinding) do not ask for; and what changes something
//! must be signed, or come from a page of this server's.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::http::uri::Authority;
use hyper::{Method, Request, StatusCode};
use serde_json::Value;

use super::answer::{self, Answered};
use super::call::Call;
use super::parameters::Parameters;
use super::{Console, Posted, Reply, access, operations};
use crate::page;

/// The longest body that is read: the page's form holds one message.
const LONGEST_BODY: usize = 8 << 20;
/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where the Open API is.
const OPEN_API: &str = "/json/";
/// Where clients with ONSAddr ask for name servers.
const NAME_SERVERS: &str = "/rocketmq/nsaddr4client-internet";
/// What else there is.
const PLACES: [&str; 3] = [OPEN_API, "/page/", "/control"];

/// Answers a request.
pub(super) async fn answer(
    console: &Console,
    from: SocketAddr,
    request: Request<Incoming>,
) -> Reply {
    if !is_for_loopback(&request) {
        let text = "this server is asked for as 127.0.0.1 or localhost only";
        return Reply::text(StatusCode::MISDIRECTED_REQUEST, text);
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default();
    match path.as_str() {
        "/" if is_read => page::whole(console, query),
        "/page/state" if is_read => page::state(console),
        "/page/style.css" if is_read => page::style(),
        "/page/script.js" if is_read => page::script(),
        "/page/send" if request.method() == Method::POST => match posted(from, request).await {
            Ok(posted) => page::send(console, &posted),
            Err(refused) => refused,
        },
        NAME_SERVERS if is_read => Reply::text(StatusCode::OK, console.name_server()),
        "/control" if request.method() == Method::POST => control(console, request).await,
        path if path.starts_with(OPEN_API) && is_read => {
            open_api(console, &path[OPEN_API.len()..], query).await
        }
        path if path == "/" || PLACES.iter().any(|it| path.starts_with(it)) => {
            Reply::text(StatusCode::METHOD_NOT_ALLOWED, "not by this method")
        }
        _ => Reply::text(StatusCode::NOT_FOUND, "there is nothing here"),
    }
}

async fn open_api(console: &Console, name: &str, query: &str) -> Reply {
    if !operations::is_known(name) {
        return Reply::text(StatusCode::NOT_FOUND, "there is no such operation");
    }
    let answered = carry_out(console, name, query).await;
    Reply::json(&described(console, name, answered))
}

async fn carry_out(console: &Console, name: &str, query: &str) -> Answered {
    let parameters = Parameters::parse(query)?;
    let account = access::admit(&console.settings.accounts, name, &parameters)?;
    let call = Call {
        console,
        parameters,
        account,
    };
    operations::carry_out(name, &call).await
}

fn described(console: &Console, name: &str, answered: Answered) -> Value {
    if let Err(refused) = &answered {
        tracing::debug!(operation = name, ?refused, "the console refuses");
    }
    answer::body(answered, &console.next_request_id())
}

/// Does to the server what a JSON text asks for. Pages of others cannot send that type without
/// asking first, and are never answered yes.
async fn control(console: &Console, request: Request<Incoming>) -> Reply {
    let headers = request.headers();
    let kind = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    if !kind.starts_with("application/json") || !is_own_page(headers) {
        let text = "this takes application/json, and nothing from other pages";
        return Reply::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, text);
    }
    let command = match body(request).await {
        Ok(command) => command,
        Err(refused) => return refused,
    };
    match console.control(&String::from_utf8_lossy(&command)).await {
        Ok(answer) => Reply::json_text(answer),
        Err(error) => {
            let body = serde_json::json!({ "error": error.to_string() });
            Reply::json(&body).with_status(StatusCode::BAD_REQUEST)
        }
    }
}

/// A request's body.
async fn body(request: Request<Incoming>) -> Result<Bytes, Reply> {
    let body = Limited::new(request.into_body(), LONGEST_BODY).collect();
    match tokio::time::timeout(PATIENCE, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        _ => {
            let text = "it is too long, or did not come in time";
            Err(Reply::text(StatusCode::PAYLOAD_TOO_LARGE, text))
        }
    }
}

/// Reads a form that a page of this server's sent; else says why it is not taken.
async fn posted(from: SocketAddr, request: Request<Incoming>) -> Result<Posted, Reply> {
    let headers = request.headers();
    if !is_own_page(headers) {
        let text = "this is taken from this server's own page only";
        return Err(Reply::text(StatusCode::FORBIDDEN, text));
    }
    let by_script = text(headers, &header::ACCEPT) == Some("text/plain");
    let body = body(request).await?;
    let form = form_urlencoded::parse(&body);
    Ok(Posted {
        form: form.into_owned().collect(),
        by_script,
        from,
    })
}

/// Whether a browser says that a page of this server's is what sends this. What is no browser says
/// nothing, and is stopped by the form's token.
fn is_own_page(headers: &HeaderMap) -> bool {
    let site = HeaderName::from_static("sec-fetch-site");
    if let Some(site) = headers.get(site) {
        return site == "same-origin";
    }
    let host = text(headers, &header::HOST);
    match text(headers, &header::ORIGIN) {
        Some(origin) => origin.strip_prefix("http://") == host,
        None => true,
    }
}

/// Whether the host that was asked for is loopback. Its port may be another one, as behind a
/// tunnel.
fn is_for_loopback<B>(request: &Request<B>) -> bool {
    let asked = text(request.headers(), &header::HOST);
    let Some(Ok(authority)) = asked.map(str::parse::<Authority>) else {
        return false;
    };
    let host = authority.host();
    let ip = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || ip.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use hyper::{Request, header};

    use super::{is_for_loopback, is_own_page};

    #[test]
    fn only_loopback_is_asked_for() {
        let asked = |host: &str| {
            let request = Request::builder().header(header::HOST, host).body(());
            is_for_loopback(&request.expect("a request"))
        };
        for host in [
            "127.0.0.1:80",
            "localhost:7",
            "LOCALHOST",
            "[::1]:9",
            "127.0.0.2",
        ] {
            assert!(asked(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.nip.io:80",
            "10.0.0.1",
        ] {
            assert!(!asked(host), "{host}");
        }
        assert!(!is_for_loopback(&Request::new(())));
    }

    #[test]
    fn forms_of_other_pages_are_not_taken() {
        let is_own = |headers: &[(&str, &str)]| {
            let mut request = Request::builder().header("host", "127.0.0.1:5");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            is_own_page(request.body(()).expect("a request").headers())
        };
        assert!(is_own(&[]));
        assert!(is_own(&[("origin", "http://127.0.0.1:5")]));
        assert!(is_own(&[("sec-fetch-site", "same-origin")]));
        for other in [
            "http://127.0.0.1:6",
            "http://example.com",
            "null",
            "https://127.0.0.1:5",
        ] {
            assert!(!is_own(&[("origin", other)]), "{other}");
        }
        for other in ["cross-site", "same-site", "none"] {
            assert!(!is_own(&[("sec-fetch-site", other)]), "{other}");
        }
    }
}
