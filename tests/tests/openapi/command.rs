//! The command gets what Rust gets, and tells each failure.

use std::process::Command;

use onsmq::openapi::{Answer, OPERATIONS, OpenApiCode, Operation};
use onsmq_tests::command::{Told, onsmq, told};
use onsmq_tests::console::{ACCESS_KEY, Console, SECRET_KEY, Seen};
use onsmq_tests::unique;
use serde_json::{Value, json};

use crate::calls::{answers, client};

/// The command, told of a console that it is to meet this at.
fn at(setting: &str) -> Command {
    let mut command = onsmq();
    command
        .env("ONS_ENDPOINT", Console::shared().endpoint(setting))
        .env("ONS_ACCESS_KEY", ACCESS_KEY)
        .env("ONS_SECRET_KEY", SECRET_KEY)
        .arg("api");
    command
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.replace('_', "-").chars() {
        if c.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

/// The arguments that ask for what was seen.
fn arguments(seen: &Seen) -> Vec<String> {
    let operation = Operation::find(&seen.operation).expect("known");
    let own = seen
        .parameters
        .iter()
        .filter(|(name, _)| !name.starts_with('_'));
    let flags = own.map(|(name, value)| format!("--{}={value}", kebab(name)));
    [operation.section.to_owned(), kebab(operation.method)]
        .into_iter()
        .chain(flags)
        .collect()
}

/// What Rust's client asks a console for, and what it answers.
async fn by_rust(setting: &str) -> Vec<(Vec<String>, Value)> {
    let run = unique("command");
    let config = Console::shared().config(&format!("/run/{run}{setting}"));
    let answers = answers(&client(&config)).await;
    let seen = Console::shared().seen(&run);
    let pairs = seen.iter().map(arguments).zip(answers.iter());
    pairs
        .map(|(arguments, (_, answer))| (arguments, as_json(answer)))
        .collect()
}

fn as_json(answer: &Answer) -> Value {
    json!({
        "data": answer.data,
        "total": answer.total,
        "currentPage": answer.current_page,
        "pageSize": answer.page_size,
        "nextPage": answer.next_page,
        "requestId": answer.request_id,
        "message": answer.message,
    })
}

fn json_of(told: &Told) -> Value {
    assert_eq!(told.code, 0, "{told:?}");
    serde_json::from_str(&told.out).expect("a line of JSON")
}

#[tokio::test]
async fn all_39_operations_have_the_same_answers_in_all_shapes() {
    for shape in [
        "native",
        "text",
        "blanks",
        "bare",
        "strings",
        "null",
        "absent",
        "empty-text",
        "empty-object",
        "array",
        "scalar",
    ] {
        let setting = format!("/shape/{shape}");
        let expected = by_rust(&setting).await;
        assert_eq!(expected.len(), OPERATIONS.len());
        for (arguments, answer) in expected {
            let told = told(at(&setting).args(&arguments).arg("--json"));
            assert_eq!(json_of(&told), answer, "{shape}: {arguments:?}");
        }
    }
}

#[tokio::test]
async fn it_sends_what_rust_sends() {
    let run = unique("command");
    let setting = format!("/run/{run}");
    let mut asked = Vec::new();
    for (arguments, _) in by_rust("").await {
        // Also for people: each has a table that fits.
        let told = told(at(&setting).args(&arguments));
        assert_eq!(told.code, 0, "{told:?}");
        assert!(!told.out.is_empty());
        let wide = told.out.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{arguments:?}\n{}", told.out);
        asked.push(arguments);
    }
    let seen: Vec<_> = Console::shared().seen(&run).iter().map(arguments).collect();
    assert_eq!(seen, asked);
}

#[test]
fn all_pages_are_asked_for_or_one() {
    let pages = |arguments: &[&str]| {
        let run = unique("pages");
        let mut command = at(&format!("/run/{run}"));
        let told = told(
            command
                .args(["topic", "list-in-page", "--json"])
                .args(arguments),
        );
        let lines: Vec<Value> = told
            .out
            .lines()
            .map(|it| serde_json::from_str(it).expect("JSON"))
            .collect();
        let topics: usize = lines
            .iter()
            .map(|it| it["data"].as_array().map_or(0, Vec::len))
            .sum();
        (lines.len(), topics, Console::shared().seen(&run).len())
    };
    assert_eq!(pages(&[]), (3, 45, 3));
    assert_eq!(pages(&["--page-size=9"]), (5, 45, 5));
    assert_eq!(pages(&["--page=3"]), (1, 5, 1));
    assert_eq!(pages(&["--current-page=9"]), (1, 0, 1));
}

#[test]
fn any_path_may_be_called() {
    let call = |arguments: &[&str]| told(at("").arg("call").args(arguments));
    let answer = json_of(&call(&["/json/topic/get", "topic=T", "--json"]));
    assert_eq!(answer["data"]["topic"], "T");
    let unknown = call(&["novel/list", "x=1"]);
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert!(
        unknown.words().contains("no such operation (HTTP 404)"),
        "{unknown:?}"
    );
    let wrong = call(&["topic/get", "topic"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
}

fn create(setting: &str) -> Told {
    told(at(setting).args(["topic", "create", "--topic=T", "--instance-id=inst"]))
}

#[test]
fn each_of_the_17_codes_is_told_with_what_to_do() {
    for code in OpenApiCode::KNOWN {
        for place in ["code", "message"] {
            let told = create(&format!("/code/{code}/at/{place}"));
            assert_eq!((told.code, told.out.as_str()), (3, ""), "{told:?}");
            let words = told.words();
            for part in [
                "topic/create",
                code.as_str(),
                code.meaning().expect("a meaning"),
                "出错了",
                code.remedy().expect("a remedy"),
                "request id: req-topic/create",
            ] {
                assert!(words.contains(part), "no {part}: {words}");
            }
            assert!(
                told.err.lines().all(|line| line.chars().count() <= 80),
                "{}",
                told.err
            );
        }
    }
}

#[test]
fn each_fault_has_its_text_and_its_exit_code() {
    for (setting, code, words) in [
        ("/fault/http-500", 1, "HTTP 500"),
        ("/fault/http-404", 1, "HTTP 404"),
        ("/fault/http-302", 1, "https://elsewhere.example"),
        ("/fault/http-401", 3, "SecretKey"),
        ("/fault/html", 1, "a web page"),
        ("/fault/half", 5, "ends in the middle"),
        ("/fault/cut-before", 5, "before the answer"),
        ("/fault/huge", 1, "longer than 16 MiB"),
        ("/code/BIZ_NOVEL_CASE", 3, "BIZ_NOVEL_CASE"),
    ] {
        let told = create(setting);
        assert_eq!(told.code, code, "{setting}: {told:?}");
        let said = told.words();
        assert!(
            said.contains("topic/create") && said.contains(words),
            "{setting}: {said}"
        );
        // A write is sent once; it says itself what is open.
        assert!(
            told.err.lines().all(|line| line.chars().count() <= 80),
            "{}",
            told.err
        );
    }
    let slow =
        told(at("/fault/slow").args(["topic", "list-names", "-c", "OpenApiTimeoutMillis=200"]));
    assert_eq!(slow.code, 5, "{slow:?}");
    let wrong = told(
        at("")
            .env("ONS_SECRET_KEY", "another")
            .args(["topic", "list-names"]),
    );
    assert_eq!(wrong.code, 3, "{wrong:?}");
    assert!(
        wrong.words().contains("signature does not match"),
        "{wrong:?}"
    );
    let nobody = told(at("").args(["topic", "list-names", "--endpoint", "http://127.0.0.1:1"]));
    assert_eq!(nobody.code, 4, "{nobody:?}");
}

#[test]
fn what_is_wrong_with_arguments_is_told_before_anything_is_sent() {
    let run = unique("checks");
    for (arguments, words) in [
        (&["topic", "create", "--topic=T"][..], "--instance-id"),
        (
            &[
                "empower",
                "create",
                "--empower-user=1",
                "--topic=T",
                "--relation=3",
            ],
            "2, 4, 6",
        ),
        (
            &["topic", "list-in-page", "--page=0"],
            "a whole number from 1 on",
        ),
        (
            &["topic", "get", "--topic=a b"],
            "parameter topic has the value `a b`",
        ),
        (&["topic", "get"], "--topic"),
        (&["topic", "gett"], "get"),
    ] {
        let told = told(at(&format!("/run/{run}")).args(arguments));
        assert_eq!(told.code, 2, "{told:?}");
        assert!(told.words().contains(words), "{arguments:?}: {told:?}");
    }
    assert_eq!(Console::shared().seen(&run).len(), 0);
}

#[test]
fn no_secret_is_told_at_any_level_of_the_log() {
    let console = Console::shared();
    for setting in [
        "",
        "/fault/echo",
        "/fault/html",
        "/code/BIZ_NO_MESSAGE",
        "/fault/http-302",
        "/fault/cut-before",
    ] {
        let run = unique("secrets");
        let mut shown = String::new();
        for arguments in [
            &["topic", "get", "--topic=T"][..],
            &["topic", "delete", "--topic=T"],
        ] {
            let told = told(
                at(&format!("/run/{run}{setting}"))
                    .args(arguments)
                    .arg("-vvv"),
            );
            shown += &format!("{} {}", told.out, told.err);
        }
        assert!(!shown.contains(SECRET_KEY), "{shown}");
        assert!(!shown.contains("_signature="), "{shown}");
        for seen in console.seen(&run) {
            let signature = &seen.parameters["_signature"];
            assert!(!shown.contains(signature), "{shown}");
        }
    }
}
