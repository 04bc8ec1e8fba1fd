//! What the command takes.

mod api;
mod bench;
mod connection;
mod consume;
mod dev_server;
mod produce;

use clap::{ArgAction, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::Shell;
use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) use api::{ApiArgs, Asked, CURRENT_PAGE};
pub(crate) use bench::BenchArgs;
pub(crate) use connection::ConnectionArgs;
pub(crate) use consume::{ConsumeArgs, Format};
pub(crate) use dev_server::DevServerArgs;
pub(crate) use produce::{ProduceArgs, Sources};

use crate::exit::Exit;

/// Nothing is written wider than this.
pub(crate) const WIDTH: usize = 80;

/// Apache RocketMQ and Aliyun MQ from the command line.
#[derive(Parser)]
#[command(name = "onsmq", version, max_term_width = WIDTH, subcommand_required = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    /// Log more on standard error: -v what happens, -vv details, -vvv everything
    #[arg(short, long, action = ArgAction::Count, global = true, help_heading = "Global options")]
    pub(crate) verbose: u8,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Api(ApiArgs),
    Produce(ProduceArgs),
    Consume(ConsumeArgs),
    DevServer(DevServerArgs),
    Bench(BenchArgs),
    /// Print a script that completes this command in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual into a folder, a page for each command
    #[command(hide = true)]
    Man {
        /// The folder, which is there
        folder: PathBuf,
    },
}

/// The command as clap knows it.
pub(crate) fn command() -> clap::Command {
    Args::command().after_long_help(Exit::help())
}

/// Reads arguments; also what to print for `--help` is an error.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(args)?;
    Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Reads `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it like NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_arguments_fit_each_other() {
        super::command().debug_assert();
    }

    #[test]
    fn each_help_fits_80_columns() {
        let mut all = super::command().term_width(80);
        all.build();
        let mut left = vec![all];
        let mut seen = 0;
        while let Some(mut command) = left.pop() {
            let help = command.render_long_help().to_string();
            let wide = help.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{}", command.get_name());
            left.extend(command.get_subcommands().cloned());
            seen += 1;
        }
        assert!(seen > 39, "{seen}");
    }
}
