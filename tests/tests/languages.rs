//! Members of one group in Python, Node and C share the queues.
//!
//! The packages are built beside: `make test-languages` does it, and says which Python has ours.

use std::process::Command;

use onsmq_tests::member::Group;
use onsmq_tests::native::{c_suite, root};
use onsmq_tests::{Server, on_every_server, unique};

fn python() -> Command {
    let python =
        std::env::var("ONSMQ_TEST_PYTHON").expect("ONSMQ_TEST_PYTHON: see `make test-languages`");
    let mut command = Command::new(python);
    command.arg(root().join("tests/members/member.py"));
    command
}

fn node() -> Command {
    let mut command = Command::new("node");
    command.arg(root().join("tests/members/member.mjs"));
    command
}

fn c() -> Command {
    let mut command = Command::new(c_suite());
    command.arg("member");
    command
}

fn share(server: Server, members: Vec<Command>) {
    let running = server.run();
    let count = members.len();
    let group = Group::start(
        running.address(),
        &unique("shared"),
        &unique("GID_shared"),
        members,
    );
    group.wait_until_divided();
    let shares = group.share(2000);
    assert!(
        shares.iter().all(|share| *share > 2000 / count / 2),
        "{shares:?}"
    );
    group.end();
}

fn python_and_node_share_the_queues_and_get_each_message_once(server: Server) {
    share(server, vec![python(), node()]);
}

fn c_and_python_share_the_queues_and_get_each_message_once(server: Server) {
    share(server, vec![c(), python()]);
}

on_every_server!(
    python_and_node_share_the_queues_and_get_each_message_once,
    c_and_python_share_the_queues_and_get_each_message_once,
);
