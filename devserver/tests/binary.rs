//! The program: it prints its address, and ends when it is told to.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Starts the program, and gives the first line that it prints.
fn start() -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_onsmq-dev-server"))
        .args(["--brokers", "2", "--until-stdin-closes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    (child, line.trim().to_owned())
}

#[test]
fn it_prints_an_address_and_ends_when_its_input_does() {
    let (mut child, address) = start();
    std::net::TcpStream::connect(address).expect("somebody listens");
    drop(child.stdin.take());
    assert!(child.wait().expect("ended").success());
}

#[cfg(unix)]
#[test]
fn it_ends_at_a_signal_though_its_input_is_open() {
    let (mut child, _) = start();
    let id = child.id().to_string();
    let killed = Command::new("kill").args(["-TERM", &id]).status();
    assert!(killed.expect("kill").success());
    let stdin = child.stdin.take();
    assert!(child.wait().expect("ended").success());
    drop(stdin);
}
