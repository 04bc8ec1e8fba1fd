//! `onsmq dev-server`.

use clap::Args;

/// Run a name server and brokers in memory, for tests and first steps
///
/// Prints the name server's address, and runs until Ctrl-C.
#[derive(Args)]
pub(crate) struct DevServerArgs {
    /// How many brokers there are
    #[arg(long, default_value_t = 1)]
    pub(crate) brokers: usize,
    /// How many queues a topic gets when it is made on the first message
    #[arg(long, default_value_t = 8)]
    pub(crate) queues: u32,
    /// The name server's port; 0 for any that is free
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// How many milliseconds a failed message waits before it comes again, instead of the real
    /// brokers' schedule, which begins with 10 s
    #[arg(long, value_name = "MILLIS")]
    pub(crate) retry_delay_ms: Option<u64>,
    /// Stop when standard input ends: so that the server does not outlive who started it
    #[arg(long)]
    pub(crate) until_stdin_closes: bool,
}
