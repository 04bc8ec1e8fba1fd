//! The store in a folder.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use fjall::{Config, Keyspace, PartitionCreateOptions, PartitionHandle, PersistMode};
use onsmq_devserver::{Data, EntryFn};
use parking_lot::Mutex;

use crate::claim::claim;

const MIB: u64 = 1024 * 1024;
/// So much may wait in memory for the disk.
const MAX_UNWRITTEN: u64 = 64 * MIB;
/// How often it is looked whether it has become less.
const PAUSE: Duration = Duration::from_millis(5);

/// A folder with a dev server's data, which is one process's at a time.
pub struct Folder {
    path: PathBuf,
    entries: PartitionHandle,
    writer: Mutex<Writer>,
    /// Before the claim: its threads have ended when the next process takes the folder.
    store: Keyspace,
    _claim: File,
}

/// Who writes.
#[derive(Debug, Default)]
struct Writer {
    /// Why nothing more is written. What follows half an entry in the store's journal would not be
    /// read again, and a full disk leaves half an entry there.
    failure: Option<String>,
}

impl Folder {
    /// Opens a folder, which is made if it is not there.
    ///
    /// # Errors
    /// Where another process uses it, it holds something else, or cannot be read or written.
    pub fn open(path: &Path) -> io::Result<Self> {
        let claim = claim(path)?;
        // All that is kept is in the server's memory as well: it is read at the start, once.
        let config = Config::new(path.join("store"))
            .cache_size(MIB)
            // It would wait for ever for a thread that a full disk has ended: this waits itself.
            .max_write_buffer_size(u64::MAX)
            .flush_workers(1)
            .compaction_workers(1);
        let store = config.open().map_err(to_io)?;
        let entries = store
            .open_partition("entries", PartitionCreateOptions::default())
            .map_err(to_io)?;
        Ok(Self {
            path: path.to_owned(),
            entries,
            writer: Mutex::default(),
            store,
            _claim: claim,
        })
    }

    /// Writes, unless something could not be written before.
    fn write(&self, write: impl FnOnce() -> fjall::Result<()>) -> io::Result<()> {
        let mut writer = self.writer.lock();
        if let Some(failure) = &writer.failure {
            return Err(io::Error::other(format!(
                "an earlier write failed: {failure}. Start the server again"
            )));
        }
        let written = self.wait_for_room().and_then(|()| write());
        written.map_err(to_io).inspect_err(|error| {
            writer.failure = Some(error.to_string());
        })
    }

    /// Waits until the disk has taken enough of what was written.
    fn wait_for_room(&self) -> fjall::Result<()> {
        while self.store.write_buffer_size() > MAX_UNWRITTEN {
            // It fails where the store's threads have failed.
            self.store.persist(PersistMode::Buffer)?;
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Data for Folder {
    // One by one, and not as a batch of the store's, which does not tell of a full disk. Each is
    // with the operating system when its insertion returns.
    fn put(&self, entries: &[(&[u8], &[u8])]) -> io::Result<()> {
        entries.iter().try_for_each(|(key, _)| check(key))?;
        self.write(|| {
            let mut entries = entries.iter();
            entries.try_for_each(|(key, value)| self.entries.insert(*key, *value))
        })
    }

    fn remove(&self, key: &[u8]) -> io::Result<()> {
        check(key)?;
        self.write(|| self.entries.remove(key))
    }

    fn remove_prefix(&self, prefix: &[u8]) -> io::Result<()> {
        self.write(|| {
            // As they were at the beginning: what is removed meanwhile does not matter.
            let mut entries = self.entries.prefix(prefix);
            entries.try_for_each(|entry| self.entries.remove(entry?.0))
        })
    }

    fn each(&self, prefix: &[u8], look: &mut EntryFn<'_>) -> io::Result<()> {
        for entry in self.entries.prefix(prefix) {
            let (key, value) = entry.map_err(to_io)?;
            look(&key, &value)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folder")
            .field("path", &self.path)
            .field("writer", &self.writer)
            .finish_non_exhaustive()
    }
}

/// The store panics at a longer key.
fn check(key: &[u8]) -> io::Result<()> {
    match u16::try_from(key.len()) {
        Ok(1..) => Ok(()),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("a name is too long: a key of {} bytes", key.len()),
        )),
    }
}

fn to_io(error: fjall::Error) -> io::Error {
    match error {
        fjall::Error::Io(error) => error,
        // What it was, its thread has written to standard error.
        fjall::Error::Poisoned => io::Error::other("the store's threads have failed"),
        other => io::Error::other(other),
    }
}
