//! A store for tests.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::{Data, EntryFn};

#[derive(Debug, Default)]
pub(crate) struct Memory {
    entries: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
    is_full: AtomicBool,
}

impl Memory {
    /// Writes fail from now on.
    pub(crate) fn fill(&self) {
        self.is_full.store(true, Ordering::Relaxed);
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.lock().len()
    }

    fn check(&self) -> io::Result<()> {
        match self.is_full.load(Ordering::Relaxed) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

impl Data for Memory {
    fn put(&self, entries: &[(&[u8], &[u8])]) -> io::Result<()> {
        self.check()?;
        let owned = entries.iter().map(|(key, it)| (key.to_vec(), it.to_vec()));
        self.entries.lock().extend(owned);
        Ok(())
    }

    fn remove(&self, key: &[u8]) -> io::Result<()> {
        self.check()?;
        self.entries.lock().remove(key);
        Ok(())
    }

    fn remove_prefix(&self, prefix: &[u8]) -> io::Result<()> {
        self.check()?;
        self.entries
            .lock()
            .retain(|key, _| !key.starts_with(prefix));
        Ok(())
    }

    fn each(&self, prefix: &[u8], look: &mut EntryFn<'_>) -> io::Result<()> {
        let entries = self.entries.lock();
        let mut entries = entries.iter().filter(|(key, _)| key.starts_with(prefix));
        entries.try_for_each(|(key, value)| look(key, value))
    }
}
