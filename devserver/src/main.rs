//! The dev server as a program: prints its name server's address, and on a second line its
//! console's, and runs until it is told to stop.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Parser;
use onsmq_devserver::DevServer;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// An in-memory RocketMQ name server with brokers, for tests and first steps.
#[derive(Debug, Parser)]
#[command(name = "onsmq-dev-server", version)]
struct Args {
    /// How many brokers there are.
    #[arg(long, default_value_t = 1)]
    brokers: usize,
    /// How many queues a topic gets when it is made on the first message.
    #[arg(long, default_value_t = 8)]
    queues: u32,
    /// The name server's port; 0 for any that is free.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The port of the console, the Open API and a web page; 0 for any that is free.
    #[arg(long, default_value_t = 0)]
    console_port: u16,
    /// No console.
    #[arg(long)]
    no_console: bool,
    /// How many milliseconds a failed message waits before it comes again, instead of the real
    /// brokers' schedule, which begins with 10 s.
    #[arg(long)]
    retry_delay_ms: Option<u64>,
    /// Stop when standard input ends: so that the server does not outlive who started it.
    #[arg(long)]
    until_stdin_closes: bool,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(run(args))
}

async fn run(args: Args) -> io::Result<()> {
    let mut builder = DevServer::builder()
        .brokers(args.brokers)
        .queues(args.queues)
        .console_port(args.console_port)
        .console(!args.no_console)
        .listen(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), args.port));
    if let Some(delay) = args.retry_delay_ms {
        builder = builder.retry_delay(Duration::from_millis(delay));
    }
    let server = builder.start().await?;
    // Whoever reads the address may stop the server at once.
    let stopped = told_to_stop()?;
    let console = server.console_url().map(|url| url + "\n");
    let lines = format!("{}\n{}", server.namesrv_addr(), console.unwrap_or_default());
    // In one write: who reads the first line only may have left before a second one.
    print!("{lines}");
    tokio::select! {
        () = stopped => {}
        () = stdin_closed(), if args.until_stdin_closes => {}
    }
    server.shutdown().await;
    Ok(())
}

/// Listens for signals from now on, and gives what ends when one has come.
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    std::thread::spawn(move || tell.send(signals.forever().next()));
    Ok(async move { drop(told.await) })
}

/// Reads in a thread of its own, which ends with the process: the runtime would wait for a read
/// under way before it stops, and so for whoever holds the other end.
async fn stdin_closed() {
    let (closed, hear) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let ended = io::copy(&mut io::stdin().lock(), &mut io::sink());
        // Nobody listens once the server stops for another reason.
        let _ = closed.send(ended);
    });
    // An error is an end, too.
    let _ = hear.await;
}
