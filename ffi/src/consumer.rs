//! `ons_consumer_t`.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::Duration;

use onsmq::{Client, Config, Filter, Inbox, Result};

use crate::boundary::{arg, guard, guard_or, put, text};
use crate::callback::{Callback, Userdata, ons_destroy_fn};
use crate::config::{credentials, ons_config_t};
use crate::consumer_kind::AnyConsumer;
use crate::delivery::{Block, ons_delivery_t};
use crate::error::ons_error_t;
use crate::listener_pool::ListenerPool;
pub use crate::listener_pool::ons_listener_fn;
use crate::runtime::{Process, is_runtime_thread};

/// Consumes messages as a member of a group: a consumer, an order consumer or a batch consumer, by
/// what made it. All else is common to them. Any threads at once.
#[derive(Debug)]
pub struct ons_consumer_t {
    consumer: Arc<AnyConsumer>,
    process: Arc<Process>,
    /// What listeners are called with.
    pool: Arc<ListenerPool>,
    /// What is received without a listener.
    inbox: Inbox,
}

/// How long shutdown waits for listeners' threads to end, whose last calls are over by then.
const JOIN: Duration = Duration::from_secs(5);

/// Makes a consumer; it connects when it is started. Messages come one in a delivery, in no certain
/// order. Does not block.
///
/// # Errors
/// ONS_CODE_CONFIGURATION with the key, the value and what is allowed.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_consumer_new(
    config: Option<&ons_config_t>,
    out: Option<&mut MaybeUninit<Box<ons_consumer_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| make(config, AnyConsumer::normal, out))
}

/// Makes a consumer of ordered messages; it connects when it is started. Each queue is locked for
/// one member of the group, and its messages come one by one: the next when this one is completed.
/// ONS_ACTION_RECONSUME_LATER suspends: the queue pauses for suspendTimeMillis, and the same message
/// comes again; after MaxReconsumeTimes it goes to the dead letters. Does not block.
///
/// # Errors
/// As ons_consumer_new; MessageModel BROADCASTING is not allowed.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_order_consumer_new(
    config: Option<&ons_config_t>,
    out: Option<&mut MaybeUninit<Box<ons_consumer_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| make(config, AnyConsumer::ordered, out))
}

/// Makes a consumer of lists of messages; it connects when it is started. A delivery is a list of
/// up to ConsumeMessageBatchMaxSize messages of one topic, and its completion counts for all; a
/// listener that is quick is called with several lists. Does not block.
///
/// # Errors
/// As ons_consumer_new.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_batch_consumer_new(
    config: Option<&ons_config_t>,
    out: Option<&mut MaybeUninit<Box<ons_consumer_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| make(config, AnyConsumer::batch, out))
}

fn make(
    config: Option<&ons_config_t>,
    kind: impl FnOnce(&Client, &Config) -> Result<AnyConsumer>,
    out: Option<&mut MaybeUninit<Box<ons_consumer_t>>>,
) -> Result<()> {
    let (config, out) = (arg(config, "config")?, arg(out, "out")?);
    let process = Process::current()?;
    let consumer = Arc::new(kind(process.client(), &config.0)?);
    let consumer = ons_consumer_t {
        pool: ListenerPool::new(&consumer, Arc::clone(&process)),
        inbox: consumer.inbox(),
        consumer,
        process,
    };
    put(out, Box::new(consumer));
    Ok(())
}

/// Subscribes to a topic: all of it (`*`, or nothing), or the tags between `||`. A second
/// subscription to a topic replaces the first. Before or after start. Does not block.
///
/// `listener` is called with the messages; where it is NULL they wait for ons_consumer_receive.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT for an unfit topic or expression, ONS_CODE_CLOSED.
///
/// # Safety
/// `topic` and `expression` point to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_consumer_subscribe(
    consumer: Option<&ons_consumer_t>,
    topic: *const c_char,
    topic_len: usize,
    expression: *const c_char,
    expression_len: usize,
    listener: ons_listener_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let this = arg(consumer, "consumer")?;
        // SAFETY: as this function requires.
        let (topic, expression) = unsafe {
            (
                text(topic, topic_len, "topic")?,
                text(expression, expression_len, "expression")?,
            )
        };
        this.subscribe(topic, Filter::Tags(expression), listener, userdata)
    })
}

/// Subscribes to those messages of a topic whose user properties fulfil a condition in RocketMQ's
/// SQL92, such as `amount > 100 AND region = 'north'`. The brokers need enablePropertyFilter=true.
/// All else is as with ons_consumer_subscribe.
///
/// # Errors
/// As ons_consumer_subscribe; a condition that the broker does not take, or that it takes none, is
/// an error of ons_consumer_start. Where the consumer runs already it is a warning in the log, and
/// no message of the topic comes: nothing is waited for here.
///
/// # Safety
/// `topic` and `sql` point to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_consumer_subscribe_sql(
    consumer: Option<&ons_consumer_t>,
    topic: *const c_char,
    topic_len: usize,
    sql: *const c_char,
    sql_len: usize,
    listener: ons_listener_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let this = arg(consumer, "consumer")?;
        // SAFETY: as this function requires.
        let (topic, sql) =
            unsafe { (text(topic, topic_len, "topic")?, text(sql, sql_len, "sql")?) };
        this.subscribe(topic, Filter::Sql92(sql), listener, userdata)
    })
}

impl ons_consumer_t {
    /// A consumer that is used where it was made, for the reason that a producer is.
    fn own(this: Option<&Self>) -> Result<&Self> {
        let this = arg(this, "consumer")?;
        this.process.check()?;
        Ok(this)
    }

    fn subscribe(
        &self,
        topic: &str,
        filter: Filter<'_>,
        listener: ons_listener_fn,
        userdata: Userdata,
    ) -> Result<()> {
        let handle = self.process.handle()?;
        let _runtime = (!is_runtime_thread()).then(|| handle.enter());
        let Some(listener) = listener else {
            self.consumer.subscribe(topic, filter, &self.inbox)?;
            self.pool.remove(topic);
            return Ok(());
        };
        // First the listener: messages may come at once.
        self.pool
            .insert(topic, Arc::new(Callback::new(listener, userdata)));
        let subscribed = self.consumer.subscribe(topic, filter, self.pool.inbox());
        if subscribed.is_err() {
            self.pool.remove(topic);
        } else if self.consumer.is_started() {
            self.pool.start()?;
        }
        subscribed
    }
}

/// Ends a subscription. Its listener is destroyed when its running calls are over. Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT where the topic is not subscribed to, ONS_CODE_CLOSED.
///
/// # Safety
/// `topic` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_consumer_unsubscribe(
    consumer: Option<&ons_consumer_t>,
    topic: *const c_char,
    topic_len: usize,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let this = ons_consumer_t::own(consumer)?;
        // SAFETY: as this function requires.
        let topic = unsafe { text(topic, topic_len, "topic") }?;
        this.consumer.unsubscribe(topic)?;
        this.pool.remove(topic);
        Ok(())
    })
}

/// Connects and joins the group: waits until this member consumes the queues that it was given, so
/// that what is sent afterwards is received (with a broker that does not answer: 5 s). Starting
/// twice is starting once.
///
/// # Errors
/// ONS_CODE_NAME_SERVER_UNREACHABLE, ONS_CODE_CLOSED; ONS_CODE_INVALID_STATE where a consumer of
/// the group runs under the same InstanceName, or in a callback that must not block.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_consumer_start(
    consumer: Option<&ons_consumer_t>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let this = arg(consumer, "consumer")?;
        this.process.block_on(this.consumer.start())??;
        this.pool.start()
    })
}

/// Stops pulling, waits for the deliveries that are out (at most
/// AwaitTerminationMillisWhenShutdown), commits offsets and leaves the group. What was completed
/// does not come again. A second call waits for the first. In a listener's call or another callback of the
/// library it does not wait: the rest happens in the background, when that call is over.
///
/// # Errors
/// ONS_CODE_FORKED.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_consumer_shutdown(
    consumer: Option<&ons_consumer_t>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let this = ons_consumer_t::own(consumer)?;
        if is_runtime_thread() || this.pool.is_current() {
            return this.process.spawn(this.consumer.shutdown());
        }
        this.process.block_on(this.consumer.shutdown())?;
        this.pool.join(JOIN);
        Ok(())
    })
}

/// Whether it was started and not shut down. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_consumer_is_started(consumer: Option<&ons_consumer_t>) -> bool {
    consumer.is_some_and(|it| it.consumer.is_started())
}

/// Whether it was shut down, or is about to be. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_consumer_is_closed(consumer: Option<&ons_consumer_t>) -> bool {
    consumer.is_some_and(|it| it.consumer.is_closed())
}

/// Takes deliveries of subscriptions without a listener: waits for the first, up to `timeout_ms`
/// (negative: for ever; 0: not at all), and takes up to `max` of one topic. `deliveries` has room
/// for `max` pointers; `count` gets how many were written, 0 where the time was over or the
/// consumer was shut down. Each is the caller's, to be completed and freed.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT; ONS_CODE_INVALID_STATE in a callback that must not block, unless
/// `timeout_ms` is 0.
///
/// # Safety
/// `deliveries` has room for `max` pointers.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_consumer_receive(
    consumer: Option<&ons_consumer_t>,
    max: usize,
    timeout_ms: i64,
    deliveries: *mut *mut ons_delivery_t,
    count: Option<&mut MaybeUninit<usize>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let (this, count) = (arg(consumer, "consumer")?, arg(count, "count")?);
        arg(
            (!deliveries.is_null() || max == 0).then_some(()),
            "deliveries",
        )?;
        this.process.check()?;
        let size = this.consumer.batch_size();
        let most = max.saturating_mul(size);
        let mut received = this.inbox.try_receive(most);
        if received.is_empty() && timeout_ms != 0 && max > 0 {
            let receive = this.inbox.receive(most);
            received = match u64::try_from(timeout_ms) {
                Err(_) => this.process.block_on(receive)?,
                Ok(limit) => {
                    let limit = Duration::from_millis(limit);
                    let waited = async { tokio::time::timeout(limit, receive).await };
                    this.process.block_on(waited)?.unwrap_or_default()
                }
            };
        }
        let (_, received) = Block::hand_out(received, size, |_| None);
        put(count, received.len());
        for (at, delivery) in received.into_iter().enumerate() {
            // SAFETY: at most `max` were received.
            unsafe { deliveries.add(at).write(delivery) };
        }
        Ok(())
    })
}

/// Called when messages wait.
pub type ons_ready_fn = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// Has `ready` called whenever messages come to be received while none were waiting, and once when
/// the consumer is shut down: for programs that wait for many things at once, who then call
/// ons_consumer_receive with a time-out of 0 until nothing is left. It is called on a network
/// thread of the library and must not block; where messages wait already, at once on this thread.
/// Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_consumer_on_ready(
    consumer: Option<&ons_consumer_t>,
    ready: ons_ready_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let this = ons_consumer_t::own(consumer)?;
        let ready = Callback::new(arg(ready, "ready")?, userdata);
        this.inbox.set_on_ready(move || {
            ready.call(|function, userdata| {
                // SAFETY: the caller gave the function and its userdata for each other.
                unsafe { function(userdata) };
            });
        });
        Ok(())
    })
}

/// The number of messages that wait to be received. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_consumer_waiting(consumer: Option<&ons_consumer_t>) -> usize {
    consumer.map_or(0, |it| it.inbox.len())
}

/// Most listener calls at once: ConsumeThreadNums. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_consumer_thread_nums(consumer: Option<&ons_consumer_t>) -> usize {
    consumer.map_or(0, |it| it.consumer.consume_thread_nums())
}

/// Has all requests from now on signed with other credentials, as STS tokens need it; what is under
/// way is not broken off. Before the start they count from the start. They count for all producers
/// and consumers of the process that were configured with the same credentials, addresses,
/// namespace, TLS and InstanceName. `security_token` is empty for none. Copied. Does not block.
///
/// # Errors
/// ONS_CODE_CONFIGURATION for an empty key or secret, ONS_CODE_CLOSED.
///
/// # Safety
/// The pointers point to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_consumer_set_credentials(
    consumer: Option<&ons_consumer_t>,
    access_key: *const c_char,
    access_key_len: usize,
    secret_key: *const c_char,
    secret_key_len: usize,
    security_token: *const c_char,
    security_token_len: usize,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let this = ons_consumer_t::own(consumer)?;
        // SAFETY: as this function requires.
        let credentials = unsafe {
            credentials(
                (access_key, access_key_len),
                (secret_key, secret_key_len),
                (security_token, security_token_len),
            )
        }?;
        this.consumer.set_credentials(credentials)
    })
}

/// Frees a consumer. One that was not shut down is, in the background; its listeners may be called
/// until then. NULL: nothing happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_consumer_free(consumer: Option<Box<ons_consumer_t>>) {
    guard_or((), || drop(consumer));
}

impl Drop for ons_consumer_t {
    fn drop(&mut self) {
        if self.consumer.is_started() && self.process.is_own() {
            let _ = self.process.spawn(self.consumer.shutdown());
        }
    }
}
