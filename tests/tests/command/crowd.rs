//! The dev server, as a process of its own, with more connections than anybody needs.

use std::io::Write as _;
use std::net::TcpStream;

use onsmq_tests::cluster::{Request, Response};
use onsmq_tests::command::{onsmq, told};
use onsmq_tests::memory;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::{Live, broker_address};

const CONNECTIONS: u64 = 10_000;
/// What is open beside them, in this process and in the server's.
const OTHERS: u64 = 500;
/// What the server may take for them all: 20 KiB each.
const MAX_KIB: u64 = 200 * 1024;

const GET_BROKER_RUNTIME_INFO: i64 = 28;

#[test]
fn ten_thousand_idle_connections_are_held_and_others_are_served() {
    allow_files(CONNECTIONS + OTHERS);
    let mut server = Live::start(onsmq().args(["dev-server", "--no-console"]));
    let address = server.line();
    let broker = broker_address(&address);
    let before = memory::kib(server.id(), "VmRSS");
    // Each has said something, so that it is a client and not only a socket.
    let crowd: Vec<_> = (0..CONNECTIONS).map(|_| idle(&broker)).collect();
    let taken = memory::kib(server.id(), "VmRSS").saturating_sub(before);
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

/// Has this process, and those that it starts, open so many files.
fn allow_files(count: u64) {
    let limit = getrlimit(Resource::Nofile);
    // None is no limit. Who runs as root may raise the hard one, too.
    let raised = Rlimit {
        current: limit.current.map(|it| it.max(count)),
        maximum: limit.maximum.map(|it| it.max(count)),
    };
    setrlimit(Resource::Nofile, raised).unwrap_or_else(|error| {
        let hard = limit.maximum;
        panic!("not tested, since {count} files may not be opened, but {hard:?}: raise ulimit -Hn ({error})")
    });
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
