//! Waiting on a thread of the application.
//!
//! An answer is read by the task of its connection, which wakes whoever waits for it: two threads
//! wake one after the other. A caller that waits for the only answer that is to come on a connection
//! reads it by itself instead.

use std::cell::Cell;
use std::io;
use std::mem;
use std::pin::pin;
use std::process;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::Handle;

use super::watch::{Bell, Socket, watch};

/// What callers may read.
pub(super) trait Readable: Send + Sync {
    /// Takes the reading over. None where somebody else has it.
    fn claim(self: Arc<Self>) -> Option<Claim>;

    /// Reads what is there, for who has claimed it. Whether there is any use in waiting for more.
    fn read(self: Arc<Self>) -> bool;

    /// Gives the reading back.
    fn release(self: Arc<Self>);
}

/// The reading of a socket, until it is dropped.
pub(super) struct Claim {
    source: Arc<dyn Readable>,
    socket: Arc<Socket>,
}

impl Claim {
    pub(super) const fn new(source: Arc<dyn Readable>, socket: Arc<Socket>) -> Self {
        Self { source, socket }
    }

    /// Reads until the thread is woken, or there is no use in it any more.
    fn read_until(&self, thread: &Sleeper) {
        let Some(bell) = thread.bell() else {
            return;
        };
        let mut is_of_use = true;
        while is_of_use && thread.falls_asleep(State::Watches) {
            let rings = watch(&self.socket, bell);
            thread.wakes_up();
            is_of_use = match rings {
                Ok(true) => {
                    bell.hush();
                    true
                }
                Ok(false) => Arc::clone(&self.source).read(),
                Err(error) => error.kind() == io::ErrorKind::Interrupted,
            };
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        Arc::clone(&self.source).release();
    }
}

/// What a thread has for waiting.
#[derive(Default)]
struct Own {
    /// Whether it polls what it waits for by itself.
    polls: Cell<bool>,
    /// What it may read meanwhile.
    offered: Cell<Option<Arc<dyn Readable>>>,
    sleeper: Cell<Option<Arc<Sleeper>>>,
}

thread_local!(static OWN: Own = Own::default());

/// To be called by a future that waits for the only thing that is to come from somewhere.
pub(super) fn offer(source: impl FnOnce() -> Arc<dyn Readable>) {
    // A thread that comes to its end has none, and does not wait by itself.
    let _ = OWN.try_with(|own| {
        if own.polls.get() {
            own.offered.set(Some(source()));
        }
    });
}

/// Waits for a future on this thread, which must not be one of a runtime's: it is blocked. What the
/// future waits for is on `runtime`, but an answer that this thread alone waits for is read here
/// (on Linux, and without TLS): a blocking send takes less time than with
/// [`Handle::block_on`](tokio::runtime::Handle::block_on).
pub fn block_on<T>(runtime: &Handle, future: impl Future<Output = T>) -> T {
    let sleeper = Sleeper::of_this_thread();
    let _entered = runtime.enter();
    let waker = Waker::from(Arc::clone(&sleeper));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        let polling = Polling::begin();
        let polled = future.as_mut().poll(&mut context);
        let offered = polling.end();
        if let Poll::Ready(done) = polled {
            sleeper.keep();
            return done;
        }
        if let Some(claim) = offered.and_then(Readable::claim) {
            claim.read_until(&sleeper);
        }
        sleeper.park();
    }
}

/// For as long as it lives, this thread polls what it waits for.
struct Polling;

impl Polling {
    fn begin() -> Self {
        Self::set(true);
        Self
    }

    fn end(self) -> Option<Arc<dyn Readable>> {
        OWN.try_with(|own| own.offered.take()).ok().flatten()
    }

    /// What was offered before is somebody else's.
    fn set(polls: bool) {
        let _ = OWN.try_with(|own| {
            own.polls.set(polls);
            own.offered.take()
        });
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        Self::set(false);
    }
}

/// What a thread does, as far as it matters to whoever wakes it.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum State {
    IsAwake,
    WasWoken,
    Parks,
    Watches,
}

/// A thread that sleeps until a future can go on.
struct Sleeper {
    state: AtomicU8,
    thread: Thread,
    /// What wakes it while it watches a socket: few threads ever do.
    bell: OnceLock<Bell>,
    process: u32,
}

impl Sleeper {
    /// The one that is kept for the next wait, if the thread does not come to its end.
    fn of_this_thread() -> Arc<Self> {
        let process = process::id();
        let kept = OWN.try_with(|own| own.sleeper.take()).ok().flatten();
        match kept {
            Some(kept) if kept.process == process => kept,
            kept => {
                // A forked child has the bell of its parent's, if it has not closed it and opened
                // something else in its place.
                mem::forget(kept);
                Arc::new(Self {
                    state: AtomicU8::new(State::IsAwake as u8),
                    thread: thread::current(),
                    bell: OnceLock::new(),
                    process,
                })
            }
        }
    }

    fn keep(self: Arc<Self>) {
        let _ = OWN.try_with(|own| own.sleeper.set(Some(self)));
    }

    /// None where the system has no more of them.
    fn bell(&self) -> Option<&Bell> {
        if self.bell.get().is_none() {
            let _ = self.bell.set(Bell::new()?);
        }
        self.bell.get()
    }

    /// Unless it was woken.
    fn falls_asleep(&self, how: State) -> bool {
        self.changes(State::IsAwake, how)
    }

    /// It does not watch any more. That it was woken meanwhile is still to be seen.
    fn wakes_up(&self) {
        self.changes(State::Watches, State::IsAwake);
    }

    /// Sleeps until it is woken.
    fn park(&self) {
        if self.falls_asleep(State::Parks) {
            while self.state.load(Ordering::SeqCst) == State::Parks as u8 {
                thread::park();
            }
        }
        // Not only stored: what the last one to wake it did before is to be seen.
        self.state.swap(State::IsAwake as u8, Ordering::SeqCst);
    }

    fn changes(&self, from: State, to: State) -> bool {
        self.state
            .compare_exchange(from as u8, to as u8, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let before = self.state.swap(State::WasWoken as u8, Ordering::SeqCst);
        if before == State::Parks as u8 {
            self.thread.unpark();
        } else if before == State::Watches as u8 {
            let bell = self.bell.get();
            bell.expect("it watches with one").ring();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;
    use crate::test_runtime::runtime;

    #[test]
    fn it_waits_for_other_threads_timers_and_tasks() {
        let runtime = runtime();
        for _ in 0..100 {
            let (tell, told) = oneshot::channel();
            let tells = thread::spawn(move || tell.send(1));
            assert_eq!(block_on(runtime.handle(), told), Ok(1));
            tells.join().expect("no panic").expect("it waited");
            let task = async { tokio::spawn(async { 2 }).await.expect("no panic") };
            assert_eq!(block_on(runtime.handle(), task), 2);
        }
        let sleeps = async { tokio::time::sleep(Duration::from_millis(1)).await };
        block_on(runtime.handle(), sleeps);
    }

    /// It is claimed by nobody.
    struct NotToBeClaimed;

    impl Readable for NotToBeClaimed {
        fn claim(self: Arc<Self>) -> Option<Claim> {
            panic!("it was another wait's")
        }

        fn read(self: Arc<Self>) -> bool {
            false
        }

        fn release(self: Arc<Self>) {}
    }

    #[test]
    fn what_was_offered_to_a_wait_is_not_kept_for_the_next() {
        let runtime = runtime();
        let source = Arc::new(NotToBeClaimed);
        let offers = async {
            offer(|| Arc::<NotToBeClaimed>::clone(&source));
            panic!("as it was to");
        };
        catch_unwind(AssertUnwindSafe(|| block_on(runtime.handle(), offers))).expect_err("a panic");
        assert_eq!(Arc::strong_count(&source), 1);
        let sleeps = async { tokio::time::sleep(Duration::from_millis(1)).await };
        block_on(runtime.handle(), sleeps);
        offer(|| Arc::<NotToBeClaimed>::clone(&source));
        assert_eq!(Arc::strong_count(&source), 1, "nobody waits");
    }

    #[test]
    fn a_thread_waits_on_after_a_panic_and_within_a_wait() {
        let runtime = runtime();
        let panics = || block_on(runtime.handle(), async { panic!("as it was to") });
        catch_unwind(AssertUnwindSafe(panics)).expect_err("a panic");
        assert!(OWN.with(|own| !own.polls.get()));
        let within = async { block_on(runtime.handle(), async { 1 }) };
        assert_eq!(block_on(runtime.handle(), within), 1);
    }
}
