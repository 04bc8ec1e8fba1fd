//! Brings up RocketMQ for a test in any language, or for a person; `tests/README.md` says how.

#![forbid(unsafe_code)]

mod args;
mod command;
mod events;
mod person;
mod words;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use onsmq_tests::cluster::Cluster;
use serde_json::Value;

use args::Args;
use command::Command;
use events::{Event, Events};

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("onsmq-test-broker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let events = Events::listen(args.reads_commands())?;
    let cluster = args.builder().start()?;
    events.ready();
    if args.is_interactive() {
        print(&person::welcome(&cluster))?;
    } else {
        print(&serde_json::to_string(&cluster.describe())?)?;
    }
    serve(cluster, &events)
}

/// Answers commands until there is a reason to stop, then stops everything.
fn serve(mut cluster: Cluster, events: &Events) -> Result<(), Box<dyn Error>> {
    loop {
        let line = match events.next() {
            Event::Line(line) if line.trim().is_empty() => continue,
            Event::Line(line) => line,
            Event::Stop => return Ok(()),
        };
        match Command::parse(&line) {
            Ok(Command::Stop) => {
                drop(cluster);
                return print(&command::done().to_string());
            }
            Ok(command) => print(&answer(command.run(&mut cluster)))?,
            Err(error) => print(&answer(Err(error.into())))?,
        }
    }
}

fn answer(outcome: Result<Value, Box<dyn Error>>) -> String {
    outcome
        .unwrap_or_else(|error| command::failed(&error.to_string()))
        .to_string()
}

/// Not `println!`: a reader that has gone is a reason to stop, not to panic.
fn print(line: &str) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
