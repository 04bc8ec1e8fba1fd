//! Sends records beside everything else: bounded, in batches, and never in anybody's way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinHandle;
use tracing::{debug, warn};

use super::batch::{Batches, Record};
use super::destination::{Destination, TraceSettings};
use crate::instance::Instance;
use crate::producer::SystemProducer;

/// Records that wait, at most: Java's.
const CAPACITY: usize = 2048;
/// How long a record waits for others.
const LINGER: Duration = Duration::from_millis(500);
/// How long shutdown waits for the last records.
const LAST_RECORDS: Duration = Duration::from_secs(5);
/// Java's group of such messages begins so.
const GROUP: &str = "_INNER_TRACE_PRODUCER";

/// The message trace of an instance.
pub(crate) struct Dispatcher {
    settings: TraceSettings,
    runtime: Handle,
    queue: Mutex<Queue>,
    dropped: AtomicU64,
}

enum Queue {
    /// Nothing was recorded yet.
    Idle,
    Open(mpsc::Sender<Record>, JoinHandle<()>),
    Closed,
}

impl Dispatcher {
    /// Records are sent on the current runtime.
    pub(crate) fn new(settings: TraceSettings) -> Self {
        Self {
            settings,
            runtime: Handle::current(),
            queue: Mutex::new(Queue::Idle),
            dropped: AtomicU64::new(0),
        }
    }

    pub(super) fn destination<'a>(
        &self,
        get: impl Fn(&str) -> Option<&'a str>,
    ) -> Option<Destination> {
        self.settings.destination(get)
    }

    /// Takes a record; one too many is dropped. May be called on any thread.
    pub(super) fn push(&self, instance: &Arc<Instance>, record: Record) {
        let mut queue = self.queue.lock();
        if let Queue::Idle = *queue {
            let (sender, records) = mpsc::channel(CAPACITY);
            let task = self.runtime.spawn(run(Arc::clone(instance), records));
            *queue = Queue::Open(sender, task);
        }
        let pushed = match &*queue {
            Queue::Open(sender, _) => sender.try_send(record).is_ok(),
            // What is completed after shutdown.
            _ => return,
        };
        drop(queue);
        if !pushed && self.dropped.fetch_add(1, Ordering::Relaxed) == 0 {
            warn!("message trace cannot keep up: records are dropped, and counted until shutdown");
        }
    }

    /// Sends what waits, bounded in time, and takes no more.
    pub(crate) async fn close(&self) {
        let queue = std::mem::replace(&mut *self.queue.lock(), Queue::Closed);
        if let Queue::Open(sender, task) = queue {
            drop(sender);
            if tokio::time::timeout(LAST_RECORDS, task).await.is_err() {
                warn!("the last records of message trace were not sent within {LAST_RECORDS:?}");
            }
        }
        let dropped = self.dropped.load(Ordering::Relaxed);
        if dropped > 0 {
            warn!(dropped, "records of message trace were dropped");
        }
    }
}

async fn run(instance: Arc<Instance>, mut records: Receiver<Record>) {
    let producer = SystemProducer::new(instance, GROUP);
    let told = AtomicBool::new(false);
    while let Some(first) = records.recv().await {
        for (topic, batch) in collect(first, &mut records).await.into_messages() {
            let keys = batch.keys();
            if let Err(error) = producer.send(&topic, &keys, batch.text).await {
                tell(&told, &error);
            }
        }
    }
}

/// Waits for more records, until there are enough or the first has waited long enough.
async fn collect(first: Record, records: &mut Receiver<Record>) -> Batches {
    let mut batches = Batches::default();
    let more = async {
        let mut has_room = batches.add(first);
        while has_room {
            match records.recv().await {
                Some(record) => has_room = batches.add(record),
                None => return,
            }
        }
    };
    let _ = tokio::time::timeout(LINGER, more).await;
    batches
}

/// The application cannot help it: once is enough.
fn tell(told: &AtomicBool, error: &crate::Error) {
    match told.swap(true, Ordering::Relaxed) {
        false => warn!(
            "message trace is not stored, and what follows is said at level DEBUG: {error}; \
             brokers of Apache need traceTopicEnable=true, and MsgTraceSwitch=false ends it"
        ),
        true => debug!("message trace is not stored: {error}"),
    }
}
