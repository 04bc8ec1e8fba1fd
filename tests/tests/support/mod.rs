//! What the tests of the cluster look at.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::fs;
use std::time::{Duration, Instant};

use onsmq_tests::cluster::{Cluster, Request, Response};
use serde_json::Value;

/// A message for queue 0 of `topic`.
pub(crate) fn message(topic: &str) -> Request {
    Request::new(310)
        .field("a", "GID_tests")
        .field("b", topic)
        .field("c", "TBW102")
        .field("d", 4)
        .field("e", 0)
        .field("f", 0)
        .field("g", 1_700_000_000_000_u64)
        .field("h", 0)
        .field("i", "TAGS\u{1}a\u{2}")
        .field("j", 0)
        .field("k", false)
        .field("m", false)
        .body("hello")
}

/// How many messages queue 0 of `topic` has on the broker.
pub(crate) fn stored(broker: &str, topic: &str) -> u64 {
    let request = Request::new(30).field("topic", topic).field("queueId", 0);
    let response = request.send(broker).unwrap();
    assert_eq!(response.code, 0, "{}", response.remark);
    response.fields["offset"].as_str().unwrap().parse().unwrap()
}

/// The names of the brokers in the route of `topic`, in order; none if there is no route.
pub(crate) fn brokers_in_route(namesrv: &str, topic: &str) -> Vec<String> {
    let Response { body, .. } = Request::new(105)
        .field("topic", topic)
        .send(namesrv)
        .unwrap();
    let route: Value = serde_json::from_slice(&body).unwrap_or_default();
    let data = route["brokerDatas"].as_array().cloned().unwrap_or_default();
    let mut names: Vec<_> = data
        .iter()
        .map(|broker| broker["brokerName"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Every process of a cluster.
pub(crate) fn pids(cluster: &Cluster) -> Vec<u32> {
    let nodes = cluster.namesrvs().into_iter().chain(cluster.brokers());
    nodes.filter_map(|node| node.pid).collect()
}

/// The addresses that a process listens on, as the kernel writes them.
pub(crate) fn listening(pid: u32) -> Vec<String> {
    let sockets: Vec<_> = fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|fd| fs::read_link(fd.ok()?.path()).ok())
        .map(|link| link.display().to_string())
        .collect();
    let tables =
        ["tcp", "tcp6"].map(|name| fs::read_to_string(format!("/proc/net/{name}")).unwrap());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|columns| columns[3] == "0A")
        .filter(|columns| sockets.contains(&format!("socket:[{}]", columns[9])))
        .map(|columns| columns[1].to_owned())
        .collect()
}

/// Whether the process runs. One that has ended stays listed until its parent looks.
pub(crate) fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

/// The processes that have `text` in their command line.
pub(crate) fn running_with(text: &str) -> Vec<u32> {
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|c| c.contains(text))
        })
        .filter(|pid| runs(*pid))
        .collect()
}

/// Waits until `condition` holds.
#[track_caller]
pub(crate) fn eventually(what: &str, condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "not in 20 s: {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
