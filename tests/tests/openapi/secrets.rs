//! No secret and no signed URL is told to anybody.

use std::error::Error as _;

use onsmq::Error;
use onsmq_tests::console::{Console, SECRET_KEY};
use onsmq_tests::unique;

use crate::calls::{client, results};
use crate::log;

/// All that an error shows, and all that is behind it.
fn shown(error: &Error) -> String {
    let mut text = format!(
        "{error} {error:?} {error:#?} {:?} {:?}",
        error.remark(),
        error.request_id()
    );
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?} {cause:#?}");
        source = cause.source();
    }
    text
}

fn is_clean(text: &str, secrets: &[String], whose: &str) {
    for secret in secrets {
        assert!(
            !text.contains(secret.as_str()),
            "{whose} tells {secret}: {text}"
        );
    }
}

/// A signature as it is, as it travels, and as it may be quoted.
fn forms(signature: &str) -> Vec<String> {
    let encoded = signature
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let lower = encoded
        .replace("%2B", "%2b")
        .replace("%2F", "%2f")
        .replace("%3D", "%3d");
    vec![signature.to_owned(), encoded, lower]
}

#[tokio::test]
async fn neither_errors_nor_logs_nor_debug_tell_them() {
    log::keep();
    let console = Console::shared();
    let mut secrets = vec![SECRET_KEY.to_owned()];
    let mut told = String::new();
    let mut failures = 0;
    // Six failures: a read that is given up after four, and two writes.
    for setting in [
        "/shape/text",
        "/code/BIZ_NO_MESSAGE/at/message",
        "/fault/echo",
        "/fault/html",
        "/fault/text",
        "/fault/half/fail/6",
        "/fault/http-302",
        "/fault/http-500/fail/1",
        "/fault/cut-before/fail/6",
        "/fault/cut-in-body/fail/6",
        "/fault/slow/fail/1",
    ] {
        let run = unique("secrets");
        let config = console.config(&format!("/run/{run}{setting}"));
        let config = config.set("OpenApiTimeoutMillis", "2000");
        let client = client(&config);
        told += &format!("{client:?} {config:?} {:?}", client.topic().get("T"));
        for (_, result) in results(&client).await {
            match result {
                Ok(answer) => told += &format!("{answer:?}"),
                Err(error) => {
                    told += &shown(&error);
                    failures += 1;
                }
            }
        }
        for seen in console.seen(&run) {
            secrets.extend(forms(&seen.parameters["_signature"]));
        }
    }
    assert!(
        failures > 190 && secrets.len() > 900,
        "{failures} {}",
        secrets.len()
    );
    is_clean(&told, &secrets, "an error, or Debug");
    let logged = log::kept();
    assert!(
        logged.contains("asked again") && logged.contains("onsmq"),
        "{logged}"
    );
    is_clean(&logged, &secrets, "the log");
    for text in [&told, &logged] {
        assert!(!text.contains("_signature="), "a signed URL");
        assert!(!text.contains("__preventCache="), "a URL with its query");
    }
}
