//! Producers.

use std::ffi::c_void;
use std::ptr::null_mut;

use onsmq_ffi::{
    ons_config_new, ons_config_set, ons_config_t, ons_error_t, ons_message_t,
    ons_order_producer_new, ons_producer_has_room, ons_producer_is_closed, ons_producer_is_started,
    ons_producer_new, ons_producer_send, ons_producer_send_async, ons_producer_send_many,
    ons_producer_send_many_async, ons_producer_send_oneway, ons_producer_send_oneway_async,
    ons_producer_set_credentials, ons_producer_shutdown, ons_producer_start, ons_producer_t,
    ons_send_result_broker_name, ons_send_result_message_id, ons_send_result_queue_id,
    ons_send_result_queue_offset, ons_send_result_t, ons_send_result_text, ons_send_result_topic,
};

use crate::abi::{self, Once, check, destroy, str_parts};
use crate::{Error, Message, Result};

/// Properties by name.
#[derive(Debug)]
pub struct Config(pub(crate) Box<ons_config_t>);

impl Config {
    /// # Errors
    /// [`Error`].
    pub fn new<K: AsRef<str>, V: AsRef<str>>(
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self> {
        let mut config = ons_config_new();
        for (key, value) in properties {
            let ((key, key_len), (value, value_len)) =
                (str_parts(key.as_ref()), str_parts(value.as_ref()));
            check(
                // SAFETY: both point to as many bytes as said.
                unsafe { ons_config_set(Some(&mut config), key, key_len, value, value_len) },
            )?;
        }
        Ok(Self(config))
    }
}

/// A message is stored.
#[derive(Debug)]
pub struct SendResult(pub(crate) Box<ons_send_result_t>);

impl SendResult {
    /// The message's id.
    #[must_use]
    pub fn message_id(&self) -> &str {
        abi::text(ons_send_result_message_id(Some(&self.0)), self)
    }

    /// The topic.
    #[must_use]
    pub fn topic(&self) -> &str {
        abi::text(ons_send_result_topic(Some(&self.0)), self)
    }

    /// The broker that stored it.
    #[must_use]
    pub fn broker_name(&self) -> &str {
        abi::text(ons_send_result_broker_name(Some(&self.0)), self)
    }

    /// The queue that holds it.
    #[must_use]
    pub fn queue_id(&self) -> i32 {
        ons_send_result_queue_id(Some(&self.0))
    }

    /// Its place in the queue.
    #[must_use]
    pub fn queue_offset(&self) -> i64 {
        ons_send_result_queue_offset(Some(&self.0))
    }

    /// All of it on a line.
    #[must_use]
    pub fn text(&self) -> &str {
        abi::text(ons_send_result_text(Some(&self.0)), self)
    }
}

/// What became of a send.
pub type Sent = Result<SendResult>;

pub(crate) fn sent(
    result: Option<Box<ons_send_result_t>>,
    error: Option<Box<ons_error_t>>,
) -> Option<Sent> {
    match (result, error) {
        (Some(result), _) => Some(Ok(SendResult(result))),
        (None, Some(error)) => Some(Err(Error::from(error))),
        (None, None) => None,
    }
}

/// Sends messages.
#[derive(Debug)]
pub struct Producer(pub(crate) Box<ons_producer_t>);

impl Producer {
    /// # Errors
    /// [`Error`], for a wrong configuration.
    pub fn new(config: &Config) -> Result<Self> {
        abi::out(|out| ons_producer_new(Some(&config.0), out)).map(Self)
    }

    /// A producer of ordered messages, which sends by their sharding keys.
    ///
    /// # Errors
    /// [`Error`], for a wrong configuration.
    pub fn ordered(config: &Config) -> Result<Self> {
        abi::out(|out| ons_order_producer_new(Some(&config.0), out)).map(Self)
    }

    /// # Errors
    /// [`Error`].
    pub fn start(&self) -> Result<()> {
        check(ons_producer_start(Some(&self.0)))
    }

    /// Waits for sends in flight.
    ///
    /// # Errors
    /// [`Error`].
    pub fn shutdown(&self) -> Result<()> {
        check(ons_producer_shutdown(Some(&self.0)))
    }

    /// Has all requests from now on signed with other credentials.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn set_credentials(
        &self,
        access_key: &str,
        secret_key: &str,
        security_token: Option<&str>,
    ) -> Result<()> {
        let ((key, key_len), (secret, secret_len)) = (str_parts(access_key), str_parts(secret_key));
        let (token, token_len) = str_parts(security_token.unwrap_or_default());
        let this = Some(&*self.0);
        // SAFETY: each pointer is to as many bytes as said.
        check(unsafe {
            ons_producer_set_credentials(this, key, key_len, secret, secret_len, token, token_len)
        })
    }

    /// Whether it was started and not shut down.
    #[must_use]
    pub fn is_started(&self) -> bool {
        ons_producer_is_started(Some(&self.0))
    }

    /// Whether it was shut down.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        ons_producer_is_closed(Some(&self.0))
    }

    /// Waits until a broker has stored the message.
    ///
    /// # Errors
    /// [`Error`].
    pub fn send(&self, message: &Message) -> Sent {
        abi::out(|out| ons_producer_send(Some(&self.0), Some(&message.0), out)).map(SendResult)
    }

    /// Does not wait for the broker.
    ///
    /// # Errors
    /// [`Error`].
    pub fn send_oneway(&self, message: &Message) -> Result<()> {
        check(ons_producer_send_oneway(Some(&self.0), Some(&message.0)))
    }

    /// Sends in the background, without waiting for the broker. `done` is called on a network thread
    /// when the message has left, and must not block.
    ///
    /// # Errors
    /// [`Error`]; then `done` is not called.
    pub fn send_oneway_async<F: FnOnce(Result<()>) + Send + 'static>(
        &self,
        message: &Message,
        done: F,
    ) -> Result<()> {
        unsafe extern "C" fn call<F: FnOnce(Result<()>)>(
            userdata: *mut c_void,
            error: Option<Box<ons_error_t>>,
        ) {
            // SAFETY: made below for this `F`, and called once.
            if let Some(done) = unsafe { Once::<F>::take(userdata) } {
                done(check(error));
            }
        }
        check(ons_producer_send_oneway_async(
            Some(&self.0),
            Some(&message.0),
            Some(call::<F>),
            Once::userdata(done),
            Some(destroy::<Once<F>>),
        ))
    }

    /// Sends in the background. `done` is called on a network thread and must not block.
    ///
    /// # Errors
    /// [`Error`]; then `done` is not called.
    pub fn send_async<F: FnOnce(Sent) + Send + 'static>(
        &self,
        message: &Message,
        done: F,
    ) -> Result<()> {
        unsafe extern "C" fn call<F: FnOnce(Sent)>(
            userdata: *mut c_void,
            result: Option<Box<ons_send_result_t>>,
            error: Option<Box<ons_error_t>>,
        ) {
            // SAFETY: made below for this `F`, and called once.
            let done = unsafe { Once::<F>::take(userdata) };
            if let (Some(done), Some(sent)) = (done, sent(result, error)) {
                done(sent);
            }
        }
        check(ons_producer_send_async(
            Some(&self.0),
            Some(&message.0),
            Some(call::<F>),
            Once::userdata(done),
            Some(destroy::<Once<F>>),
        ))
    }

    /// Whether [`send_async`](Self::send_async) would not wait for room.
    #[must_use]
    pub fn has_room(&self, message: &Message) -> bool {
        ons_producer_has_room(Some(&self.0), message.view().body().len())
    }

    /// Waits until it is known what became of each message.
    ///
    /// # Errors
    /// [`Error`], where nothing was sent.
    pub fn send_many(&self, messages: &[&Message]) -> Result<Vec<Sent>> {
        let pointers = pointers(messages);
        let mut results = vec![null_mut(); pointers.len()];
        let mut errors = vec![null_mut(); pointers.len()];
        check(
            // SAFETY: the arrays are as long as said.
            unsafe {
                ons_producer_send_many(
                    Some(&self.0),
                    pointers.as_ptr(),
                    pointers.len(),
                    results.as_mut_ptr(),
                    errors.as_mut_ptr(),
                )
            },
        )?;
        // SAFETY: the call succeeded, so that each is NULL or ours.
        Ok(unsafe { collect(&results, &errors) })
    }

    /// Sends in the background. `done` is called once, with what became of each message, on a
    /// network thread and must not block.
    ///
    /// # Errors
    /// [`Error`]; then `done` is not called.
    pub fn send_many_async<F: FnOnce(Vec<Sent>) + Send + 'static>(
        &self,
        messages: &[&Message],
        done: F,
    ) -> Result<()> {
        unsafe extern "C" fn call<F: FnOnce(Vec<Sent>)>(
            userdata: *mut c_void,
            results: *mut *mut ons_send_result_t,
            errors: *mut *mut ons_error_t,
            count: usize,
        ) {
            // SAFETY: the arrays are as long as said, and what is in them is ours.
            let sent = unsafe {
                let results = std::slice::from_raw_parts(results, count);
                collect(results, std::slice::from_raw_parts(errors, count))
            };
            // SAFETY: made below for this `F`, and called once.
            if let Some(done) = unsafe { Once::<F>::take(userdata) } {
                done(sent);
            }
        }
        let pointers = pointers(messages);
        check(
            // SAFETY: the array is as long as said.
            unsafe {
                ons_producer_send_many_async(
                    Some(&self.0),
                    pointers.as_ptr(),
                    pointers.len(),
                    Some(call::<F>),
                    Once::userdata(done),
                    Some(destroy::<Once<F>>),
                )
            },
        )
    }
}

fn pointers(messages: &[&Message]) -> Vec<*const ons_message_t> {
    messages
        .iter()
        .map(|message| &raw const *message.0)
        .collect()
}

/// # Safety
/// Each pointer is NULL or an object that is given away.
unsafe fn collect(results: &[*mut ons_send_result_t], errors: &[*mut ons_error_t]) -> Vec<Sent> {
    // SAFETY: as this function requires.
    let (results, errors) = unsafe { (abi::take_all(results), abi::take_all(errors)) };
    results
        .zip(errors)
        .filter_map(|(result, error)| sent(result, error))
        .collect()
}
