//! What tests run on.

use tokio::runtime::{Builder, Runtime};

/// A runtime with one thread, so that it is known when nobody else could do something.
pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}
