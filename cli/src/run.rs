//! From arguments to an exit code.

use std::ffi::OsString;

use crate::args::{self, Args, Command};
use crate::cmd;
use crate::exit::{Exit, Failure, Result};
use crate::{log, output};

/// Runs the command with its arguments, the first of which is its own name, and gives its exit
/// code: `--help` lists them. It uses the process's standard streams, and listens to its signals.
pub fn main<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> u8 {
    match args::parse(args.into_iter().map(Into::into)) {
        Ok(args) => ended(run(args)),
        Err(error) => {
            // Where nobody reads what it says, the code still tells.
            let _ = error.print();
            match error.use_stderr() {
                true => Exit::Misused as u8,
                false => Exit::Done as u8,
            }
        }
    }
}

fn ended(result: Result<Exit>) -> u8 {
    match result {
        Ok(exit) => exit as u8,
        Err(failure) => {
            output::failure(&failure.reason);
            failure.exit as u8
        }
    }
}

fn run(args: Args) -> Result<Exit> {
    match args.command {
        Command::Completions { shell } => return cmd::completions(shell),
        Command::Man { folder } => return cmd::manual(&folder),
        _ => {}
    }
    log::show(args.verbose);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("onsmq-io")
        .enable_all()
        .build()
        .map_err(|error| Failure::io("threads", &error))?;
    let result = runtime.block_on(connected(args));
    // What still waits for standard input is not waited for.
    runtime.shutdown_background();
    result
}

async fn connected(args: Args) -> Result<Exit> {
    let connection = &args.connection;
    match args.command {
        Command::Api(args) => cmd::api(args, connection).await,
        Command::Produce(args) => cmd::produce(args, connection).await,
        Command::Consume(args) => cmd::consume(args, connection).await,
        Command::DevServer(args) => cmd::dev_server(args).await,
        Command::Bench(args) => cmd::bench(args, connection).await,
        Command::Completions { .. } | Command::Man { .. } => Ok(Exit::Done),
    }
}
