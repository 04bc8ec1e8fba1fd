//! `onsmq bench`.

use clap::Args;

/// Measure how fast messages are sent and received
///
/// Without name servers it runs on a dev server of its own. The topic is made by the first message,
/// where brokers let it be; messages stay there.
#[derive(Args)]
pub(crate) struct BenchArgs {
    /// How many messages
    #[arg(short, long, value_name = "COUNT", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) messages: u32,
    /// Bytes in each body
    #[arg(short, long, value_name = "BYTES", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4_194_304))]
    pub(crate) size: u32,
    /// How many messages are under way at once
    #[arg(long, value_name = "COUNT", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) in_flight: u16,
    /// The topic
    #[arg(long, default_value = "onsmq_bench")]
    pub(crate) topic: String,
    /// Print a line of JSON for each result
    #[arg(long)]
    pub(crate) json: bool,
    /// Name servers, host:port between ; [environment: NAMESRV_ADDR]
    #[arg(short, long, value_name = "ADDRESSES")]
    pub(crate) namesrv_addr: Option<String>,
}
