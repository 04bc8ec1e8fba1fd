//! `onsmq produce`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::pair;
use crate::times::duration;

/// Send messages, and print the id of each that a broker has stored
///
/// Without a body and a file, each line of standard input is a message. Sending stops at the first
/// failure, unless told to keep going; what was not sent is not reported as sent.
#[derive(Args)]
pub(crate) struct ProduceArgs {
    /// The topic
    pub(crate) topic: String,
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// The tag of the messages
    #[arg(long)]
    pub(crate) tag: Option<String>,
    /// The key that they can be looked up by
    #[arg(long)]
    pub(crate) key: Option<String>,
    /// Send in order, to the queue of this key
    #[arg(long, value_name = "KEY")]
    pub(crate) sharding_key: Option<String>,
    /// Have them delivered later: 10s, 5m, 1h30m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) delay: Option<Duration>,
    /// A user property; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) property: Vec<(String, String)>,
    /// Most messages that are under way at once
    #[arg(long, value_name = "COUNT", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) in_flight: u16,
    /// Go on with the others when a message cannot be sent
    #[arg(long, conflicts_with = "sharding_key")]
    pub(crate) keep_going: bool,
    /// Print a line of JSON for each message, with its queue and offset
    #[arg(long)]
    pub(crate) json: bool,
    /// Name servers, host:port between ; [environment: NAMESRV_ADDR]
    #[arg(short, long, value_name = "ADDRESSES")]
    pub(crate) namesrv_addr: Option<String>,
    /// The group of the producer
    #[arg(short, long)]
    pub(crate) group: Option<String>,
}

/// Where bodies come from.
#[derive(Args, Clone)]
#[group(multiple = false)]
pub(crate) struct Sources {
    /// Bodies, each a message
    pub(crate) body: Vec<String>,
    /// A file whose bytes are one message; may be repeated
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Vec<PathBuf>,
    /// A file whose lines are messages, - for standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) lines: Option<PathBuf>,
}
