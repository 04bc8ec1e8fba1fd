//! `onsmq consume`.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::times::{From, duration};

/// Receive messages, and print each on a line
///
/// A message is acknowledged once its line is written; one whose line could not be comes again.
/// It runs until Ctrl-C, which commits what was printed and leaves the group.
#[derive(Args)]
pub(crate) struct ConsumeArgs {
    /// The topic
    pub(crate) topic: String,
    /// The group, whose members share the messages
    #[arg(short, long)]
    pub(crate) group: Option<String>,
    /// text: id, tag, key and body between tabs; json: everything; raw: the body's bytes and a
    /// line feed
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Only messages with one of these tags, such as "created || paid"
    #[arg(long, value_name = "EXPRESSION", conflicts_with = "sql")]
    pub(crate) tag: Option<String>,
    /// Only messages that fit a condition, such as "amount > 100"
    #[arg(long, value_name = "CONDITION")]
    pub(crate) sql: Option<String>,
    /// Where a new group begins: earliest, latest, or a time
    #[arg(long, value_name = "WHERE")]
    pub(crate) from: Option<From>,
    /// End after so many messages
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,
    /// End when no message came for so long
    #[arg(long, value_name = "SECONDS", value_parser = duration)]
    pub(crate) exit_on_idle: Option<Duration>,
    /// Name servers, host:port between ; [environment: NAMESRV_ADDR]
    #[arg(short, long, value_name = "ADDRESSES")]
    pub(crate) namesrv_addr: Option<String>,
}

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Raw,
}
