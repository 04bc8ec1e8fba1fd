//! The cluster as a library, with both versions.

mod support;

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;

use onsmq_tests::cluster::{Cluster, Error, FULL, LIMITED, Request, Response, Version};
use support::{brokers_in_route, listening, message, pids, stored};

/// Runs each test with each version, as a test of its own.
macro_rules! with_each_version {
    ($($name:ident),* $(,)?) => {
        mod v4_9_7 { $(#[test] fn $name() { super::$name(super::Version::V4_9_7); })* }
        mod v5_3_3 { $(#[test] fn $name() { super::$name(super::Version::V5_3_3); })* }
    };
}

with_each_version!(
    all_name_servers_have_the_route_to_all_brokers,
    a_killed_broker_comes_back_with_its_address_and_data,
    a_broker_that_finds_its_port_taken_says_so,
    a_killed_name_server_comes_back_with_the_route,
    only_signed_requests_with_permission_are_taken,
    a_client_that_trusts_the_authority_can_use_tls,
    twenty_thousand_messages_at_once_are_all_taken,
);

const LOOPBACK: &str = "0100007F:";

fn all_name_servers_have_the_route_to_all_brokers(version: Version) {
    let cluster = Cluster::builder(version)
        .brokers(2)
        .namesrvs(2)
        .topic("orders", 3)
        .start()
        .unwrap();

    for namesrv in cluster.namesrv_addr().split(';') {
        assert_eq!(
            brokers_in_route(namesrv, "orders"),
            ["broker-a", "broker-b"]
        );
        assert_eq!(
            brokers_in_route(namesrv, "TBW102"),
            ["broker-a", "broker-b"]
        );
    }
    let sockets: Vec<_> = pids(&cluster).into_iter().flat_map(listening).collect();
    // One of each name server; of each broker its own, the fast one and that for replication.
    assert_eq!(sockets.len(), 2 + 2 * 3, "{sockets:?}");
    assert!(
        sockets.iter().all(|address| address.starts_with(LOOPBACK)),
        "{sockets:?}"
    );
}

fn a_killed_broker_comes_back_with_its_address_and_data(version: Version) {
    let mut cluster = Cluster::builder(version)
        .topic("orders", 1)
        .start()
        .unwrap();
    let before = cluster.brokers()[0].clone();
    message("orders").send(&before.address).unwrap();

    cluster.kill("broker-a").unwrap();
    assert!(TcpStream::connect(&before.address).is_err());
    assert_eq!(cluster.brokers()[0].pid, None);
    assert!(matches!(cluster.kill("broker-a"), Err(Error::Usage(_))));
    cluster.start("broker-a").unwrap();

    let after = cluster.brokers()[0].clone();
    assert_eq!(after.address, before.address);
    assert_ne!(after.pid, before.pid);
    assert_eq!(stored(&after.address, "orders"), 1);
}

fn a_broker_that_finds_its_port_taken_says_so(version: Version) {
    let mut cluster = Cluster::builder(version).start().unwrap();
    cluster.kill("broker-a").unwrap();
    let _taken = TcpListener::bind(&cluster.brokers()[0].address).unwrap();

    let error = cluster.start("broker-a").unwrap_err();

    assert!(
        matches!(
            error,
            Error::Died {
                port_taken: true,
                ..
            }
        ),
        "{error}"
    );
}

fn a_killed_name_server_comes_back_with_the_route(version: Version) {
    let mut cluster = Cluster::builder(version).namesrvs(2).start().unwrap();
    let namesrvs = cluster.namesrvs();

    cluster.kill("namesrv-0").unwrap();
    assert!(TcpStream::connect(&namesrvs[0].address).is_err());
    assert_eq!(
        brokers_in_route(&namesrvs[1].address, "TBW102"),
        ["broker-a"]
    );
    cluster.create_topic("made-meanwhile", 2).unwrap();
    cluster.start("namesrv-0").unwrap();

    assert_eq!(
        brokers_in_route(&namesrvs[0].address, "made-meanwhile"),
        ["broker-a"]
    );
}

fn only_signed_requests_with_permission_are_taken(version: Version) {
    let cluster = Cluster::builder(version)
        .acl(true)
        .topic("allowed-topic", 1)
        .topic("other", 1);
    let mut cluster = cluster.start().unwrap();
    let broker = cluster.brokers()[0].address.clone();
    let refusal = if version == Version::V4_9_7 { 1 } else { 16 };
    let code = |request: Request| request.send(&broker).unwrap().code;

    assert_eq!(code(message("other")), refusal);
    assert_eq!(code(message("other").signed(FULL)), 0);
    assert_eq!(code(message("other").signed(LIMITED)), refusal);
    assert_eq!(code(message("allowed-topic").signed(LIMITED)), 0);
    let done = cluster
        .mqadmin(&["topicStatus", "-t", "allowed-topic"])
        .unwrap();
    assert!(done.output.contains("broker-a"), "{}", done.output);

    cluster.restart("broker-a").unwrap();
    assert_eq!(code(message("other")), refusal);
    assert_eq!(code(message("allowed-topic").signed(LIMITED)), 0);
}

fn a_client_that_trusts_the_authority_can_use_tls(version: Version) {
    let cluster = Cluster::builder(version).tls(true).start().unwrap();
    let ca_file = cluster.ca_file().unwrap().display().to_string();

    for address in [cluster.namesrv_addr(), cluster.brokers()[0].address.clone()] {
        let handshake = |trust: &[&str]| {
            Command::new("openssl")
                .args([
                    "s_client",
                    "-verify_return_error",
                    "-verify_ip",
                    "127.0.0.1",
                ])
                .args(["-connect", &address])
                .args(trust)
                .stdin(Stdio::null())
                .output()
                .expect("this test needs the program `openssl`: install openssl")
        };
        let trusting = handshake(&["-CAfile", &ca_file]);
        assert!(
            trusting.status.success(),
            "{}",
            String::from_utf8_lossy(&trusting.stderr)
        );
        assert!(!handshake(&["-no-CAfile"]).status.success());
    }
    // Plain connections go on working.
    assert_eq!(
        brokers_in_route(&cluster.namesrv_addr(), "TBW102"),
        ["broker-a"]
    );
}

fn twenty_thousand_messages_at_once_are_all_taken(version: Version) {
    const MESSAGES: i32 = 20_000;
    let cluster = Cluster::builder(version)
        .topic("orders", 1)
        .start()
        .unwrap();
    let broker = cluster.brokers()[0].address.clone();
    let mut sending = TcpStream::connect(&broker).unwrap();
    let mut receiving = BufReader::new(sending.try_clone().unwrap());

    let sender = thread::spawn(move || {
        let message = message("orders");
        (0..MESSAGES).try_for_each(|opaque| sending.write_all(&message.frame(opaque)))
    });
    let codes: Vec<_> = (0..MESSAGES)
        .map(|_| Response::read(&mut receiving).unwrap())
        .filter(|response| response.code != 0)
        .map(|response| (response.code, response.remark))
        .collect();

    sender.join().unwrap().unwrap();
    assert_eq!(codes, []);
    assert_eq!(stored(&broker, "orders"), u64::try_from(MESSAGES).unwrap());
}
