//! The command line.

use std::io::{self, IsTerminal};

use clap::Parser;
use onsmq_tests::cluster::{Builder, Cluster, Version};

/// Brings up RocketMQ name servers and brokers on free loopback ports, and stops them when its
/// standard input ends, at the command `stop`, or at Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "onsmq-test-broker")]
pub(crate) struct Args {
    /// The version: 4.9.7 or 5.3.3.
    #[arg(long, default_value = "5.3.3")]
    version: Version,
    /// How many master brokers.
    #[arg(long, value_name = "N", default_value_t = 1)]
    brokers: usize,
    /// How many name servers.
    #[arg(long, value_name = "N", default_value_t = 1)]
    namesrvs: usize,
    /// Let brokers check signatures and permissions.
    #[arg(long)]
    acl: bool,
    /// Let servers take TLS as well, on the same ports.
    #[arg(long)]
    tls: bool,
    /// A topic to create, with this many queues on each broker. May be repeated.
    #[arg(long = "topic", value_name = "NAME:QUEUES", value_parser = topic)]
    topics: Vec<(String, u32)>,
    /// A property of the brokers. May be repeated.
    #[arg(long = "broker-config", value_name = "KEY=VALUE", value_parser = property)]
    broker_config: Vec<(String, String)>,
    /// MiB of each broker's heap: for brokers that are measured, not started fast.
    #[arg(long, value_name = "MIB")]
    heap: Option<u32>,
    /// Speak to a person, not to a program; the default when standard input is a terminal.
    #[arg(long)]
    interactive: bool,
}

impl Args {
    pub(crate) fn builder(&self) -> Builder {
        let builder = Cluster::builder(self.version)
            .brokers(self.brokers)
            .namesrvs(self.namesrvs)
            .acl(self.acl)
            .heap(self.heap)
            .tls(self.tls);
        let builder = self
            .topics
            .iter()
            .fold(builder, |b, (name, n)| b.topic(name, *n));
        self.broker_config
            .iter()
            .fold(builder, |b, (key, value)| b.broker_config(key, value))
    }

    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive || io::stdin().is_terminal()
    }

    /// Whether standard input matters. Somebody who asks for `--interactive` with nothing to
    /// type on (a service, `make broker </dev/null`) wants to stop with a signal.
    pub(crate) fn reads_commands(&self) -> bool {
        !self.interactive || io::stdin().is_terminal()
    }
}

fn topic(text: &str) -> Result<(String, u32), String> {
    let parts = text
        .rsplit_once(':')
        .and_then(|(name, n)| Some((name, n.parse().ok()?)));
    let (name, queues) = parts.ok_or("write NAME:QUEUES, e.g. orders:4")?;
    Ok((name.to_owned(), queues))
}

fn property(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
