//! What the handles of a process share: the one runtime, from the first to the last of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use onsmq::{Client, Error, ErrorKind, Result};
use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::sync::CancellationToken;

use crate::log;
use crate::process_id::process_id;

/// Threads of the runtime: they move bytes and never run an application's code.
const WORKERS: usize = 2;
/// How long the last handle waits for the runtime's threads.
const END: Duration = Duration::from_secs(2);
/// A lock that is held that long was held by a thread that a fork left behind.
const FORKED_LOCK: Duration = Duration::from_secs(1);

static CURRENT: Mutex<Weak<Process>> = Mutex::new(Weak::new());
/// The process is about to end: nothing waits any more.
static EXITING: AtomicBool = AtomicBool::new(false);

/// The runtime and the client of a process. Each handle holds it; the last one ends it.
pub(crate) struct Process {
    runtime: Option<Runtime>,
    client: Client,
    id: u32,
    /// Ends what waits. Not for all processes: after a fork the waits of the parent's threads would
    /// be found in it.
    exiting: CancellationToken,
}

impl Process {
    /// The one of this process, made where there is none.
    pub(crate) fn current() -> Result<Arc<Self>> {
        let mut current = CURRENT.try_lock_for(FORKED_LOCK).ok_or_else(forked)?;
        if let Some(process) = current.upgrade()
            && process.id == process_id()
        {
            return Ok(process);
        }
        log::install();
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("onsmq-io")
            .enable_all()
            .build()
            .map_err(|error| {
                Error::new(
                    ErrorKind::Internal,
                    format!("the threads of onsmq cannot be started: {error}"),
                )
            })?;
        let process = Arc::new(Self {
            runtime: Some(runtime),
            client: Client::new(),
            id: process_id(),
            exiting: CancellationToken::new(),
        });
        *current = Arc::downgrade(&process);
        Ok(process)
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    /// # Errors
    /// [`ErrorKind::Forked`] in a child of the process that made the handle: the threads stayed
    /// behind.
    pub(crate) fn check(&self) -> Result<()> {
        match self.id == process_id() {
            true => Ok(()),
            false => Err(forked()),
        }
    }

    /// Whether the handle is used where it was made.
    pub(crate) fn is_own(&self) -> bool {
        self.id == process_id()
    }

    pub(crate) fn handle(&self) -> Result<&Handle> {
        self.check()?;
        self.runtime
            .as_ref()
            .map(Runtime::handle)
            .ok_or_else(|| Error::new(ErrorKind::Internal, "the runtime is used after its end"))
    }

    /// Waits for a future, on a thread of the application.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidState`] on a thread of the runtime, which would wait for itself;
    /// [`ErrorKind::Closed`] when the process is about to end.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> Result<T> {
        if is_runtime_thread() {
            self.check()?;
            return Err(Error::new(
                ErrorKind::InvalidState,
                "this call waits, and the callback that it is made in must not: use the asynchronous form",
            ));
        }
        self.wait(future)
    }

    /// The same where it is known that this is a thread of the application.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T> {
        onsmq::block_on(self.handle()?, async {
            tokio::select! {
                biased;
                done = future => Ok(done),
                () = self.exiting() => Err(exiting()),
            }
        })
    }

    async fn exiting(&self) {
        // Whoever comes too late for the one sees the other.
        let cancelled = self.exiting.cancelled();
        if !EXITING.load(Ordering::SeqCst) {
            cancelled.await;
        }
    }

    /// Runs a future in the background. It holds the process for as long as it runs.
    pub(crate) fn spawn(
        self: &Arc<Self>,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let process = Arc::clone(self);
        self.handle()?.spawn(async move {
            future.await;
            drop(process);
        });
        Ok(())
    }
}

pub(crate) fn is_runtime_thread() -> bool {
    Handle::try_current().is_ok()
}

fn forked() -> Error {
    Error::new(
        ErrorKind::Forked,
        "this handle was made in the process that this one was forked from: make a new one here",
    )
}

fn exiting() -> Error {
    Error::new(ErrorKind::Closed, "the process is about to end")
}

/// Ends every wait inside the library, now and from now on: they fail with ONS_CODE_CLOSED. For
/// bindings, whose host must not be left waiting when it ends. Any thread; does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_exit() {
    crate::boundary::guard_or((), || {
        EXITING.store(true, Ordering::SeqCst);
        let current = CURRENT
            .try_lock_for(FORKED_LOCK)
            .and_then(|it| it.upgrade());
        if let Some(process) = current.filter(|process| process.is_own()) {
            process.exiting.cancel();
        }
    });
}

impl std::fmt::Debug for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Process")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        if !self.is_own() {
            // Its threads are the parent's: to wait for them here would never end.
            std::mem::forget(runtime);
        } else if is_runtime_thread() || EXITING.load(Ordering::SeqCst) {
            runtime.shutdown_background();
        } else {
            runtime.shutdown_timeout(END);
        }
    }
}
