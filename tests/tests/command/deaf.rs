//! The dev server, as a process of its own, and a client that asks and never reads.

use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use onsmq_tests::cluster::Request;
use onsmq_tests::command::{onsmq, told};
use onsmq_tests::memory;

use crate::support::{Live, broker_address};

const SEND_MESSAGE: i64 = 10;
const PULL_MESSAGE: i64 = 11;
const BODY: usize = 1024 * 1024;
/// Each wants a body: two gigabytes in all.
const PULLS: i32 = 2_000;
/// The server's and the kernel's buffers, and what requests take.
const MAX_KIB: u64 = 32 * 1024;

#[test]
fn a_client_that_never_reads_costs_little_and_others_are_served() {
    let mut server = Live::start(onsmq().args(["dev-server", "--no-console"]));
    let address = server.line();
    let broker = broker_address(&address);
    let stored = Request::new(SEND_MESSAGE)
        .field("producerGroup", "GID_deaf")
        .field("topic", "deaf")
        .field("defaultTopic", "TBW102")
        .field("defaultTopicQueueNums", 1)
        .field("queueId", 0)
        .field("sysFlag", 0)
        .field("bornTimestamp", 0)
        .field("flag", 0)
        .field("properties", "")
        .body(vec![b'x'; BODY])
        .send(&broker)
        .expect("an answer");
    assert_eq!(stored.code, 0);
    let before = memory::kib(server.id(), "VmRSS");

    let mut deaf = TcpStream::connect(&broker).expect("a connection");
    let limit = Some(Duration::from_secs(2));
    deaf.set_write_timeout(limit).expect("a time limit");
    let asked = (1..=PULLS).try_for_each(|number| deaf.write_all(&pull(number)));
    // Once answers are not read, the server reads no more requests.
    if let Err(error) = asked {
        assert!(
            matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{error}"
        );
    }
    let mut produce = onsmq();
    produce.args(["produce", "T", "body", "-n", &address]);
    let sent = told(&mut produce);
    assert_eq!(sent.code, 0, "{sent:?}");
    let most = memory::kib(server.id(), "VmHWM").saturating_sub(before);
    assert!(most < MAX_KIB, "{most} KiB");

    drop(deaf);
    server.signal("-TERM");
    assert_eq!(server.end().code(), Some(0));
}

fn pull(opaque: i32) -> Vec<u8> {
    Request::new(PULL_MESSAGE)
        .field("consumerGroup", "GID_deaf")
        .field("topic", "deaf")
        .field("queueId", 0)
        .field("queueOffset", 0)
        .field("maxMsgNums", 32)
        .field("sysFlag", 4)
        .field("commitOffset", 0)
        .field("suspendTimeoutMillis", 0)
        .field("subscription", "*")
        .field("subVersion", 0)
        .field("expressionType", "TAG")
        .frame(opaque)
}
