//! From the library's threads to the host's: many results, one wake-up.

use std::sync::Arc;

use parking_lot::Mutex;

/// Items that wait for the host. Whoever puts one into an empty box wakes the host, which then
/// takes all. Clones are the same box.
pub struct Outbox<T>(Arc<Inner<T>>);

struct Inner<T> {
    items: Mutex<Vec<T>>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl<T> Outbox<T> {
    /// `wake` is called on any thread, and must not block.
    #[must_use]
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            items: Mutex::default(),
            wake: Box::new(wake),
        }))
    }

    /// Puts an item in, and wakes the host where there was none.
    pub fn push(&self, item: T) {
        let was_empty = {
            let mut items = self.0.items.lock();
            items.push(item);
            items.len() == 1
        };
        if was_empty {
            (self.0.wake)();
        }
    }

    /// Takes all items.
    #[must_use]
    pub fn drain(&self) -> Vec<T> {
        std::mem::take(&mut *self.0.items.lock())
    }
}

impl<T> Clone for Outbox<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> std::fmt::Debug for Outbox<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox")
            .field("len", &self.0.items.lock().len())
            .finish_non_exhaustive()
    }
}
