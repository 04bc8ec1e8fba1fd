//! Futures that begin on their caller's thread. A request can mostly be written at once: to wake a
//! thread of the runtime for that takes longer than to write it, and its message waits meanwhile.

use std::mem;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::runtime::Handle;

/// Has a future go as far as it can at once on this thread, and go on with the runtime as soon as
/// what it waits for is there. It must not block, nor call anybody before it has waited.
pub(super) fn begin(runtime: &Handle, future: impl Future<Output = ()> + Send + 'static) {
    let begun = Arc::new(Begun {
        runtime: runtime.clone(),
        rest: Mutex::new(Rest::Begins),
    });
    let mut future: BoxFuture<'static, ()> = Box::pin(future);
    let waker = Waker::from(Arc::clone(&begun));
    let is_over = {
        // For its timers and sockets.
        let _entered = runtime.enter();
        let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
        polled.is_ready()
    };
    if !is_over {
        begun.wait(future);
    }
}

/// A future that has begun, and what is to be done when it is woken.
struct Begun {
    runtime: Handle,
    rest: Mutex<Rest>,
}

enum Rest {
    /// It is not known yet whether there is any.
    Begins,
    /// The same, and it was woken.
    IsWoken,
    /// It waits. What it waits for holds the waker, and so this: until one of these is done.
    Waits(BoxFuture<'static, ()>),
    /// It is the runtime's.
    GoesOn,
}

impl Begun {
    fn wait(&self, future: BoxFuture<'static, ()>) {
        let mut rest = self.rest.lock();
        match *rest {
            Rest::Begins => *rest = Rest::Waits(future),
            _ => {
                *rest = Rest::GoesOn;
                drop(rest);
                self.runtime.spawn(future);
            }
        }
    }
}

impl Wake for Begun {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut rest = self.rest.lock();
        match *rest {
            Rest::Begins => *rest = Rest::IsWoken,
            Rest::Waits(_) => {
                let waits = mem::replace(&mut *rest, Rest::GoesOn);
                drop(rest);
                if let Rest::Waits(future) = waits {
                    self.runtime.spawn(future);
                }
            }
            Rest::IsWoken | Rest::GoesOn => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use tokio::sync::oneshot;

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime")
    }

    #[test]
    fn it_begins_here_and_ends_on_the_runtime() {
        let runtime = runtime();
        let (give, wait) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        begin(runtime.handle(), async move {
            tell.send(thread::current().id()).expect("told");
            let _ = wait.await;
            tell.send(thread::current().id()).expect("told");
        });
        let here = thread::current().id();
        assert_eq!(told.try_recv(), Ok(here));
        assert!(told.try_recv().is_err());
        give.send(()).expect("it waits");
        assert_ne!(told.recv().expect("it ends"), here);
    }

    #[test]
    fn whoever_is_woken_while_it_begins_goes_on_and_what_is_over_is_dropped() {
        let runtime = runtime();
        let (tell, told) = mpsc::channel();
        let other = tell.clone();
        begin(runtime.handle(), async move {
            tokio::task::yield_now().await;
            tell.send(thread::current().id()).expect("told");
        });
        assert_ne!(told.recv().expect("it ends"), thread::current().id());
        begin(runtime.handle(), async move {
            other.send(thread::current().id()).expect("told");
        });
        assert_eq!(told.recv(), Ok(thread::current().id()));
        assert!(told.recv().is_err(), "both were dropped");
    }

    #[test]
    fn a_runtime_that_ends_takes_along_what_waits() {
        let runtime = runtime();
        let (give, wait) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel::<()>();
        begin(runtime.handle(), async move {
            let _ = wait.await;
            tell.send(()).expect("told");
        });
        drop(runtime);
        drop(give);
        assert!(told.recv().is_err(), "it was dropped, and did not go on");
    }
}
