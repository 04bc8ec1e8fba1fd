//! Where a server keeps its data, if it is to keep them.

use std::fmt::Debug;
use std::io;

/// What [`Data::each`] shows an entry to: its key and its value.
pub type EntryFn<'a> = dyn FnMut(&[u8], &[u8]) -> io::Result<()> + 'a;

/// An ordered store of keys and values, which outlives the process: what [`Builder::data`] takes.
///
/// What a call wrote is kept once the call has returned, though the process be killed then; it need
/// not survive the machine's end. After a call that failed to write, all further ones fail, too: the
/// server goes by what it wrote before.
///
/// Calls are short, and come from the threads that serve requests.
///
/// [`Builder::data`]: crate::Builder::data
pub trait Data: Debug + Send + Sync + 'static {
    /// Puts entries in their order, over those that have their keys. A process that ends meanwhile
    /// leaves the first ones of them.
    ///
    /// # Errors
    /// Where they cannot be written. The first ones of them may be there.
    fn put(&self, entries: &[(&[u8], &[u8])]) -> io::Result<()>;

    /// Removes the entry with this key, if there is one.
    ///
    /// # Errors
    /// Where that cannot be written.
    fn remove(&self, key: &[u8]) -> io::Result<()>;

    /// Removes all entries whose keys begin so.
    ///
    /// # Errors
    /// Where that cannot be written. Some of them may be gone.
    fn remove_prefix(&self, prefix: &[u8]) -> io::Result<()>;

    /// Shows all entries whose keys begin so, in the order of their keys.
    ///
    /// # Errors
    /// Where they cannot be read, and what `look` fails with, which ends it.
    fn each(&self, prefix: &[u8], look: &mut EntryFn<'_>) -> io::Result<()>;
}

#[cfg(test)]
pub(crate) mod memory;
