//! A write is never sent twice, a read is asked again.

use onsmq::ErrorKind;
use onsmq::openapi::Operation;
use onsmq_tests::console::Console;
use onsmq_tests::unique;

use crate::calls::{all, client};

#[tokio::test]
async fn a_write_is_sent_once_while_connections_are_cut_before_in_and_after_the_answer() {
    for (fault, outcome) in [
        ("cut-before", Some(ErrorKind::ConnectionLost)),
        ("close-before", Some(ErrorKind::ConnectionLost)),
        ("cut-in-head", Some(ErrorKind::ConnectionLost)),
        ("cut-in-body", Some(ErrorKind::ConnectionLost)),
        ("half", Some(ErrorKind::ConnectionLost)),
        ("http-503", Some(ErrorKind::Protocol)),
        ("http-429", Some(ErrorKind::FlowControl)),
        ("cut-after", None),
    ] {
        let run = unique("writes");
        let client = client(&Console::shared().config(&format!("/run/{run}/fault/{fault}")));
        let is_write = |name: &str| Operation::find(name).is_some_and(|it| it.is_write);
        let writes = all(&client).into_iter().filter(|(name, _)| is_write(name));
        let mut asked = Vec::new();
        for (name, write) in writes {
            let failed = write.await.err();
            assert_eq!(failed.map(|error| error.kind()), outcome, "{name}, {fault}");
            asked.push(name);
        }
        let unknown = client.call("novel/create", [("x", "1")]).await;
        assert_eq!(unknown.is_err(), outcome.is_some(), "{fault}");
        asked.push("novel/create");
        let seen = Console::shared().seen(&run);
        let seen: Vec<_> = seen.iter().map(|it| it.operation.as_str()).collect();
        assert_eq!(seen, asked, "{fault}");
    }
}

#[tokio::test]
async fn a_write_does_not_use_a_connection_that_the_console_may_have_left() {
    let run = unique("left");
    let console = Console::shared();
    // Behind each answer the console leaves; a read in between would leave a connection to take.
    let client = client(&console.config(&format!("/run/{run}/fault/cut-after")));
    for turn in 0..20 {
        client.topic().get("T").await.expect("an answer");
        let written = client.topic().create("T", "inst").await;
        written.unwrap_or_else(|error| panic!("turn {turn}: {error}"));
    }
    assert_eq!(console.seen(&run).len(), 40);
}

#[tokio::test]
async fn a_read_is_asked_again_after_failures_that_may_pass() {
    for fault in ["cut-before", "cut-in-body", "half", "http-500", "http-503"] {
        let run = unique("reads");
        let setting = format!("/run/{run}/fault/{fault}/fail/2");
        let client = client(&Console::shared().config(&setting));
        let answer = client.topic().get("T").await;
        let answer = answer.unwrap_or_else(|error| panic!("{fault}: {error}"));
        assert_eq!(answer.data["topic"], "T");
        let seen = Console::shared().seen(&run);
        assert_eq!(seen.len(), 3, "{fault}");
    }
}

#[tokio::test]
async fn a_read_gives_up_and_does_not_begin_again_where_it_would_not_help() {
    for (setting, tries) in [
        ("fault/cut-before", 4),
        ("fault/http-404", 1),
        ("fault/http-302", 1),
        ("fault/html", 1),
        ("code/ONS_SYSTEM_ERROR", 1),
    ] {
        let run = unique("tries");
        let client = client(&Console::shared().config(&format!("/run/{run}/{setting}")));
        client.topic().get("T").await.expect_err(setting);
        assert_eq!(Console::shared().seen(&run).len(), tries, "{setting}");
    }
}
