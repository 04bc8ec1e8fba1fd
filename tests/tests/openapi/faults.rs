//! Each fault has its own error, which says what to do.

use std::time::{Duration, Instant};

use onsmq::openapi::OpenApiCode;
use onsmq::{Error, ErrorKind};
use onsmq_tests::console::Console;

use crate::calls::client;

async fn failure(setting: &str) -> Error {
    let client = client(&Console::shared().config(setting));
    let failed = client.topic().create("T", "inst").await;
    let error = failed.expect_err(setting);
    assert_eq!(error.operation(), Some("topic/create"), "{error}");
    assert!(error.message().starts_with("topic/create: "), "{error}");
    error
}

fn says(error: &Error, words: &[&str]) {
    for word in words {
        assert!(error.message().contains(word), "no `{word}`: {error}");
    }
}

#[tokio::test]
async fn each_of_the_17_codes_is_found_wherever_the_console_puts_it() {
    for code in OpenApiCode::KNOWN {
        for place in ["code", "dynamicCode", "status", "message"] {
            let error = failure(&format!("/code/{code}/at/{place}")).await;
            assert_eq!(error.kind(), ErrorKind::OpenApiRefused, "{error}");
            assert_eq!(error.openapi_code(), Some(code), "{error}");
            assert_eq!(error.request_id(), Some("req-topic/create"), "{error}");
            assert!(error.remark().is_some_and(|it| it.contains("出错了")));
            let remedy = code.remedy().expect("a remedy");
            says(
                &error,
                &[code.as_str(), "出错了", "req-topic/create", remedy],
            );
            assert!(!error.is_retriable(), "{error}");
        }
    }
}

#[tokio::test]
async fn an_unknown_code_is_kept_as_it_came() {
    for place in ["code", "dynamicCode", "status", "message"] {
        let error = failure(&format!("/code/BIZ_NOVEL_CASE/at/{place}")).await;
        let novel = OpenApiCode::Unknown("BIZ_NOVEL_CASE".to_owned());
        assert_eq!(error.openapi_code(), Some(&novel), "{error}");
        says(&error, &["BIZ_NOVEL_CASE", "出错了", "req-topic/create"]);
    }
}

#[tokio::test]
async fn a_wrong_secret_says_what_to_check() {
    let config = Console::shared().config("").set("SecretKey", "another");
    let error = client(&config).topic().get("T").await.expect_err("wrong");
    assert_eq!(error.kind(), ErrorKind::NoPermission, "{error}");
    assert_eq!(error.operation(), Some("topic/get"));
    assert_eq!(error.request_id(), Some("req-topic/get"));
    says(
        &error,
        &[
            "signature does not match",
            "AccessKey",
            "SecretKey",
            "clock",
        ],
    );
}

#[tokio::test]
async fn an_unknown_operation_is_the_consoles_to_refuse() {
    let client = client(&Console::shared().config(""));
    let error = client.call("novel/list", [("x", "1")]).await;
    let error = error.expect_err("no such operation");
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    says(&error, &["novel/list", "404", "Endpoint"]);
}

#[tokio::test]
async fn what_is_no_answer_of_a_console_is_told_apart() {
    for (fault, kind, words) in [
        (
            "http-500",
            ErrorKind::Protocol,
            &["HTTP 500", "operators"][..],
        ),
        ("http-503", ErrorKind::Protocol, &["HTTP 503"]),
        ("http-404", ErrorKind::Protocol, &["HTTP 404", "Endpoint"]),
        (
            "http-302",
            ErrorKind::Protocol,
            &["redirects", "https://elsewhere.example", "Endpoint"],
        ),
        (
            "http-401",
            ErrorKind::NoPermission,
            &["HTTP 401", "SecretKey"],
        ),
        ("http-403", ErrorKind::NoPermission, &["HTTP 403"]),
        ("http-407", ErrorKind::Protocol, &["proxy", "HTTP 407"]),
        ("http-429", ErrorKind::FlowControl, &["HTTP 429", "slowly"]),
        ("http-204", ErrorKind::Protocol, &["HTTP 204"]),
        ("html", ErrorKind::Protocol, &["a web page", "Endpoint"]),
        ("text", ErrorKind::Protocol, &["no JSON object"]),
        ("array", ErrorKind::Protocol, &["no JSON object"]),
        ("empty", ErrorKind::Protocol, &["answered nothing"]),
        ("half", ErrorKind::ConnectionLost, &["ends in the middle"]),
        (
            "cut-in-body",
            ErrorKind::ConnectionLost,
            &["ends in the middle"],
        ),
        (
            "cut-before",
            ErrorKind::ConnectionLost,
            &["before the answer", "carried out"],
        ),
        (
            "close-before",
            ErrorKind::ConnectionLost,
            &["before the answer", "carried out"],
        ),
        (
            "cut-in-head",
            ErrorKind::ConnectionLost,
            &["before the answer", "carried out"],
        ),
        ("huge", ErrorKind::Protocol, &["longer than 16 MiB"]),
    ] {
        let error = failure(&format!("/fault/{fault}")).await;
        assert_eq!(error.kind(), kind, "{fault}: {error}");
        says(&error, words);
    }
}

#[tokio::test]
async fn a_hundred_megabytes_are_not_taken_in() {
    let before = peak_kib();
    failure("/fault/huge").await;
    let more = peak_kib() - before;
    assert!(more < 80 << 10, "{more} KiB more at the peak");
}

/// The most memory that this process has had, in KiB.
fn peak_kib() -> u64 {
    onsmq_tests::memory::kib(std::process::id(), "VmHWM")
}

#[tokio::test]
async fn a_slow_console_is_waited_for_as_long_as_was_said() {
    for fault in ["slow", "dripping"] {
        let config = Console::shared().config(&format!("/fault/{fault}"));
        let client = client(&config.set("OpenApiTimeoutMillis", "300"));
        let start = Instant::now();
        let error = client.topic().get("T").await.expect_err(fault);
        assert_eq!(error.kind(), ErrorKind::Timeout, "{fault}: {error}");
        says(&error, &["topic/get", "300 ms", "OpenApiTimeoutMillis"]);
        let took = start.elapsed();
        let expected = Duration::from_millis(300)..Duration::from_secs(5);
        assert!(expected.contains(&took), "{fault}: {took:?}");
    }
}

#[tokio::test]
async fn a_host_without_a_name_and_a_port_without_a_listener_are_told() {
    for endpoint in ["http://nowhere.invalid", "http://127.0.0.1:1"] {
        let config = Console::shared().config("").set("Endpoint", endpoint);
        let client = client(&config);
        let error = client.topic().delete("T").await.expect_err(endpoint);
        assert_eq!(error.kind(), ErrorKind::ConnectFailed, "{error}");
        says(&error, &["topic/delete", endpoint, "Endpoint", "proxies"]);
    }
}
