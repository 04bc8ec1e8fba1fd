//! What may wait, and so must not run on the event loop's thread. It does not run on libuv's pool
//! either: that has four threads, which the calls being waited for may need, and an environment
//! that ends waits for it.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::{Error, Result, Status};
use napi_derive::napi;

/// The process is about to end, and everything with it.
static ENDS: AtomicBool = AtomicBool::new(false);

/// To be called when the process ends: what its end would have shut down is left as it is, which is
/// soonest, and has nobody warned of what goes away.
#[napi]
pub fn process_ends() {
    ENDS.store(true, Ordering::Relaxed);
}

/// Lets go of something whose end waits, in the background.
pub(crate) fn let_go<T: Send + 'static>(value: T) {
    if ENDS.load(Ordering::Relaxed) {
        return std::mem::forget(value);
    }
    // Where no thread is to be had it is let go of here: slow is better than never.
    let _ = spawn(move || drop(value));
}

/// Runs something that is rare, such as a start or a shutdown, on a thread of its own.
pub(crate) fn spawn(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().name("onsmq-wait".to_owned());
    thread.spawn(work).map(drop).map_err(|error| {
        Error::new(
            Status::GenericFailure,
            format!("onsmq cannot start a thread: {error}"),
        )
    })
}

/// A handle of the library's, let go of in the background: the last one of a process waits for the
/// library's threads. The garbage collector may come by at any time.
pub(crate) struct Handle<T: Send + Sync + 'static>(Option<Arc<T>>);

impl<T: Send + Sync> Handle<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(Arc::new(value)))
    }

    /// Another holder of the same.
    pub(crate) fn share(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Send + Sync> Deref for Handle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("taken when it is dropped only")
    }
}

impl<T: Send + Sync> Drop for Handle<T> {
    fn drop(&mut self) {
        if let Some(value) = self.0.take().and_then(Arc::into_inner) {
            let_go(value);
        }
    }
}
