//! Messages in and out.

use std::collections::BTreeSet;

use onsmq_tests::command::told;
use onsmq_tests::{Server, on_every_server};
use serde_json::Value;

use crate::support::{Scene, fed};

on_every_server!(lines_go_round_once, an_order_is_kept);

fn ids(values: &[Value]) -> BTreeSet<String> {
    let id = |value: &Value| value["messageId"].as_str().expect("an id").to_owned();
    values.iter().map(id).collect()
}

fn lines_go_round_once(server: Server) {
    let scene = Scene::new(server, "command_lines");
    let lines: Vec<String> = (0..300).map(|at| format!("第 {at} 行\t\"x\"")).collect();
    let produced = fed(
        &mut scene.produce(&["--tag=created", "--key=42", "--property", "区域=north=1"]),
        lines.join("\n").as_bytes(),
    );
    assert_eq!(
        (produced.code, produced.err.as_str()),
        (0, ""),
        "{produced:?}"
    );
    let sent: BTreeSet<String> = produced.out.lines().map(str::to_owned).collect();
    assert_eq!(sent.len(), lines.len());

    let other = told(&mut scene.produce(&["--tag=paid", "another"]));
    assert_eq!(other.code, 0, "{other:?}");
    let consumed = scene.consumed(300, &["--tag", "created"]);
    assert_eq!(ids(&consumed), sent);
    let bodies: BTreeSet<_> = consumed
        .iter()
        .map(|it| it["body"].as_str().expect("text"))
        .collect();
    assert_eq!(bodies, lines.iter().map(String::as_str).collect());
    for message in &consumed {
        assert_eq!(message["topic"], *scene.topic);
        assert_eq!(
            (&message["tag"], &message["key"]),
            (&"created".into(), &"42".into())
        );
        assert_eq!(message["properties"]["区域"], "north=1");
    }
    // What was printed was acknowledged: it does not come to the group again.
    let again = told(&mut scene.consume(&["--tag", "created", "--exit-on-idle=2"]));
    assert_eq!((again.code, again.out.as_str()), (0, ""), "{again:?}");
}

fn an_order_is_kept(server: Server) {
    let scene = Scene::new(server, "command_order");
    let lines: Vec<String> = (0..40).map(|at| at.to_string()).collect();
    let mut command = scene.produce(&["--sharding-key=order 7", "--json", "--lines=-"]);
    let produced = fed(&mut command, lines.join("\n").as_bytes());
    assert_eq!(produced.code, 0, "{produced:?}");
    let sent: Vec<Value> = produced
        .out
        .lines()
        .map(|it| serde_json::from_str(it).expect("JSON"))
        .collect();
    let consumed = scene.consumed(40, &[]);
    let place = |it: &Value| (it["brokerName"].clone(), it["queueId"].clone());
    assert!(
        sent.iter().all(|it| place(it) == place(&sent[0])),
        "{sent:?}"
    );
    let mut by_offset = consumed.clone();
    by_offset.sort_by_key(|it| it["offset"].as_i64());
    let bodies: Vec<_> = by_offset
        .iter()
        .map(|it| it["body"].as_str().expect("text"))
        .collect();
    assert_eq!(bodies, lines);
    assert!(consumed.iter().all(|it| it["shardingKey"] == "order 7"));
}

#[test]
fn bytes_go_round_as_they_are() {
    let scene = Scene::new(Server::Dev, "command_bytes");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("body");
    let body = b"\xff\x00\x1b[31m\r\nsecond\n";
    std::fs::write(&file, body).expect("a file");
    let produced = told(&mut scene.produce(&["--file", file.to_str().expect("UTF-8")]));
    assert_eq!(produced.code, 0, "{produced:?}");
    let mut raw = scene.consume(&["--format=raw", "--count=1", "--exit-on-idle=40"]);
    let raw = raw.output().expect("the command").stdout;
    assert_eq!(raw, [&body[..], b"\n"].concat());
    let reader = scene.of_group("_2");
    let message = &reader.consumed(1, &[])[0];
    assert_eq!(message["bodyBase64"], "/wAbWzMxbQ0Kc2Vjb25kCg==");
    let reader = reader.of_group("_3");
    let text = told(&mut reader.consume(&["--count=1"]));
    assert_eq!(text.out.lines().count(), 1, "{text:?}");
    assert!(
        text.out
            .ends_with("\t-\t-\t\u{fffd}\\u{0}\\u{1b}[31m\\r\\nsecond\\n\n"),
        "{text:?}"
    );
}

#[test]
fn conditions_choose_and_delays_are_kept() {
    let scene = Scene::new(Server::Dev, "command_sql");
    for amount in ["50", "150"] {
        let property = format!("amount={amount}");
        let sent = told(&mut scene.produce(&["--delay=1s", "--property", &property, amount]));
        assert_eq!(sent.code, 0, "{sent:?}");
    }
    let consumed = scene.consumed(1, &["--sql", "amount > 100"]);
    assert_eq!(consumed[0]["body"], "150");
    let born = consumed[0]["bornTimestamp"].as_i64().expect("a time");
    let due = consumed[0]["startDeliverTime"].as_i64().expect("a time");
    assert!((due - born - 1000).abs() < 500, "{consumed:?}");
}

#[test]
fn nothing_is_reported_sent_that_was_not() {
    let scene = Scene::new(Server::Dev, "command_partial");
    let input = b"one\n\nthree\n";
    let stopped = fed(&mut scene.produce(&["--in-flight=1"]), input);
    assert_eq!(
        (stopped.code, stopped.out.lines().count()),
        (6, 1),
        "{stopped:?}"
    );
    let words = stopped.words();
    assert!(
        words.contains("standard input, line 2") && words.contains("1 sent, 1 not"),
        "{words}"
    );
    let kept_going = fed(&mut scene.produce(&["--keep-going"]), input);
    assert_eq!(
        (kept_going.code, kept_going.out.lines().count()),
        (6, 2),
        "{kept_going:?}"
    );
    let none = told(&mut scene.produce(&[""]));
    assert_eq!((none.code, none.out.as_str()), (3, ""), "{none:?}");
    let bodies: BTreeSet<_> = scene
        .consumed(3, &[])
        .iter()
        .map(|it| it["body"].to_string())
        .collect();
    assert_eq!(
        bodies,
        BTreeSet::from(["\"one\"".to_owned(), "\"three\"".to_owned()])
    );
}
