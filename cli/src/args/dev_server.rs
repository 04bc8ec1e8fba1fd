//! `onsmq dev-server`.

use std::path::PathBuf;

use clap::Args;

/// Run a name server and brokers in memory, for tests and first steps
///
/// Prints the name server's address and, on a second line, the console's, and runs until Ctrl-C.
/// Messages, topics and offsets end with it, unless --data names a folder to keep them in.
#[derive(Args)]
pub(crate) struct DevServerArgs {
    /// The name server's port; 0 for any that is free
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// The port of the console, the Open API and a web page; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) console_port: u16,
    /// No console
    #[arg(long, conflicts_with = "console_port")]
    pub(crate) no_console: bool,
    /// A file with a JSON array of accounts, as docs/dev-server.md shows them: with one, requests
    /// must be signed
    #[arg(long, value_name = "FILE")]
    pub(crate) accounts: Option<PathBuf>,
    /// A folder to keep topics, messages and offsets in, made if it is not there: the next server
    /// that is given it goes on with them
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) options: DevServerOptions,
    /// Stop when standard input ends: so that the server does not outlive who started it
    #[arg(long)]
    pub(crate) until_stdin_closes: bool,
}

/// What the server itself reads, and refuses where it is not fit.
#[derive(Args)]
pub(crate) struct DevServerOptions {
    /// How many brokers there are [default: 1]
    #[arg(long, value_name = "COUNT")]
    brokers: Option<String>,
    /// How many queues a topic gets when it is made on the first message [default: 8]
    #[arg(long, value_name = "COUNT")]
    queues: Option<String>,
    /// Whether the first message to a topic makes it [default: true]
    #[arg(long, value_name = "BOOL")]
    auto_create_topics: Option<String>,
    /// How many milliseconds a failed message waits before it comes again, instead of the real
    /// brokers' schedule, which begins with 10 s
    #[arg(long, value_name = "MILLIS")]
    retry_delay_ms: Option<String>,
    /// How many milliseconds a half message waits before its producer is asked, instead of 6 s
    #[arg(long, value_name = "MILLIS")]
    check_back_delay_ms: Option<String>,
    /// How many milliseconds a queue stays locked for an ordered consumer, instead of 60 s
    #[arg(long, value_name = "MILLIS")]
    lock_life_ms: Option<String>,
    /// How many times as fast time passes for messages that wait [default: 1]
    #[arg(long, value_name = "FACTOR")]
    speed: Option<String>,
    /// Speak TLS as well as plain text; the file with the certificate that clients have to trust is
    /// printed last
    #[arg(long)]
    tls: bool,
}

impl DevServerOptions {
    /// What was said: the option of the command, the server's name of it, and its value.
    pub(crate) fn said(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        [
            ("--brokers", "brokers", &self.brokers),
            ("--queues", "queues", &self.queues),
            (
                "--auto-create-topics",
                "auto_create_topics",
                &self.auto_create_topics,
            ),
            (
                "--retry-delay-ms",
                "retry_delay_millis",
                &self.retry_delay_ms,
            ),
            (
                "--check-back-delay-ms",
                "check_back_delay_millis",
                &self.check_back_delay_ms,
            ),
            ("--lock-life-ms", "lock_life_millis", &self.lock_life_ms),
            ("--speed", "speed", &self.speed),
        ]
        .into_iter()
        .filter_map(|(option, name, value)| Some((option, name, value.as_deref()?)))
        .chain(self.tls.then_some(("--tls", "tls", "true")))
    }
}
