//! Secrets that are in files: on the command line, `ps` would show them to everybody.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::exit::{Failure, Result};

/// No key or token is longer.
const LONGEST: u64 = 64 << 10;

/// The first line of a file that only its owner may read, or of standard input for `-`.
pub(crate) fn from_file(path: &Path) -> Result<String> {
    let text = match path == Path::new("-") {
        true => read("standard input", io::stdin().lock()),
        false => read(&path.display().to_string(), private(path)?),
    }?;
    let line = text.lines().next().unwrap_or_default().trim().to_owned();
    match line.is_empty() {
        false => Ok(line),
        true => Err(Failure::misused(format!(
            "{} begins with no secret: its first line is taken",
            path.display()
        ))),
    }
}

fn read(name: &str, from: impl Read) -> Result<String> {
    let mut text = String::new();
    from.take(LONGEST)
        .read_to_string(&mut text)
        .map(|_| text)
        .map_err(|error| Failure::io(name, &error))
}

/// Opens a file that holds secrets, unless others may read or change it.
pub(crate) fn private(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|error| Failure::io(path.display(), &error))?;
    match exposed(&file).map_err(|error| Failure::io(path.display(), &error))? {
        None => Ok(file),
        Some(mode) => Err(Failure::misused(format!(
            "{path} holds secrets, and others than its owner may read or change it (mode \
             {mode:04o}): chmod 600 {path}",
            path = path.display()
        ))),
    }
}

/// The mode of a file that is not its owner's alone. What is no file, such as a pipe, is nobody
/// else's to open.
#[cfg(unix)]
fn exposed(file: &File) -> io::Result<Option<u32>> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = file.metadata()?;
    let mode = metadata.mode() & 0o7777;
    Ok((metadata.is_file() && mode & 0o077 != 0).then_some(mode))
}

#[cfg(not(unix))]
fn exposed(_: &File) -> io::Result<Option<u32>> {
    Ok(None)
}
