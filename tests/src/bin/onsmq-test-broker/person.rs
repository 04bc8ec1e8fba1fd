//! What a person reads when the cluster is up.

use std::fmt::Write;

use onsmq_tests::cluster::{Account, Cluster, Node};

/// How to connect, and how to stop.
pub(crate) fn welcome(cluster: &Cluster) -> String {
    let about = cluster.describe();
    let mut text = format!("RocketMQ {} is up.\n\n", about.version);
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<13}{value}");
    };
    line("name servers", &about.namesrv_addr);
    for node in about.brokers.iter().chain(&about.namesrvs) {
        line("", &describe(node));
    }
    if let Some(access) = about.access {
        line("account", &credentials(access.full));
        line("admin", &credentials(access.admin));
        line(
            "limited",
            &format!("{} (topic allowed-topic only)", credentials(access.limited)),
        );
    }
    if let Some(file) = &about.ca_file {
        line("trust (TLS)", &file.display().to_string());
    }
    line(
        "logs",
        &about.folder.join("*/server.log").display().to_string(),
    );
    text.push_str("\nTopics are made when a message is sent to them. Ctrl-C stops everything.");
    text
}

fn describe(Node { name, address, pid }: &Node) -> String {
    let pid = pid.map_or("down".to_owned(), |pid| format!("process {pid}"));
    format!("{name} at {address}, {pid}")
}

fn credentials(
    Account {
        access_key,
        secret_key,
    }: Account,
) -> String {
    format!("{access_key} / {secret_key}")
}
