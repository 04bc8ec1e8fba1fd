//! The tool as a program: what it prints, what it takes, and that nothing outlives it.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use support::{eventually, running_with, runs};

/// The tool, and what it said when it was ready.
struct Tool {
    process: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    ready: Value,
}

impl Tool {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_onsmq-test-broker"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut tool = Self {
            process,
            commands,
            answers,
            ready: Value::Null,
        };
        tool.ready = tool.read();
        tool
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
    }

    fn command(&mut self, line: &str) -> Value {
        writeln!(self.commands.as_ref().unwrap(), "{line}").unwrap();
        self.read()
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the end, by itself, and that it left neither processes nor files.
    fn ends_with_everything(mut self) {
        let pids: Vec<_> = ["brokers", "namesrvs"]
            .iter()
            .flat_map(|kind| self.ready[kind].as_array().unwrap())
            .map(|node| u32::try_from(node["pid"].as_u64().unwrap()).unwrap())
            .collect();
        let folder = self.ready["folder"].as_str().unwrap().to_owned();
        self.process.wait().unwrap();
        eventually("no server is left", || !pids.iter().any(|pid| runs(*pid)));
        eventually("no folder is left", || !Path::new(&folder).exists());
    }
}

#[test]
fn nothing_is_left_of_4_9_7_when_the_tool_is_killed() {
    let mut tool = Tool::start(&["--version", "4.9.7", "--brokers", "2"]);
    tool.process.kill().unwrap();
    tool.ends_with_everything();
}

#[test]
fn nothing_is_left_of_5_3_3_when_the_tool_is_killed() {
    let mut tool = Tool::start(&["--version", "5.3.3"]);
    tool.process.kill().unwrap();
    tool.ends_with_everything();
}

#[test]
fn nothing_is_left_when_the_tool_is_killed_while_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let files = || fs::read_dir(&path).unwrap().count();
    let mut tool = Command::new(env!("CARGO_BIN_EXE_onsmq-test-broker"))
        .args(["--acl", "--brokers", "2"])
        .env("TMPDIR", &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Three servers, and who clears up after them.
    eventually("the servers are starting", || running_with(&path).len() > 3);

    tool.kill().unwrap();
    tool.wait().unwrap();

    eventually("no server is left", || running_with(&path).is_empty());
    eventually("no file is left", || files() == 0);
}

#[test]
fn sigterm_and_sigint_stop_everything() {
    for signal in ["-TERM", "-INT"] {
        let tool = Tool::start(&["--version", "4.9.7"]);
        tool.signal(signal);
        tool.ends_with_everything();
    }
}

#[test]
fn the_end_of_standard_input_stops_everything() {
    let mut tool = Tool::start(&["--version", "4.9.7"]);
    tool.commands = None;
    tool.ends_with_everything();
}

#[test]
fn each_command_is_answered_with_a_line() {
    let mut tool = Tool::start(&[
        "--version=4.9.7",
        "--acl",
        "--tls",
        "--topic=orders:2",
        "--broker-config=transactionTimeOut=1000",
    ]);
    assert_eq!(tool.ready["version"], "4.9.7");
    assert_eq!(tool.ready["access_key"], "GoldenAK01");
    assert_eq!(
        tool.ready["limited"]["secret_key"],
        "LimitedSecretKey987654321"
    );
    assert!(Path::new(tool.ready["ca_file"].as_str().unwrap()).exists());

    let killed = tool.command("kill broker-a");
    let started = tool.command("start broker-a");
    let topic = tool.command("topic payments 3");
    let status = tool.command("mqadmin topicRoute -t payments");
    let unknown = tool.command("start broker-z");

    assert_eq!(killed, json!({"ok": true, "name": "broker-a"}));
    assert_eq!(started["address"], tool.ready["brokers"][0]["address"]);
    assert_eq!(topic, json!({"ok": true, "topic": "payments", "queues": 3}));
    assert!(
        status["output"]
            .as_str()
            .unwrap()
            .contains("\"writeQueueNums\":3"),
        "{status}"
    );
    assert_eq!(unknown["ok"], false);
    assert!(
        unknown["error"].as_str().unwrap().contains("broker-a"),
        "{unknown}"
    );
    assert_eq!(tool.command("stop"), json!({"ok": true}));
}

#[test]
fn a_wrong_property_is_refused_with_a_reason() {
    let tool = Command::new(env!("CARGO_BIN_EXE_onsmq-test-broker"))
        .args(["--broker-config", "listenPort=9"])
        .stdin(Stdio::null())
        .output()
        .unwrap();

    assert!(!tool.status.success());
    assert!(String::from_utf8_lossy(&tool.stderr).contains("listenPort"));
}
