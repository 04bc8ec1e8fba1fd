//! The C ABI and the header for C++, on every server: the scenarios of `tests/c` and `tests/cpp`.

#[path = "native/kinds.rs"]
mod kinds;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use onsmq_tests::native::{self, c_suite, cpp_suite};
use onsmq_tests::{Server, on_every_server, unique};

fn scenario(suite: &Path, server: Server, name: &str, arguments: &[&str]) {
    let running = server.run();
    let topic = unique(name);
    native::run(
        Command::new(suite)
            .args([name, running.address(), &topic])
            .args(arguments),
    );
}

fn c_sends_and_receives_ten_thousand_messages(server: Server) {
    scenario(c_suite(), server, "roundtrip", &["10000"]);
}

fn c_subscribes_by_tags_and_gets_failed_messages_again(server: Server) {
    scenario(c_suite(), server, "subscriptions", &[]);
}

fn c_gets_an_error_of_its_own_for_each_fault(server: Server) {
    let refused = closed_port();
    let http = http_server();
    scenario(c_suite(), server, "errors", &[&refused, &http]);
}

fn cpp_sends_and_receives_ten_thousand_messages(server: Server) {
    scenario(cpp_suite(), server, "roundtrip", &["10000"]);
}

fn cpp_listeners_may_throw_and_complete_later(server: Server) {
    scenario(cpp_suite(), server, "subscriptions", &[]);
}

fn cpp_receives_without_a_listener(server: Server) {
    scenario(cpp_suite(), server, "receiving", &[]);
}

fn cpp_errors_are_exceptions(server: Server) {
    scenario(cpp_suite(), server, "errors", &[]);
}

on_every_server!(
    c_sends_and_receives_ten_thousand_messages,
    c_subscribes_by_tags_and_gets_failed_messages_again,
    c_gets_an_error_of_its_own_for_each_fault,
    cpp_sends_and_receives_ten_thousand_messages,
    cpp_listeners_may_throw_and_complete_later,
    cpp_receives_without_a_listener,
    cpp_errors_are_exceptions,
);

/// A port that nobody listens on.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").to_string()
}

/// A server that speaks HTTP: it answers anything with an error of its own.
fn http_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    address
}

#[test]
fn a_hundred_rounds_in_c_leak_nothing_and_touch_nothing_foreign() {
    let running = Server::Dev.run();
    let mut valgrind = Command::new("valgrind");
    valgrind.args([
        "--quiet",
        "--leak-check=full",
        "--errors-for-leak-kinds=definite",
    ]);
    valgrind.args(["--show-leak-kinds=definite", "--error-exitcode=9"]);
    valgrind
        .arg(c_suite())
        .args(["rounds", running.address(), &unique("rounds"), "100"]);
    native::run(&mut valgrind);
}

/// Each property with a value that it does not take.
fn wrong_properties() -> Vec<String> {
    let wrong = |property: &onsmq::Property| match property.kind {
        onsmq::Kind::Text | onsmq::Kind::Secret => "",
        _ => "?",
    };
    onsmq::PROPERTIES
        .iter()
        .map(|property| format!("{}={}", property.key, wrong(property)))
        .collect()
}

#[test]
fn c_and_cpp_know_every_property() {
    for suite in [c_suite(), cpp_suite()] {
        let mut command = Command::new(suite);
        command.args(["properties", "127.0.0.1:9876", "topic"]);
        native::run(command.args(wrong_properties()));
    }
}

#[test]
fn the_library_exports_the_functions_of_the_header_and_nothing_else() {
    let output = native::run(
        Command::new("nm")
            .args(["-D", "--defined-only"])
            .arg(native::library()),
    );
    let symbols = String::from_utf8(output.stdout).expect("text");
    let mut exported: Vec<_> = symbols
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2))
        .collect();
    exported.sort_unstable();
    let listed = std::fs::read_to_string(native::root().join("ffi/symbols.txt")).expect("a list");
    assert_eq!(exported, listed.lines().collect::<Vec<_>>());
}

#[test]
fn the_headers_may_be_included_twice_and_alone() {
    for source in ["tests/c/double_include.c", "tests/cpp/double_include.cpp"] {
        let name = if source.ends_with('c') {
            "double-c"
        } else {
            "double-cpp"
        };
        native::run(&mut Command::new(native::compile(name, &[source])));
    }
}
