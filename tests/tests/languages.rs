//! Members of one group in Python, Node and C share the queues.
//!
//! The packages are built beside: `make test-languages` does it, and says which Python has ours.

use std::process::Command;

use onsmq_tests::cluster::{Cluster, Version};
use onsmq_tests::java;

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

/// Two of the vendor's Java SDK and two of ours share eight queues, and those of who is there.
fn beside_java(version: Version) {
    let cluster = Cluster::builder(version).topic("mixed", 8).start();
    let cluster = cluster.expect("a real broker");
    let homes = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let members = vec![java::member(&homes[0]), python()];
    let mut group = Group::start(&cluster.namesrv_addr(), "mixed", "GID_mixed", members);
    let shares = |group: &Group, queues: &[usize]| {
        group.wait_until_divided();
        for (share, queues) in group.share(1600).into_iter().zip(queues) {
            let due = queues * 200;
            assert!(share.abs_diff(due) <= due / 5, "{share} of {due}");
        }
    };
    shares(&group, &[4, 4]);
    group.join(java::member(&homes[1]));
    group.join(node());
    shares(&group, &[2, 2, 2, 2]);
    group.leave(0);
    group.leave(1);
    shares(&group, &[0, 0, 4, 4]);
    group.end();
}

#[test]
fn java_python_and_node_share_the_queues_of_4_9_7_while_members_come_and_go() {
    beside_java(Version::V4_9_7);
}

#[test]
fn java_python_and_node_share_the_queues_of_5_3_3_while_members_come_and_go() {
    beside_java(Version::V5_3_3);
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
