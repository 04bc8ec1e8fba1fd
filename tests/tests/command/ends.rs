//! How it ends: signals, closed pipes, idleness, and exit codes.

use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use onsmq_devserver::{CONSOLE_ACCESS_KEY, CONSOLE_SECRET_KEY};
use onsmq_tests::command::{onsmq, told};
use onsmq_tests::{Server, on_every_server};
use serde_json::Value;

use crate::support::{Live, Scene, fed};

on_every_server!(ctrl_c_commits_what_was_printed);

fn ctrl_c_commits_what_was_printed(server: Server) {
    let scene = Scene::new(server, "command_ctrl_c");
    let produced = told(&mut scene.produce(&["one", "two"]));
    assert_eq!(produced.code, 0, "{produced:?}");
    let mut consumer = Live::start(&mut scene.consume(&["--format=raw"]));
    let mut lines = [consumer.line(), consumer.line()];
    lines.sort();
    assert_eq!(lines, ["one", "two"]);
    consumer.signal("-INT");
    assert_eq!(consumer.end().code(), Some(0));
    let produced = told(&mut scene.produce(&["three"]));
    assert_eq!(produced.code, 0, "{produced:?}");
    let next = scene.consumed(1, &[]);
    assert_eq!(
        next[0]["body"], "three",
        "what was printed does not come again"
    );
}

#[test]
fn a_message_that_could_not_be_printed_comes_again() {
    let scene = Scene::new(Server::Dev, "command_pipe");
    // More than a pipe holds: it is still being written when the pipe is closed.
    let long = "x".repeat(1 << 20);
    let produced = fed(&mut scene.produce(&[]), long.as_bytes());
    assert_eq!(produced.code, 0, "{produced:?}");
    let mut consumer = Live::start(&mut scene.consume(&["--format=raw"]));
    consumer.begun();
    consumer.close();
    assert_eq!(
        consumer.end().code(),
        Some(0),
        "a closed pipe is a clean end"
    );
    let again = scene.consumed(1, &[]);
    assert_eq!(
        (&again[0]["body"], &again[0]["reconsumeTimes"]),
        (&long.into(), &1.into())
    );
}

#[test]
fn a_closed_pipe_is_noticed_while_nothing_comes() {
    let scene = Scene::new(Server::Dev, "command_gone");
    told(&mut scene.produce(&["one"]));
    let mut consumer = Live::start(&mut scene.consume(&["--format=raw"]));
    assert_eq!(consumer.line(), "one");
    consumer.close();
    assert_eq!(
        consumer.end().code(),
        Some(0),
        "a closed pipe is a clean end"
    );
    told(&mut scene.produce(&["two"]));
    let next = scene.consumed(1, &[]);
    assert_eq!(
        (&next[0]["body"], &next[0]["reconsumeTimes"]),
        (&"two".into(), &0.into()),
        "what was printed is committed, and the next was not taken"
    );
}

#[test]
fn a_closed_pipe_ends_sending() {
    let scene = Scene::new(Server::Dev, "command_closed");
    let lines = "line\n".repeat(200_000);
    let mut command = std::process::Command::new("sh");
    let program = scene.produce(&[]);
    command
        .arg("-c")
        .arg("\"$@\" | head -1 >/dev/null; exit 0")
        .arg("sh")
        .arg(program.get_program());
    command.args(program.get_args());
    for (name, value) in program.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let ended = fed(&mut command, lines.as_bytes());
    assert!(
        ended.words().contains("standard output was closed"),
        "{ended:?}"
    );
}

#[test]
fn a_line_that_fails_ends_it_though_another_may_come() {
    let scene = Scene::new(Server::Dev, "command_open");
    let mut producer = Live::start(scene.produce(&[]).stdin(Stdio::piped()));
    producer.say(b"one\n");
    assert_eq!(producer.line().len(), 32, "an id");
    producer.say(b"\n");
    assert_eq!(producer.end().code(), Some(6));
}

#[test]
fn it_ends_when_it_is_idle() {
    let scene = Scene::new(Server::Dev, "command_idle");
    told(&mut scene.produce(&["one"]));
    let idle = told(&mut scene.consume(&["--exit-on-idle=1", "--format=raw"]));
    assert_eq!((idle.code, idle.out.as_str()), (0, "one\n"), "{idle:?}");
    let too_few = told(&mut scene.consume(&["--exit-on-idle=0.5", "--count=2"]));
    assert_eq!(
        (too_few.code, too_few.words().as_str()),
        (6, "0 of 2 messages came")
    );
}

#[test]
fn exit_codes_tell_what_happened() {
    let produce = |address: &str| {
        let mut command = onsmq();
        command.args(["produce", "T", "body", "--namesrv-addr", address]);
        told(&mut command)
    };
    let nobody = produce("127.0.0.1:1");
    assert_eq!((nobody.code, nobody.out.as_str()), (4, ""), "{nobody:?}");
    assert_eq!(produce("nowhere").code, 2);
    assert_eq!(told(onsmq().args(["produce"])).code, 2);
    let no_group = told(
        Scene::new(Server::Dev, "command_group")
            .onsmq()
            .args(["consume", "T"]),
    );
    assert_eq!(no_group.code, 2, "{no_group:?}");
    assert!(no_group.words().contains("GROUP_ID"), "{no_group:?}");
    let missing = told(
        Scene::new(Server::Dev, "command_file")
            .produce(&[])
            .args(["--file", "/nowhere"]),
    );
    assert_eq!(missing.code, 1, "{missing:?}");
    for help in ["--help", "--version", "-h"] {
        assert_eq!(told(onsmq().arg(help)).code, 0);
    }
}

#[test]
fn who_does_not_answer_is_waited_for_no_longer_than_asked() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address").to_string();
    let mut command = onsmq();
    command.args([
        "produce",
        "T",
        "body",
        "-c",
        "SendMsgTimeoutMillis=300",
        "-n",
        &address,
    ]);
    let told = told(&mut command);
    assert!([4, 5].contains(&told.code), "{told:?}");
}

#[test]
fn the_dev_server_runs_until_it_is_told_to_stop() {
    let mut server = Live::start(onsmq().args(["dev-server", "--queues=2"]));
    let address = server.line();
    let mut produce = onsmq();
    produce.args(["produce", "T", "body", "--json", "-n", &address]);
    let sent = told(&mut produce);
    assert_eq!(sent.code, 0, "{sent:?}");
    server.signal("-TERM");
    assert_eq!(server.end().code(), Some(0));
}

#[test]
fn the_dev_server_prints_where_its_console_is() {
    let mut server = Live::start(onsmq().args(["dev-server", "--brokers=2"]));
    let (namesrv_addr, console) = (server.line(), server.line());
    TcpStream::connect(namesrv_addr).expect("a name server");
    let mut list = onsmq();
    list.args(["api", "region", "list", "--json"])
        .env("ONS_ENDPOINT", &console)
        .env("ONS_ACCESS_KEY", CONSOLE_ACCESS_KEY)
        .env("ONS_SECRET_KEY", CONSOLE_SECRET_KEY);
    let listed = told(&mut list);
    assert!(listed.out.contains("mq-private"), "{listed:?}");
}

#[test]
fn the_dev_server_has_no_console_where_none_is_wanted_and_ends_with_its_input() {
    let mut command = onsmq();
    command
        .args(["dev-server", "--no-console", "--until-stdin-closes"])
        .stdin(Stdio::null());
    let told = told(&mut command);
    assert_eq!((told.code, told.out.lines().count()), (0, 1), "{told:?}");
}

#[test]
fn the_dev_server_asks_accounts_for_signatures_and_speaks_tls() {
    let accounts = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&accounts, r#"[{"access_key": "AK", "secret_key": "SK"}]"#).expect("written");
    let mut server = Live::start(
        onsmq()
            .args(["dev-server", "--no-console", "--tls", "--accounts"])
            .arg(accounts.path()),
    );
    let (address, ca_file) = (server.line(), server.line());
    let mut produce = onsmq();
    produce.args(["produce", "T", "body", "-n", &address]);
    assert_eq!(told(&mut produce).code, 3, "without an account");
    let ca = format!("tls.client.trustCertPath={ca_file}");
    produce.args(["-c", "tls.enable=true", "-c", &ca]);
    produce
        .env("ONS_ACCESS_KEY", "AK")
        .env("ONS_SECRET_KEY", "SK");
    let sent = told(&mut produce);
    assert_eq!(sent.code, 0, "{sent:?}");
}

#[test]
fn the_dev_server_refuses_what_it_cannot_be() {
    for (option, allowed) in [
        ("--brokers=0", "from 1 to 64"),
        ("--speed=0", "above 0"),
        ("--lock-life-ms=long", "a whole number"),
    ] {
        let told = told(onsmq().args(["dev-server", option]));
        assert_eq!(told.code, 2, "{told:?}");
        let name = option.split('=').next().unwrap_or_default();
        assert!(
            told.words().contains(name) && told.words().contains(allowed),
            "{told:?}"
        );
    }
}

#[test]
fn the_bench_measures_both_ways() {
    let scene = Scene::new(Server::Dev, "command_bench");
    let arguments = ["bench", "--messages=500", "--topic", &scene.topic];
    let measured = told(scene.onsmq().args(arguments).arg("--json"));
    assert_eq!(measured.code, 0, "{measured:?}");
    let lines: Vec<Value> = measured
        .out
        .lines()
        .map(|it| serde_json::from_str(it).expect("JSON"))
        .collect();
    for (line, what) in lines.iter().zip(["send", "receive"]) {
        assert_eq!(
            (&line["what"], &line["messages"]),
            (&what.into(), &500.into())
        );
        assert!(line["messagesPerSecond"].as_u64() > Some(0), "{line}");
        assert!(line["p50Ms"].as_f64() <= line["p99Ms"].as_f64(), "{line}");
    }
    // With nobody to send to, it brings its own.
    let table = told(onsmq().args(["bench", "--messages=50"]));
    assert_eq!(table.code, 0, "{table:?}");
    assert!(
        table.out.contains("msg/s") && table.words().contains("dev server"),
        "{table:?}"
    );
}

#[test]
fn shells_and_the_manual_are_served() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = told(onsmq().args(["completions", shell]));
        assert_eq!(script.code, 0, "{script:?}");
        assert!(script.out.contains("list-in-page"), "{shell}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let written = told(onsmq().arg("man").arg(folder.path()));
    assert_eq!(written.code, 0, "{written:?}");
    let page = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect(name);
    assert!(page("onsmq.1").contains("EXIT STATUS"));
    assert!(page("onsmq-api-topic-create.1").contains("instance"));
}
