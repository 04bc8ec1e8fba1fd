//! Whose a folder is.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

/// The file by which a folder is known as a dev server's, and which is locked while one uses it.
const MARK: &str = "onsmq-dev-server";

/// Makes the folder if it is not there, and has it be this process's for as long as the file is
/// open, however the process ends.
pub(crate) fn claim(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let mark = folder.join(MARK);
    if !mark.try_exists()? && fs::read_dir(folder)?.next().is_some() {
        let text = format!("it holds other files, and no {MARK}: it is not a dev server's");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let mut options = File::options();
    let options = options.create(true).truncate(false).write(true);
    let file = options.open(mark)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::new(
            io::ErrorKind::ResourceBusy,
            "another dev server uses it",
        )),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
