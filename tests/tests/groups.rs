//! Members of one group in two processes and two languages share the queues.

use std::process::Command;

use onsmq_tests::member::Group;
use onsmq_tests::native::{c_suite, cpp_suite};
use onsmq_tests::{Server, on_every_server, unique};

/// The scenarios' programs take their scenario before the address.
fn member(suite: &std::path::Path) -> Command {
    let mut command = Command::new(suite);
    command.arg("member");
    command
}

fn c_and_cpp_share_the_queues_and_get_each_message_once(server: Server) {
    let running = server.run();
    let members = vec![member(c_suite()), member(cpp_suite())];
    let group = Group::start(
        running.address(),
        &unique("shared"),
        &unique("GID_shared"),
        members,
    );
    group.wait_until_divided();
    let shares = group.share(2000);
    assert!(shares.iter().all(|share| *share > 500), "{shares:?}");
    group.end();
}

on_every_server!(c_and_cpp_share_the_queues_and_get_each_message_once);
