//! The threads that listeners run on: as many as there is work for, up to ConsumeThreadNums.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use onsmq::{Delivery, Error, ErrorKind, Inbox, Result};
use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::sync::Notify;

use crate::callback::Callback;
use crate::consumer_kind::AnyConsumer;
use crate::delivery::{Block, ons_delivery_t};
use crate::pace::Pace;
use crate::runtime::Process;

/// Called with deliveries of one topic, which become the callee's: each is to be completed and
/// freed, now or later. The array lives for the time of the call. On a thread of the consumer's
/// own, which may block; up to ConsumeThreadNums calls run at once, and a call lasts until its
/// deliveries are completed.
pub type ons_listener_fn = Option<
    unsafe extern "C" fn(userdata: *mut c_void, deliveries: *mut *mut ons_delivery_t, count: usize),
>;

pub(crate) type Listener =
    Arc<Callback<unsafe extern "C" fn(*mut c_void, *mut *mut ons_delivery_t, usize)>>;

/// Most deliveries of one call.
const MAX_CALL: usize = 64;
/// So many calls' worth of deliveries wait before a second thread helps listeners that are quick.
const MANY_CALLS: usize = 8;
/// How long a call of a listener that was quick may last before another thread comes for what waits.
const PATIENCE: Duration = Duration::from_millis(1);
/// How often a thread lets others go first before it sleeps, where messages come quickly: to be woken
/// costs more.
const YIELDS: usize = 8;

/// The listeners of a consumer and the threads that they run on.
pub(crate) struct ListenerPool {
    inbox: Inbox,
    process: Arc<Process>,
    limit: usize,
    /// Most messages of a delivery.
    batch_size: usize,
    pace: Pace,
    state: Mutex<State>,
    /// A call is over, or a thread has ended.
    changed: Condvar,
    /// For one thread that waits for messages.
    wake: Notify,
    /// Threads that are about to look once more before they wait.
    looking_out: AtomicUsize,
    /// Somebody looks after calls that last.
    is_watched: AtomicBool,
}

#[derive(Default)]
struct State {
    /// By topic.
    listeners: HashMap<String, Listener>,
    threads: usize,
    /// Before that no listener is called.
    is_started: bool,
    /// Threads that wait for messages.
    idle: usize,
    /// Calls that have not returned.
    running: usize,
    /// Deliveries whose call has returned before they were completed: each is a call that runs.
    deferred: usize,
    /// The topics' inbox was closed.
    closed: bool,
}

impl ListenerPool {
    pub(crate) fn new(consumer: &AnyConsumer, process: Arc<Process>) -> Arc<Self> {
        let pool = Arc::new(Self {
            inbox: consumer.inbox(),
            process,
            limit: consumer.consume_thread_nums(),
            batch_size: consumer.batch_size(),
            pace: Pace::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
            wake: Notify::new(),
            looking_out: AtomicUsize::new(0),
            is_watched: AtomicBool::new(false),
        });
        let this = Arc::downgrade(&pool);
        pool.inbox.set_on_ready(move || {
            if let Some(pool) = this.upgrade() {
                pool.come();
            }
        });
        pool
    }

    pub(crate) const fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    pub(crate) fn insert(&self, topic: &str, listener: Listener) {
        // Destroying a listener that is replaced is the application's code: not under the lock.
        let replaced = self
            .state
            .lock()
            .listeners
            .insert(topic.to_owned(), listener);
        drop(replaced);
    }

    pub(crate) fn remove(&self, topic: &str) {
        let removed = self.state.lock().listeners.remove(topic);
        drop(removed);
    }

    /// Starts the first thread; it starts others when there is more to do.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] where the system gives no thread.
    pub(crate) fn start(self: &Arc<Self>) -> Result<()> {
        let mut state = self.state.lock();
        state.is_started = true;
        if state.threads > 0 || state.listeners.is_empty() {
            return Ok(());
        }
        state.threads += 1;
        drop(state);
        self.spawn()
    }

    fn spawn(self: &Arc<Self>) -> Result<()> {
        let this = Arc::clone(self);
        let spawned = std::thread::Builder::new()
            .name("onsmq-listener".to_owned())
            .spawn(move || this.run())
            .map(drop);
        spawned.map_err(|error| {
            self.state.lock().threads -= 1;
            Error::new(
                ErrorKind::Internal,
                format!("a listener's thread cannot be started: {error}"),
            )
        })
    }

    fn run(self: Arc<Self>) {
        CURRENT.set(Arc::as_ptr(&self) as usize);
        while let Some((listener, deliveries)) = self.next() {
            self.share();
            self.call(&listener, deliveries);
        }
        let mut state = self.state.lock();
        if state.threads == 1 {
            let listeners = std::mem::take(&mut state.listeners);
            // Destroying them is the application's code: not under the lock, but before whoever
            // waits for the last thread goes on.
            MutexGuard::unlocked(&mut state, || drop(listeners));
        }
        state.threads -= 1;
        drop(state);
        CURRENT.set(0);
        self.changed.notify_all();
    }

    /// Waits for a call that may be made, and for messages. `None` at the end.
    fn next(&self) -> Option<(Listener, Vec<Delivery>)> {
        loop {
            {
                let mut state = self.state.lock();
                while state.running + state.deferred >= self.limit && !state.closed {
                    self.changed.wait(&mut state);
                }
                state.running += 1;
                state.idle += 1;
            }
            let deliveries = self.take();
            let mut state = self.state.lock();
            state.idle -= 1;
            let Some(first) = deliveries.first() else {
                state.running -= 1;
                state.closed = true;
                drop(state);
                self.changed.notify_all();
                // Each that ends has the next one end.
                self.wake.notify_one();
                return None;
            };
            match state.listeners.get(&**first.topic()).cloned() {
                Some(listener) => return Some((listener, deliveries)),
                // Unsubscribed while they waited: dropped, they come again.
                None => state.running -= 1,
            }
        }
    }

    /// How many messages a call gets. Listeners that take their time get one delivery each, so that
    /// others are called with the next; for those that do not, a call costs more than a delivery, and
    /// in a flood a thread gets its share of what waits.
    fn call_size(&self) -> usize {
        let deliveries = match self.pace.quick() / self.batch_size {
            0 => 1,
            quick => {
                let share = self.inbox.len() / self.batch_size / self.limit;
                quick.max(share).min(MAX_CALL)
            }
        };
        deliveries * self.batch_size
    }

    /// Waits for messages. None at the end.
    fn take(&self) -> Vec<Delivery> {
        let mut looks = self.is_quick();
        loop {
            let taken = self.inbox.try_receive(self.call_size());
            if !taken.is_empty() || self.inbox.is_closed() {
                return taken;
            }
            if looks {
                looks = false;
                self.look_out();
            } else if self.process.block_on(self.wake.notified()).is_err() {
                return Vec::new();
            }
        }
    }

    /// Lets others go first for a moment, who may bring more. Whoever does need wake nobody: it is
    /// looked once more after this.
    fn look_out(&self) {
        self.looking_out.fetch_add(1, Ordering::SeqCst);
        for _ in 0..YIELDS {
            std::thread::yield_now();
            if !self.inbox.is_empty() {
                break;
            }
        }
        self.looking_out.fetch_sub(1, Ordering::SeqCst);
    }

    /// Whether a thread that is in a call will soon be back for what waits.
    fn is_quick(&self) -> bool {
        self.pace.quick() >= self.batch_size
    }

    /// Messages have come where none waited, or the end. A thread that is in a call and quick takes
    /// them along: to wake another for each pull would cost more than the listeners do.
    fn come(self: &Arc<Self>) {
        if self.inbox.is_closed() {
            return self.wake.notify_one();
        }
        if self.looking_out.load(Ordering::SeqCst) > 0 {
            return;
        }
        let in_call = {
            let state = self.state.lock();
            state.running > state.idle
        };
        match in_call && self.is_quick() {
            true => self.watch(),
            false => drop(self.help()),
        }
    }

    /// Has another thread come for what waits or comes next, unless this one will soon be back.
    fn share(self: &Arc<Self>) {
        let waiting = self.inbox.len();
        if !self.is_quick() || waiting > MANY_CALLS * MAX_CALL * self.batch_size {
            self.help();
        } else if waiting > 0 {
            self.watch();
        }
    }

    /// Has an idle thread come for what waits; starts one where there is none, for what waits or
    /// comes next. False where there is none to be had.
    fn help(self: &Arc<Self>) -> bool {
        let waits = !self.inbox.is_empty();
        let mut state = self.state.lock();
        if state.idle > 0 {
            drop(state);
            if waits {
                // The one whose memory is the warmest.
                self.wake.notify_last();
            }
            return true;
        }
        let may = state.is_started && !state.closed && !state.listeners.is_empty();
        if !may || state.threads >= self.limit {
            return false;
        }
        state.threads += 1;
        drop(state);
        let spawned = self.spawn();
        if let Err(error) = &spawned {
            tracing::warn!("listeners share fewer threads: {error}");
        }
        spawned.is_ok()
    }

    /// Has more threads come where messages wait for a call that lasts, quick as those before it
    /// were.
    fn watch(self: &Arc<Self>) {
        if self.is_watched.swap(true, Ordering::SeqCst) {
            return;
        }
        let this = Arc::downgrade(self);
        let watching = async move {
            loop {
                tokio::time::sleep(PATIENCE).await;
                let Some(pool) = this.upgrade() else { return };
                let helps = || !pool.inbox.is_empty() && pool.help();
                if helps() {
                    continue;
                }
                pool.is_watched.store(false, Ordering::SeqCst);
                // For what came just before that.
                if !helps() || pool.is_watched.swap(true, Ordering::SeqCst) {
                    return;
                }
            }
        };
        // In a forked child nobody waits.
        if let Ok(runtime) = self.process.handle() {
            drop(runtime.spawn(watching));
        }
    }

    fn call(self: &Arc<Self>, listener: &Listener, deliveries: Vec<Delivery>) {
        let messages = deliveries.len();
        let (block, mut deliveries) = Block::hand_out(deliveries, self.batch_size, |count| {
            Some(Call {
                pool: Arc::clone(self),
                state: AtomicUsize::new(count),
            })
        });
        let begun = Instant::now();
        listener.call(|function, userdata| {
            // SAFETY: the caller gave the function and its userdata for each other; the array
            // holds as many deliveries as said.
            unsafe { function(userdata, deliveries.as_mut_ptr(), deliveries.len()) };
        });
        let took = begun.elapsed();
        let deferred = block.call().map_or(0, Call::returned);
        self.pace.called(took, messages, deferred);
        let mut state = self.state.lock();
        state.running -= 1;
        state.deferred = state.deferred.wrapping_add(deferred);
        drop(state);
        self.changed.notify_one();
    }

    /// Waits until no thread is left but this one, where it is one of them.
    pub(crate) fn join(self: &Arc<Self>, limit: Duration) {
        if self.is_current() {
            return;
        }
        let mut state = self.state.lock();
        self.changed
            .wait_while_for(&mut state, |state| state.threads > 0, limit);
    }

    /// Whether this thread is in a call of one of these listeners.
    pub(crate) fn is_current(self: &Arc<Self>) -> bool {
        CURRENT.get() == Arc::as_ptr(self) as usize
    }
}

thread_local! {
    /// The pool that this thread belongs to, by address; 0 for none.
    static CURRENT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// One call of a listener.
pub(crate) struct Call {
    pool: Arc<ListenerPool>,
    /// Deliveries that are not completed, and whether the call has returned.
    state: AtomicUsize,
}

const RETURNED: usize = 1 << (usize::BITS - 1);

impl Call {
    /// The call has returned. Answers how many deliveries are to be completed later.
    fn returned(&self) -> usize {
        self.state.fetch_or(RETURNED, Ordering::AcqRel)
    }

    pub(crate) fn completed(&self) {
        if self.state.fetch_sub(1, Ordering::AcqRel) & RETURNED != 0 {
            let mut state = self.pool.state.lock();
            // The call's thread may be about to add what this takes off.
            state.deferred = state.deferred.wrapping_sub(1);
            drop(state);
            self.pool.changed.notify_one();
        }
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ListenerPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListenerPool")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
