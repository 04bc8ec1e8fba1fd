//! The dev server, as a process of its own, with more connections than anybody needs.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::process::Command;

use onsmq_tests::cluster::{Request, Response};
use onsmq_tests::command::{onsmq, told};

use crate::support::Live;

const CONNECTIONS: usize = 10_000;
/// What is open beside them, in this process and in the server's.
const OTHERS: usize = 500;
/// What the server may take for them all: 20 KiB each.
const MAX_KIB: u64 = 200 * 1024;

const GET_BROKER_RUNTIME_INFO: i64 = 28;
const GET_BROKER_CLUSTER_INFO: i64 = 106;

#[test]
fn ten_thousand_idle_connections_are_held_and_others_are_served() {
    if !may_open(CONNECTIONS + OTHERS) {
        return;
    }
    let mut server = Live::start(onsmq().args(["dev-server", "--no-console"]));
    let address = server.line();
    let broker = broker_address(&address);
    let before = resident_kib(&server);
    // Each has said something, so that it is a client and not only a socket.
    let crowd: Vec<_> = (0..CONNECTIONS).map(|_| idle(&broker)).collect();
    let taken = resident_kib(&server).saturating_sub(before);
    println!("{CONNECTIONS} idle connections take {taken} KiB");
    assert!(taken < MAX_KIB, "{taken} KiB");

    let mut produce = onsmq();
    produce.args(["produce", "T", "body", "-n", &address]);
    let sent = told(&mut produce);
    assert_eq!(sent.code, 0, "{sent:?}");
    drop(crowd);
    server.signal("-TERM");
    assert_eq!(server.end().code(), Some(0));
}

/// Raises how many descriptors this process may open, and those that it starts, as far as it may;
/// says so where that is not enough.
fn may_open(count: usize) -> bool {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|it| it.starts_with("Max open files"));
    let hard = line.and_then(|line| line.split_whitespace().nth(4)?.parse::<usize>().ok());
    let id = std::process::id().to_string();
    let limit = format!("--nofile={}", hard.unwrap_or(count));
    let raised = Command::new("prlimit")
        .args(["--pid", &id, &limit])
        .status();
    let may = hard.is_some_and(|hard| hard >= count) && raised.is_ok_and(|it| it.success());
    if !may {
        eprintln!(
            "NOT TESTED: {count} connections. This process may open {hard:?} files at most: raise \
             the hard limit (ulimit -Hn), and have prlimit installed"
        );
    }
    may
}

/// The only broker's address.
fn broker_address(namesrv_addr: &str) -> String {
    let answer = Request::new(GET_BROKER_CLUSTER_INFO).send(namesrv_addr);
    let body = String::from_utf8(answer.expect("an answer").body).expect("UTF-8");
    let from = body.find("127.0.0.1:").expect("an address");
    let end = body[from..].find('"').expect("its end");
    body[from..from + end].to_owned()
}

/// A connection that has asked for something and got it.
fn idle(address: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).expect("a connection");
    let frame = Request::new(GET_BROKER_RUNTIME_INFO).frame(1);
    socket.write_all(&frame).expect("written");
    let answer = Response::read(&mut socket).expect("an answer");
    assert_eq!(answer.code, 0);
    socket
}

/// What a process holds in memory.
fn resident_kib(process: &Live) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id()));
    let status = status.expect("a process");
    let line = status.lines().find(|it| it.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    kib.expect("its memory")
}
