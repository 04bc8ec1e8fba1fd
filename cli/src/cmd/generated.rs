//! What is made out of the arguments: completions and the manual.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::args;
use crate::exit::{Exit, Failure, Result};

pub(crate) fn completions(shell: Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "onsmq", &mut script);
    match io::stdout().write_all(&script) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::io("standard output", &error))
        }
        _ => Ok(Exit::Done),
    }
}

/// Writes a page for each command.
pub(crate) fn manual(folder: &Path) -> Result<Exit> {
    let mut command = args::command().disable_help_subcommand(true);
    command.build();
    pages(&command, folder).map_err(|error| Failure::io(folder.display(), &error))?;
    Ok(Exit::Done)
}

fn pages(command: &Command, folder: &Path) -> io::Result<()> {
    for inner in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        pages(inner, folder)?;
    }
    // What the end of the help says has a section of its own.
    let man = Man::new(command.clone().after_long_help(None::<&str>)).manual("onsmq");
    let mut page = File::create(folder.join(man.get_filename()))?;
    man.render(&mut page)?;
    exit_status().to_writer(&mut page)
}

fn exit_status() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in crate::exit::Exit::meanings() {
        roff.control("TP", []);
        roff.text([bold(code.to_string())]);
        roff.text([roman(meaning)]);
    }
    roff
}
