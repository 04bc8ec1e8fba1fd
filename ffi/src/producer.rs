//! `ons_producer_t`.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::Duration;

use onsmq::{Client, Config, Error, ErrorKind, Result, SendResult};

use crate::boundary::{arg, array, guard, guard_or, put};
use crate::callback::{Callback, Userdata, ons_destroy_fn};
use crate::config::{credentials, ons_config_t};
use crate::error::ons_error_t;
use crate::message::ons_message_t;
use crate::producer_kind::AnyProducer;
use crate::runtime::{Process, is_runtime_thread};
use crate::send_result::ons_send_result_t;

/// Sends messages: a producer, an order producer or a transaction producer, by what made it. Any
/// threads at once.
#[derive(Debug)]
pub struct ons_producer_t {
    pub(crate) producer: AnyProducer,
    pub(crate) process: Arc<Process>,
}

/// Called with what became of a send: one of the two is NULL, the other the callee's to free. On
/// a network thread of the library: it must not block.
pub type ons_send_fn = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        result: Option<Box<ons_send_result_t>>,
        error: Option<Box<ons_error_t>>,
    ),
>;

/// Called with what became of many sends, in the order of their messages: of `results[i]` and
/// `errors[i]` one is NULL, the other the callee's to free. The arrays live for the time of the
/// call. On a network thread of the library: it must not block.
pub type ons_send_many_fn = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        results: *mut *mut ons_send_result_t,
        errors: *mut *mut ons_error_t,
        count: usize,
    ),
>;

/// Called when something that was begun is over: `error` is NULL where it went well, otherwise the
/// callee's to free. On a network thread of the library: it must not block.
pub type ons_done_fn =
    Option<unsafe extern "C" fn(userdata: *mut c_void, error: Option<Box<ons_error_t>>)>;

/// Makes a producer; it connects when it sends first. Does not block.
///
/// # Errors
/// ONS_CODE_CONFIGURATION with the key, the value and what is allowed.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_new(
    config: Option<&ons_config_t>,
    out: Option<&mut MaybeUninit<Box<ons_producer_t>>>,
) -> Option<Box<ons_error_t>> {
    let normal = |client: &Client, config: &Config| {
        client
            .producer(config)
            .map(Arc::new)
            .map(AnyProducer::Normal)
    };
    guard(|| make(config, normal, out))
}

/// Makes a producer of ordered messages; it connects when it sends first. It sends by a message's
/// sharding key: messages of one key go to one queue, the one that the vendor's Java SDK takes, in
/// the order of the calls, and never to another where that fails. With ons_producer_send_many,
/// nothing is sent behind a message of the same key that failed. Nothing is sent one-way. Does not
/// block.
///
/// # Errors
/// As ons_producer_new.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_order_producer_new(
    config: Option<&ons_config_t>,
    out: Option<&mut MaybeUninit<Box<ons_producer_t>>>,
) -> Option<Box<ons_error_t>> {
    let ordered = |client: &Client, config: &Config| {
        let producer = client.order_producer(config)?;
        Ok(AnyProducer::Ordered(Arc::new(producer)))
    };
    guard(|| make(config, ordered, out))
}

pub(crate) fn make(
    config: Option<&ons_config_t>,
    kind: impl FnOnce(&Client, &Config) -> Result<AnyProducer>,
    out: Option<&mut MaybeUninit<Box<ons_producer_t>>>,
) -> Result<()> {
    let (config, out) = (arg(config, "config")?, arg(out, "out")?);
    let process = Process::current()?;
    let producer = kind(process.client(), &config.0)?;
    put(out, Box::new(ons_producer_t { producer, process }));
    Ok(())
}

/// Makes the producer ready. Starting twice is starting once. Does not wait for the network.
///
/// # Errors
/// ONS_CODE_CLOSED.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_start(
    producer: Option<&ons_producer_t>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let producer = ons_producer_t::own(producer)?;
        producer.process.block_on(producer.producer.start())?
    })
}

/// Takes no more messages, waits for sends in flight (each within its time) and disconnects. A
/// second call waits for the first. In a callback of the library it does not wait: the rest happens in
/// the background.
///
/// # Errors
/// ONS_CODE_FORKED.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_shutdown(
    producer: Option<&ons_producer_t>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        if is_runtime_thread() {
            return process.spawn(producer.shutdown());
        }
        process.block_on(producer.shutdown())
    })
}

/// Whether it was started and not shut down. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_is_started(producer: Option<&ons_producer_t>) -> bool {
    producer.is_some_and(|it| it.producer.is_started())
}

/// Whether it was shut down, or is about to be. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_is_closed(producer: Option<&ons_producer_t>) -> bool {
    producer.is_some_and(|it| it.producer.is_closed())
}

/// Sends a message, and waits until a broker has stored it, or SendMsgTimeoutMillis are over.
/// `out`, if not NULL, gets the result.
///
/// # Errors
/// ONS_CODE_ILLEGAL_MESSAGE, ONS_CODE_NO_ROUTE, ONS_CODE_NO_PERMISSION and other refusals at once;
/// ONS_CODE_CONNECT_FAILED, ONS_CODE_TIMEOUT and the like when the time is over;
/// ONS_CODE_NOT_STARTED, ONS_CODE_CLOSED; ONS_CODE_INVALID_STATE in a callback that must not
/// block, and for a transaction producer.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_send(
    producer: Option<&ons_producer_t>,
    message: Option<&ons_message_t>,
    out: Option<&mut MaybeUninit<Box<ons_send_result_t>>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        let message = arg(message, "message")?.to_send();
        let result = process.block_on(producer.send(message.into_owned())?)??;
        if let Some(out) = out {
            put(out, Box::new(result.into()));
        }
        Ok(())
    })
}

/// Sends a message without waiting for the broker: it may be lost without notice. Waits only for
/// the route, and for a connection that takes no more data.
///
/// # Errors
/// As ons_producer_send, as far as they show before the message leaves.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_send_oneway(
    producer: Option<&ons_producer_t>,
    message: Option<&ons_message_t>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        let message = arg(message, "message")?.to_send();
        let sending = producer.send_oneway(message.into_owned())?;
        process.block_on(sending)?.map(drop)
    })
}

/// Does in the background what ons_producer_send_oneway does, and calls `callback` when the message
/// has left, or cannot. The message may be freed when this returns. Does not block.
///
/// # Errors
/// As ons_producer_send_async.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_send_oneway_async(
    producer: Option<&ons_producer_t>,
    message: Option<&ons_message_t>,
    callback: ons_done_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        let message = arg(message, "message")?.to_send();
        let callback = Callback::new(arg(callback, "callback")?, userdata);
        let sending = producer.send_oneway(message.into_owned())?;
        process.spawn(async move {
            let error = sending.await.err();
            callback.call(|function, userdata| {
                let error = error.map(|error| Box::new(error.into()));
                // SAFETY: the caller gave the function and its userdata for each other.
                unsafe { function(userdata, error) };
            });
        })
    })
}

/// Sends a message in the background, and calls `callback` with what became of it. The message may
/// be freed when this returns. Waits only while the producer holds as many messages as it may, and
/// only with SendBufferFull at WAIT; never in a callback of the library.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT, ONS_CODE_FORKED: then `callback` is not called. All others go to
/// `callback`.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_send_async(
    producer: Option<&ons_producer_t>,
    message: Option<&ons_message_t>,
    callback: ons_send_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        let message = arg(message, "message")?.to_send();
        let callback = Callback::new(arg(callback, "callback")?, userdata);
        producer.send_then(process, message, move |sent| tell(&callback, sent))
    })
}

/// Whether ons_producer_send_async takes a message with a body of so many bytes without waiting for
/// room, unless others send meanwhile: for bindings whose host must not stand still. False for NULL.
/// Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_has_room(
    producer: Option<&ons_producer_t>,
    body_len: usize,
) -> bool {
    guard_or(false, || {
        producer.is_some_and(|it| it.producer.has_room(body_len))
    })
}

/// Waits until it is known what became of all messages in flight; not of those that are sent
/// later. `timeout_ms`: how long at most; 0 for as long as it takes, which is as long as each may
/// take by SendMsgTimeoutMillis.
///
/// # Errors
/// ONS_CODE_TIMEOUT: some are in flight still. ONS_CODE_INVALID_STATE in a callback that must not
/// block.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_flush(
    producer: Option<&ons_producer_t>,
    timeout_ms: u64,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        let flush = producer.flush();
        if timeout_ms == 0 {
            return process.block_on(flush);
        }
        let limit = Duration::from_millis(timeout_ms);
        let flushed = process.block_on(async { tokio::time::timeout(limit, flush).await })?;
        flushed.map_err(|_| {
            Error::new(
                ErrorKind::Timeout,
                format!("messages are in flight still after {timeout_ms} ms"),
            )
        })
    })
}

/// Sends many messages, each on its own, and waits for all. `results` and `errors` have room for
/// `count` pointers each: of `results[i]` and `errors[i]` one becomes NULL, the other what became
/// of `messages[i]`, the caller's to free.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT and the like, where nothing was sent and nothing was written. What
/// became of a message is not among them.
///
/// # Safety
/// `messages` points to `count` messages, `results` and `errors` to room for `count` pointers.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_producer_send_many(
    producer: Option<&ons_producer_t>,
    messages: *const *const ons_message_t,
    count: usize,
    results: *mut *mut ons_send_result_t,
    errors: *mut *mut ons_error_t,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        // SAFETY: as this function requires.
        let messages = unsafe { array(messages, count, "messages") }?;
        if count > 0 && (results.is_null() || errors.is_null()) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "argument `results` or `errors` is NULL",
            ));
        }
        let messages = messages.into_iter().map(ons_message_t::to_send);
        let sent = process.block_on(producer.send_many(messages)?)?;
        for (at, sent) in sent.into_iter().enumerate() {
            let (result, error) = apart(sent);
            // SAFETY: there is room for `count` pointers, and as many messages were sent.
            unsafe {
                results.add(at).write(raw(result));
                errors.add(at).write(raw(error));
            }
        }
        Ok(())
    })
}

/// Sends many messages in the background, each on its own, and calls `callback` once with what
/// became of all. The messages may be freed when this returns. Does not block.
///
/// # Errors
/// As ons_producer_send_async.
///
/// # Safety
/// `messages` points to `count` messages.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_producer_send_many_async(
    producer: Option<&ons_producer_t>,
    messages: *const *const ons_message_t,
    count: usize,
    callback: ons_send_many_fn,
    userdata: *mut c_void,
    destroy: ons_destroy_fn,
) -> Option<Box<ons_error_t>> {
    let userdata = Userdata::new(userdata, destroy);
    guard(|| {
        let ons_producer_t { producer, process } = ons_producer_t::own(producer)?;
        // SAFETY: as this function requires.
        let messages = unsafe { array(messages, count, "messages") }?;
        let callback = Callback::new(arg(callback, "callback")?, userdata);
        let sending = producer.send_many(messages.into_iter().map(ons_message_t::to_send))?;
        process.spawn(async move {
            let (mut results, mut errors): (Vec<_>, Vec<_>) = sending
                .await
                .into_iter()
                .map(apart)
                .map(|(result, error)| (raw(result), raw(error)))
                .unzip();
            callback.call(|function, userdata| {
                let (results, errors) = (results.as_mut_ptr(), errors.as_mut_ptr());
                // SAFETY: the caller gave the function and its userdata for each other.
                unsafe { function(userdata, results, errors, count) };
            });
        })
    })
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
pub unsafe extern "C" fn ons_producer_set_credentials(
    producer: Option<&ons_producer_t>,
    access_key: *const c_char,
    access_key_len: usize,
    secret_key: *const c_char,
    secret_key_len: usize,
    security_token: *const c_char,
    security_token_len: usize,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let this = ons_producer_t::own(producer)?;
        // SAFETY: as this function requires.
        let credentials = unsafe {
            credentials(
                (access_key, access_key_len),
                (secret_key, secret_key_len),
                (security_token, security_token_len),
            )
        }?;
        this.producer.set_credentials(credentials)
    })
}

/// Frees a producer. One that was not shut down is, in the background. NULL: nothing happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_producer_free(producer: Option<Box<ons_producer_t>>) {
    guard_or((), || drop(producer));
}

impl ons_producer_t {
    /// A producer that is used where it was made: in a forked child some lock of it may be held by a
    /// thread that stayed behind, so nothing of it is touched there.
    pub(crate) fn own(this: Option<&Self>) -> Result<&Self> {
        let this = arg(this, "producer")?;
        this.process.check()?;
        Ok(this)
    }
}

impl Drop for ons_producer_t {
    fn drop(&mut self) {
        if !self.process.is_own() {
            // Some lock of it may be held by a thread that stayed behind: nobody shuts it down here.
            std::mem::forget(self.producer.clone());
        } else if self.producer.is_started() {
            let _ = self.process.spawn(self.producer.shutdown());
        }
    }
}

pub(crate) type SendFn =
    unsafe extern "C" fn(*mut c_void, Option<Box<ons_send_result_t>>, Option<Box<ons_error_t>>);

/// Calls back with what became of a send.
pub(crate) fn tell(callback: &Callback<SendFn>, sent: Result<SendResult>) {
    let (result, error) = apart(sent);
    callback.call(|function, userdata| {
        // SAFETY: the caller gave the function and its userdata for each other.
        unsafe { function(userdata, result, error) };
    });
}

type Apart = (Option<Box<ons_send_result_t>>, Option<Box<ons_error_t>>);

fn apart(sent: Result<SendResult>) -> Apart {
    match sent {
        Ok(result) => (Some(Box::new(result.into())), None),
        Err(error) => (None, Some(Box::new(error.into()))),
    }
}

fn raw<T>(object: Option<Box<T>>) -> *mut T {
    object.map_or(std::ptr::null_mut(), Box::into_raw)
}
