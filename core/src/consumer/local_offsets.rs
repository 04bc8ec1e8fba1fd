//! Offsets that a member keeps by itself: in BROADCASTING each gets all messages, so the brokers
//! keep none for the group.
//!
//! A file is named by instance name and group, so that a restart finds it again, and locked while
//! it is in use: another process with the same names takes the next one. It is replaced as a whole,
//! never changed in place.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use onsmq_proto::body::QueueRef;
use onsmq_proto::machine::MessageQueue;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::{Error, ErrorKind, Result};

/// So many processes of one host may have the same names.
const MOST_PROCESSES: usize = 1000;
const DEFAULT_INSTANCE: &str = "DEFAULT";

/// The offsets of one member.
pub(super) struct LocalOffsets {
    path: PathBuf,
    /// Held for as long as the file is in use.
    lock: Mutex<Option<File>>,
    offsets: Mutex<BTreeMap<MessageQueue, i64>>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    offsets: Vec<StoredOffset>,
}

#[derive(Serialize, Deserialize)]
struct StoredOffset {
    #[serde(flatten)]
    queue: QueueRef,
    offset: i64,
}

impl LocalOffsets {
    /// Opens the file of an instance and group, and reads it. What cannot be read is told, set
    /// aside and begun anew.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where the folder cannot be used.
    pub(super) fn open(folder: Option<&Path>, instance: Option<&str>, group: &str) -> Result<Self> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => default_folder()?,
        };
        let folder = folder.join(file_name(instance.unwrap_or(DEFAULT_INSTANCE)));
        let opened = fs::create_dir_all(&folder).and_then(|()| claim(&folder, &file_name(group)));
        let (path, lock) = opened.map_err(|error| unusable(&folder, error))?;
        let offsets = Mutex::new(read(&path));
        Ok(Self {
            path,
            lock: Mutex::new(Some(lock)),
            offsets,
        })
    }

    /// Lets another have the file.
    pub(super) fn release(&self) {
        *self.lock.lock() = None;
    }

    pub(super) fn get(&self, queue: &MessageQueue) -> Option<i64> {
        self.offsets.lock().get(queue).copied()
    }

    /// Takes in offsets and writes the file.
    ///
    /// # Errors
    /// Where it cannot be written: the old one is whole then.
    pub(super) fn store(
        &self,
        offsets: impl IntoIterator<Item = (MessageQueue, i64)>,
    ) -> io::Result<()> {
        let mut all = self.offsets.lock();
        all.extend(offsets);
        let stored = Stored {
            offsets: all
                .iter()
                .map(|(queue, offset)| StoredOffset {
                    queue: queue.into(),
                    offset: *offset,
                })
                .collect(),
        };
        replace(&self.path, &serde_json::to_vec_pretty(&stored)?)
    }
}

fn default_folder() -> Result<PathBuf> {
    std::env::home_dir().filter(|home| home.is_dir()).map(|home| home.join(".onsmq/offsets")).ok_or_else(
        || {
            Error::new(
                ErrorKind::Configuration,
                "there is no home folder to keep the offsets of BROADCASTING in: set LocalOffsetStoreDir",
            )
        },
    )
}

fn unusable(folder: &Path, error: io::Error) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!(
            "the offsets of BROADCASTING cannot be kept in {} ({error}): set LocalOffsetStoreDir to a folder that can be written",
            folder.display()
        ),
    )
    .with_source(error)
}

/// A name as one of a file: what is no letter, digit, `-` or `_` is written by its number.
fn file_name(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, c| {
        match c.is_ascii_alphanumeric() || c == '-' || c == '_' {
            true => text.push(c),
            false => text.push_str(&format!("%{:x}", u32::from(c))),
        }
        text
    })
}

/// The first file of a name that no other process has, and its lock.
fn claim(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    for turn in 0..MOST_PROCESSES {
        let name = if turn == 0 {
            name.to_owned()
        } else {
            format!("{name}.{turn}")
        };
        let lock = File::create(folder.join(format!("{name}.lock")))?;
        match lock.try_lock() {
            Ok(()) => return Ok((folder.join(format!("{name}.json")), lock)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::other("all of its files are in use"))
}

fn read(path: &Path) -> BTreeMap<MessageQueue, i64> {
    let stored = match fs::read(path) {
        Ok(raw) => serde_json::from_slice::<Stored>(&raw).map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            info!(path = %path.display(), "no offsets are kept yet");
            return BTreeMap::new();
        }
        Err(error) => Err(error),
    };
    match stored {
        Ok(stored) => stored
            .offsets
            .into_iter()
            .map(|it| (MessageQueue::from(it.queue), it.offset))
            .collect(),
        Err(error) => {
            let aside = path.with_extension("damaged");
            let kept = fs::rename(path, &aside).map(|()| aside);
            warn!(
                path = %path.display(), set_aside = ?kept.ok(),
                "the offsets that were kept cannot be read, and queues are begun as by a new member: {error}"
            );
            BTreeMap::new()
        }
    }
}

/// Writes a file beside the old one, then puts it in its place: whoever reads finds one or the
/// other.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(id: i32) -> MessageQueue {
        MessageQueue {
            topic: "t".into(),
            broker_name: "b".into(),
            queue_id: id,
        }
    }

    fn open(folder: &Path) -> LocalOffsets {
        LocalOffsets::open(Some(folder), Some("inst"), "MQ%GID").expect("offsets")
    }

    #[test]
    fn a_restart_finds_the_offsets_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let offsets = open(folder.path());
        offsets
            .store([(queue(0), 7), (queue(1), 8)])
            .expect("stored");
        offsets.store([(queue(0), 9)]).expect("stored");
        drop(offsets);
        let offsets = open(folder.path());
        assert_eq!(
            (offsets.get(&queue(0)), offsets.get(&queue(1))),
            (Some(9), Some(8))
        );
        assert_eq!(offsets.get(&queue(2)), None);
    }

    #[test]
    fn processes_of_the_same_names_have_a_file_each() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (open(folder.path()), open(folder.path()));
        first.store([(queue(0), 1)]).expect("stored");
        second.store([(queue(0), 2)]).expect("stored");
        drop(first);
        assert_eq!(open(folder.path()).get(&queue(0)), Some(1));
    }

    #[test]
    fn a_damaged_file_is_set_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let offsets = open(folder.path());
        offsets.store([(queue(0), 1)]).expect("stored");
        let path = offsets.path.clone();
        drop(offsets);
        fs::write(&path, "{\"offsets\":[").expect("damaged");
        let offsets = open(folder.path());
        assert_eq!(offsets.get(&queue(0)), None);
        assert!(path.with_extension("damaged").exists());
        offsets.store([(queue(0), 3)]).expect("stored");
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_said_so() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = LocalOffsets::open(Some(file.path()), None, "g")
            .err()
            .expect("no folder");
        assert!(error.message().contains("LocalOffsetStoreDir"), "{error}");
    }
}
