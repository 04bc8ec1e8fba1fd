//! Futures that begin on their caller's thread. A request can mostly be written at once: to wake a
//! thread of the runtime for that takes longer than to write it, and its message waits meanwhile.

use std::cell::Cell;
use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::task::unconstrained;

thread_local! {
    /// Whether a future begins on this thread.
    static BEGINS: Cell<bool> = const { Cell::new(false) };
}

/// Has a future go as far as it can at once on this thread, and go on with the runtime as soon as
/// what it waits for is there. It must not block.
pub(super) fn begin(runtime: &Handle, future: impl Future<Output = ()> + Send + 'static) {
    // A thread that comes to its end cannot enter a runtime any more.
    if Handle::try_current().is_err_and(|it| it.is_thread_local_destroyed()) {
        drop(runtime.spawn(future));
        return;
    }
    let begun = Arc::new(Begun {
        runtime: runtime.clone(),
        rest: Mutex::new(Rest::Begins),
    });
    let mut future: BoxFuture<'static, ()> = Box::pin(future);
    let waker = Waker::from(Arc::clone(&begun));
    let is_over = {
        // For its timers and sockets.
        let _entered = runtime.enter();
        let _begins = Begins::now();
        // The caller may be a task that has used up its turn: that must not count here, for what is
        // put off then is woken by the caller's runtime, or never.
        let first = pin!(unconstrained(future.as_mut()));
        first.poll(&mut Context::from_waker(&waker)).is_ready()
    };
    if !is_over {
        begun.wait(future);
    }
}

/// Goes on on the runtime, where this is awaited by what begins on its caller's thread. Nobody is to
/// be told anything there: who calls may hold what they need for that.
pub(super) async fn leave_caller() {
    let mut leaves = BEGINS.get();
    // Not by the runtime's own way to yield, which would be that of the caller's.
    poll_fn(|context| {
        if mem::take(&mut leaves) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

/// For as long as it lives a future begins on this thread.
struct Begins;

impl Begins {
    fn now() -> Self {
        BEGINS.set(true);
        Self
    }
}

impl Drop for Begins {
    fn drop(&mut self) {
        BEGINS.set(false);
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
        let woken = match *rest {
            Rest::Begins | Rest::IsWoken => Rest::IsWoken,
            Rest::Waits(_) | Rest::GoesOn => Rest::GoesOn,
        };
        let before = mem::replace(&mut *rest, woken);
        drop(rest);
        if let Rest::Waits(future) = before {
            self.runtime.spawn(future);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use tokio::sync::oneshot;

    use super::*;
    use crate::test_runtime::runtime;

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
            leave_caller().await;
            leave_caller().await;
            tell.send(thread::current().id()).expect("told");
        });
        assert_ne!(told.recv().expect("it ends"), thread::current().id());
        begin(runtime.handle(), async move {
            other.send(thread::current().id()).expect("told");
        });
        assert_eq!(told.recv(), Ok(thread::current().id()));
        assert!(told.recv().is_err(), "both were dropped");
    }

    /// The caller's own runtime is not asked for anything: it may be gone at once.
    #[test]
    fn callers_that_are_tasks_may_have_used_up_their_turn() {
        let runtime = runtime();
        let (tell, told) = mpsc::channel();
        let callers = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        callers.block_on(async {
            let (give, mut wait) = tokio::sync::mpsc::unbounded_channel::<()>();
            while tokio::task::coop::has_budget_remaining() {
                give.send(()).expect("it is taken");
                wait.recv().await.expect("it was given");
            }
            begin(runtime.handle(), async move {
                let (give, wait) = oneshot::channel::<()>();
                give.send(()).expect("it waits");
                wait.await.expect("it was given");
                leave_caller().await;
                tell.send(thread::current().id()).expect("told");
            });
        });
        drop(callers);
        assert_ne!(told.recv().expect("it ends"), thread::current().id());
    }

    #[test]
    fn a_thread_that_comes_to_its_end_begins_nothing() {
        struct AtItsEnd(Handle, mpsc::Sender<()>);
        impl Drop for AtItsEnd {
            fn drop(&mut self) {
                let tell = self.1.clone();
                begin(&self.0, async move { tell.send(()).expect("told") });
            }
        }
        thread_local!(static KEPT: Cell<Option<AtItsEnd>> = const { Cell::new(None) });
        let runtime = runtime();
        let (tell, told) = mpsc::channel();
        let handle = runtime.handle().clone();
        let ends = thread::spawn(move || {
            // Before tokio's own, so that it is destroyed after that.
            KEPT.set(Some(AtItsEnd(handle.clone(), tell)));
            drop(handle.enter());
        });
        ends.join().expect("no panic");
        assert_eq!(told.recv(), Ok(()));
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
