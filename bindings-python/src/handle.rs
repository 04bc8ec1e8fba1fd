//! Handles of the library.

use std::ops::Deref;
use std::sync::Arc;

use crate::exit::forks;

/// A handle. In the child of a fork it is kept for ever: to let go of it would have the library
/// act on locks and queues of threads that stayed behind.
pub(crate) struct Handle<T> {
    inner: Arc<T>,
    forks: u32,
}

impl<T> Handle<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self {
            inner: Arc::new(inner),
            forks: forks(),
        }
    }

    /// Another one of the same.
    pub(crate) fn another(&self) -> Self {
        Self {
            inner: self.share(),
            forks: self.forks,
        }
    }

    /// For a thread that uses it.
    pub(crate) fn share(&self) -> Arc<T> {
        Arc::clone(&self.inner)
    }
}

impl<T> Deref for Handle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        if self.forks != forks() {
            std::mem::forget(self.share());
        }
    }
}
